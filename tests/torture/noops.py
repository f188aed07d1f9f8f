"""What changes no result, and must run nothing."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from .mutations import DECLARED, SCALE, added, ask, replaced, text, together, variable, versions
from .trial import Change, Trial, cell, new_cell, notebook


def touched(trial: Trial) -> None:
    "Give every file of the project but its runs another time."
    for path in trial.project.rglob("*"):
        if "runs" not in path.parts and path.is_file():
            os.utime(path, (1_700_000_000, 1_700_000_000))


def moved(trial: Trial) -> None:
    "Give the project folder another name."
    trial.project = trial.project.rename(trial.project.with_name("moved here"))


def elsewhere(trial: Trial) -> None:
    "Ask from another folder."
    os.chdir("/")


def same_file(trial: Trial) -> None:
    "Say in a file what holds anyway."
    trial.file = trial.project / "same.yaml"
    trial.file.write_text("step: 1\nfactor: 1.0\nsource: data.csv\nnames: []\n", encoding="utf-8")


def lines_of_windows(trial: Trial) -> None:
    "Let the lines of a module end as on Windows."
    path = trial.path("project_name/alpha.py")
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def as_package(trial: Trial) -> None:
    "Make a package of a module."
    (trial.project / "project_name" / "alpha").mkdir()
    trial.path("project_name/alpha.py").rename(trial.project / "project_name" / "alpha" / "__init__.py")


def no_bytecode(trial: Trial) -> None:
    "Remove what Python keeps of modules."
    for folder in list(trial.project.rglob("__pycache__")):
        shutil.rmtree(folder)


def outputs(content: dict[str, Any]) -> None:
    "Let the source look as if it had been run in an editor."
    for number, each in enumerate(each for each in content["cells"] if each["cell_type"] == "code"):
        each.update(execution_count=number, outputs=[{"output_type": "stream", "name": "stdout", "text": "x"}])


def every_cell(content: dict[str, Any], **values: Any) -> None:
    "Update all cells."
    for number, each in enumerate(content["cells"]):
        each.update({key: value(number) if callable(value) else value for key, value in values.items()})


def tags(content: dict[str, Any]) -> None:
    "Give cells tags and other metadata."
    for each in content["cells"]:
        each["metadata"].setdefault("tags", []).append("mine")
        each["metadata"]["collapsed"] = True


def as_texts(content: dict[str, Any]) -> None:
    "Write sources as one text each; Jupyter writes lists of lines."
    for each in content["cells"]:
        assert isinstance(each["source"], list)
        each["source"] = "".join(each["source"])


def sorted_keys(trial: Trial) -> None:
    "Write the notebook's JSON in another order and without indents."
    for path in Path(trial.project).glob("*.ipynb"):
        path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")), sort_keys=True), encoding="utf-8")


def insert(number: str, index: int, kind: str, source: str) -> Change:
    "Insert a cell."
    return notebook(number, lambda content: content["cells"].insert(index, new_cell(kind, source)))


STEP = "step: int = {}  # {}; 0 < step"
NOOPS: dict[str, Change] = {
    "prose": cell("01", 0, "# Another title\n\nand other words"),
    "a prose cell more": insert("02", 3, "markdown", "a word on that"),
    "a comment in a cell": cell("02", 4, "# the first\nfirst = 1  # one"),
    "layout of a cell": cell("02", 6, SCALE.replace(", [", " ,\n  [ ")),
    "blanks at the ends of lines": cell("02", 4, "first = 1   \n\n   \n"),
    "quotes of a text": cell("01", 4, "unused = 'a cell that changes no result'"),
    "an empty code cell": insert("03", 2, "code", "  \n"),
    "ids of cells": notebook("01", lambda nb: every_cell(nb, id=lambda number: f"new-{number}")),
    "outputs and counts": notebook("00", outputs),
    "tags and metadata of cells": notebook("02", tags),
    "metadata of the notebook": notebook("01", lambda nb: nb["metadata"].update(kernelspec={"name": "x"}, title="y")),
    "the notebook indented": notebook("01", lambda nb: None, indent=4),
    "sources as one text": notebook("01", as_texts, indent=1),
    "keys of the notebooks sorted": sorted_keys,
    "the minor format of the notebook": notebook("01", lambda nb: nb.update(nbformat_minor=4)),
    "a comment in a module": text("project_name/alpha.py", "STEP = 2", "# by how much\nSTEP = 2  # two"),
    "a module's docstring": text("project_name/alpha.py", "Shifts.", "Shifts numbers."),
    "a function's docstring": text("project_name/gamma.py", "return", '"Scale it."\n    return'),
    "blank lines in a module": text("project_name/gamma.py", "def", "\n\n\ndef"),
    "lines of a module as on Windows": lines_of_windows,
    "a module made a package": as_package,
    "a module that nobody loads": text("project_name/unused.py", "1", "2"),
    "a module more": added("project_name/more.py"),
    "a section of settings that nobody read": text("settings.ini", "word = one", "word = two"),
    "a section of settings more": text("settings.ini", "[unread]", "[more]\nx = 1\n\n[unread]"),
    "order of settings": text("settings.ini", "color = red\nwidth = 3", "width = 3\ncolor = red"),
    "a comment in the settings": text("settings.ini", "[style]", "# how it looks\n[style]"),
    "a parameter file that says the same": same_file,
    "the same said in words": ask(step="+1", factor="1", source="data.csv"),
    "what a parameter is, in words": cell("01", 1, DECLARED + STEP.format(1, "how far to go")),
    "another bound": cell("01", 1, DECLARED + "step: int = 1  # how far; 0 < step < 9"),
    "a default that is not used": together(ask(step="1"), cell("01", 1, DECLARED + STEP.format(7, "how far"))),
    "times of all files": touched,
    "the source written again": replaced("data.csv", "1\n2\n3\n"),
    "bytecode": no_bytecode,
    "a file that nobody reads": added("notes.txt"),
    "a variable that nobody asks for": variable("UNASKED", "1"),
    "a library that nobody loads": versions(unloaded="1.0"),
    "a comment in the lock": text("requirements.lock", "numpy==1", "# pinned\n\nnumpy==1  # via us"),
    "a comment in a module beside the notebooks": text("helper.py", "STEP", "# so far\nSTEP"),
    "times of a file read by open": lambda trial: os.utime(trial.project / "levels.yaml", (1, 1)),
    "a page of the old run edited": text("runs/latest/01_shift.html", "<", "< "),
    "a backup of the editor": added(".ipynb_checkpoints/01_shift-checkpoint.ipynb", "{}"),
    "a page of the old run gone": lambda trial: trial.path("runs/latest/01_shift.html").unlink(),
    "the pointer to the latest run gone": lambda trial: trial.path("runs/latest").unlink(),
    "another present folder": elsewhere,
    "the project folder moved": moved,
}
