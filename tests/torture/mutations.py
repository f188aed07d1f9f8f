"""What changes a result, each change with the stages that must run again, written down by hand."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from project_name.base import read_json

from .trial import RUN, STAGES, Change, Trial, cell, new_cell, notebook, text, write_stage

ALL = "00 01 02 03 04 05"


@dataclass(frozen=True)
class Mutation:
    "A change, and the stages that run because of it."

    what: str
    change: Change
    runs: str  # numbers of the stages that depend on what changed
    after: str = ""  # those that follow because an artifact that they read came out different
    ends_well: bool = True
    check: Callable[[Path], bool] = lambda run: True  # of what the run left


def ask(file: Path | None = None, found: dict | None = None, options: dict | None = None, **texts: str) -> Change:
    "Ask for other parameters or options, or let the world look different."

    def change(trial: Trial) -> None:
        trial.texts, trial.file = texts, file
        trial.found.update(found or {})
        trial.options = options or {}

    return change


def together(*changes: Change) -> Change:
    "One change after the other."

    def change(trial: Trial) -> None:
        for each in changes:
            each(trial)

    return change


def ran(trial: Trial) -> None:
    "A run in between."
    trial.run()


def gone(name: str) -> Change:
    "Remove a file."
    return lambda trial: trial.path(name).unlink()


def replaced(name: str, content: str) -> Change:
    "Put another file into the place of one, by renaming."

    def change(trial: Trial) -> None:
        other = trial.project / "other.tmp"
        other.write_text(content, encoding="utf-8")
        os.replace(other, trial.path(name))

    return change


def stage(name: str, *cells: str) -> Change:
    "Add a stage."
    return lambda trial: write_stage(trial.project / f"{name}.ipynb", "", RUN, *cells)


def pruned(newest: int = 0) -> Change:
    "Remove all runs but the newest ones."

    def change(trial: Trial) -> None:
        runs = sorted((trial.project / "runs").glob("*Z*"), key=lambda run: run.stat().st_mtime_ns)
        for run in runs[: len(runs) - newest]:
            shutil.rmtree(run)

    return change


def own_scale(trial: Trial) -> None:
    "Let beta do what gamma did, and remove gamma."
    text("project_name/beta.py", "from .gamma import scale", "def scale(n):\n    return n * 3")(trial)
    gone("project_name/gamma.py")(trial)


SCALE = STAGES["02_scale"][-1]
GAMMA = text("project_name/gamma.py", "n * 3", "n * 4")
GAMMA_BACK = text("project_name/gamma.py", "n * 4", "n * 3")
SHIFT_DELTA = cell("01", 3, "from project_name.delta import shift")
OTHER_SHIFT = cell("01", 5, STAGES["01_shift"][-1].replace("+ step", "+ step + 1"))
DECLARED = 'run_dir: str = ""\n'
STYLE_LESS = text("settings.ini", "width = 3\n", "")
SOURCE = text("data.csv", "3", "4", quietly=True)
SHARED = text("runs/latest/rows.json", "2", "3", quietly=True)
REPLACED = replaced("runs/latest/rows.json", "[1, 2, 4]")
REWRITE = stage("02b_more", 'run.write("rows.json", run.read("rows.json"))')
LOOK_AT_STEP = "\n".join(
    ["from project_name.engine.runs import run_parameters", "style, extra = run_parameters(run, 'step')['step'], 0"]
)
LOOK = cell("05", 3, LOOK_AT_STEP)

CODE = [
    Mutation("a code cell changed", cell("02", 6, SCALE.replace("factor", "factor + 1")), "02", "04"),
    Mutation("a code cell changed, its output did not", cell("02", 6, SCALE.replace("factor", "factor + 0")), "02"),
    Mutation("a code cell added", notebook("01", lambda nb: nb["cells"].append(new_cell("code", "1 + 1"))), "01"),
    Mutation("a code cell removed", notebook("01", lambda nb: nb["cells"].pop(4)), "01"),
    Mutation("code cells in another order", notebook("02", lambda nb: nb["cells"].insert(4, nb["cells"].pop(5))), "02"),
    Mutation(
        "a code cell made prose", notebook("01", lambda nb: nb["cells"].__setitem__(4, new_cell("markdown", "x"))), "01"
    ),
    Mutation("a constant in a module", text("project_name/alpha.py", "STEP = 2", "STEP = 3"), "01", "03 04"),
    Mutation(
        "a constant in a module, equal size and time",
        text("project_name/alpha.py", "STEP = 2", "STEP = 3", quietly=True),
        "01",
        "03 04",
        check=lambda run: read_json(run / "shifted.json") == [5, 6, 7],
    ),
    Mutation("a function in a module imported by a module", GAMMA, "02", "04"),
    Mutation("a module that is no longer used is gone", own_scale, "02"),
    Mutation("a module gone, the stage uses another", together(gone("project_name/alpha.py"), SHIFT_DELTA), "01"),
    Mutation(
        "a module that every stage loads", text("project_name/base.py", "import shutil", "import shutil\nX = 1"), ALL
    ),
    Mutation("a constant in the package itself", text("project_name/__init__.py", "WIDTH = 3", "WIDTH = 4"), ALL),
    Mutation("a stage renamed", lambda t: t.stage("02").rename(t.project / "02_times.ipynb"), "02"),
    Mutation("a stage inserted", stage("02b_look", "1 + 1"), "02b"),
    Mutation(
        "a stage inserted that writes what one looked for", stage("02b_more", 'run.write("extra.json", 1)'), "02b", "05"
    ),
    Mutation("a stage removed that one reads from", gone("03"), "05"),
    Mutation("the last stage removed", gone("05"), ""),
]
VALUES = [
    Mutation("a parameter", ask(step="2"), "01", "03 04"),
    Mutation("a parameter, its output is the same", ask(seed="2"), "04"),
    Mutation("a list", ask(names="a,b"), "04"),
    Mutation("two parameters", ask(step="2", factor="2"), "01 02", "03 04"),
    Mutation("a default that is used", cell("02", 1, DECLARED + "factor: float = 2.0"), "02", "04"),
    Mutation("1 became 1.0", cell("04", 1, DECLARED + "seed: float = 1.0\nnames: list[str] = []"), "04"),
    Mutation("1 became '1'", cell("03", 1, DECLARED + 'tone: str = "plain"\nlevel: str = "1"'), "03"),
    Mutation("1 became True", cell("03", 1, DECLARED + 'tone: str = "plain"\nlevel: bool = True'), "03"),
    Mutation("a parameter more", cell("05", 1, DECLARED + "more: int = 1"), "05"),
    Mutation("a parameter less", cell("03", 1, DECLARED + 'tone: str = "plain"'), "03"),
    Mutation("a setting", text("settings.ini", "color = red", "color = tan"), "03", "05"),
    Mutation(
        "a setting, equal size and time", text("settings.ini", "width = 3", "width = 4", quietly=True), "03", "05"
    ),
    Mutation("a setting more", text("settings.ini", "width = 3", "width = 3\nheight = 1"), "03", "05"),
    Mutation("a setting less", STYLE_LESS, "03", "05"),
    Mutation("settings of another source", text("settings.ini", "source = data.csv", "source = x.csv"), "03", "05"),
    Mutation("FORCE", ask(options={"force_from": "00_source"}), ALL),
    Mutation("FROM", ask(options={"force_from": "03_style"}), "03 04 05"),
    Mutation("ONLY", ask(options={"only": "04_join"}), "04"),
    Mutation("ONLY, with another stage edited", together(GAMMA, ask(options={"only": "04_join"})), "04"),
]
WORLD = [
    Mutation(
        "a byte of the source, equal size and time", text("data.csv", "3", "4", quietly=True), "00", "01 02 03 04 05"
    ),
    Mutation("the source replaced by rename", replaced("data.csv", "1\n2\n3\n4\n"), "00", "01 02 03 04 05"),
    Mutation("the source gone", gone("data.csv"), "00", ends_well=False),
    Mutation("another source", ask(source="other.csv"), "00 03", "01 02 04 05"),
    Mutation("the contract of the source", text("contracts/data.yaml", "rows: 1", "rows: 2"), "00"),
    Mutation(
        "the mark of a remote source",
        together(ask(source="remote:x"), ran, text("remote.txt", "as it was", "as it is!")),
        "00",
    ),
    Mutation("the lock", text("requirements.lock", "numpy==1", "numpy==2"), ALL),
    Mutation("the lock gone", gone("requirements.lock"), ALL),
    Mutation("another Python", ask(found={("lock", ""): "3.99.0 0"}), ALL),
    Mutation("a byte of an artifact, equal size and time", text("runs/latest/rows.json", "2", "3", quietly=True), "00"),
    Mutation("an artifact gone", gone("runs/latest/shifted.json"), "01"),
    Mutation("an executed notebook changed", text("runs/latest/02_scale.ipynb", "# 02_scale", "# 02_skale"), "02"),
    Mutation("all runs pruned", pruned(), ALL),
    Mutation("the older run pruned", together(GAMMA, ran, pruned(newest=1)), ""),
    Mutation("there and back again", together(GAMMA, ran, GAMMA_BACK), ""),
    Mutation("the first of two sets of parameters again", together(ask(step="5"), ran, ask()), ""),
    Mutation("the second of two sets again", together(ask(step="5"), ran, ask(), ran, ask(step="5")), ""),
    Mutation("a third set", together(ask(step="5"), ran, ask(step="5", factor="2")), "02", "04"),
    Mutation("a stage failed and was mended", together(cell("02", 6, "1 / 0"), ran, cell("02", 6, SCALE)), ""),
    Mutation(
        "a stage changed, a later one failed and was mended",
        together(OTHER_SHIFT, cell("04", 3, "1 / 0"), ran, cell("04", 3, STAGES["04_join"][-1])),
        "04",
    ),
]


def variable(name: str, value: str) -> Change:
    "Set a variable of the environment, until the trial ends."
    return lambda trial: os.environ.update({name: value})


def more(number: str, source: str) -> Change:
    "Add a code cell at the end of a stage."
    return notebook(number, lambda nb: nb["cells"].append(new_cell("code", source)))


def versions(**found: str) -> Change:
    "Let other versions of libraries be installed."
    return lambda trial: trial.versions.update(found)


def tag(number: str, index: int, name: str) -> Change:
    "Give a cell of a stage a tag."
    return notebook(number, lambda nb: nb["cells"][index]["metadata"].update(tags=[name]))


def added(name: str, content: str = "x = 1\n") -> Change:
    "Add a file."

    def change(trial: Trial) -> None:
        (trial.project / name).parent.mkdir(parents=True, exist_ok=True)
        (trial.project / name).write_text(content, encoding="utf-8")

    return change


def other_table(trial: Trial) -> None:
    "Write another table into the place of one."
    pd.DataFrame({"a": [1, 3]}).to_parquet(trial.project / "table.parquet")


BY_PATH = "from pathlib import Path\npath = Path(run_dir) / 'rows.json'\npath.unlink()\npath.write_text('[]')"
OTHER_ROWS = 'run.write("rows.json", [int(n) + 1 for n in lines])'
GHOST = 'run.path("ghost.txt")'
UNSAID = [
    Mutation("a file read by open", text("levels.yaml", "1", "2", quietly=True), "01"),
    Mutation("a module beside the notebooks", text("helper.py", "1", "2", quietly=True), "01"),
    Mutation("a table read by pandas", text("extra.csv", "4", "6", quietly=True), "01"),
    Mutation("a table that a C library opens", other_table, "02"),
    Mutation("a file named in a shell line", text("sizes.yaml", "1", "2", quietly=True), "02"),
    Mutation("a file that a program opens unnamed", text("units.yaml", "1", "2", quietly=True), "02"),
    Mutation("a file gone that was read", gone("levels.yaml"), "01", ends_well=False),
    Mutation("data of the package", text("project_name/words.txt", "yes", "no!", quietly=True), "03"),
    Mutation("a file that was not there", added("late.txt"), "04"),
    Mutation("a file more in a folder that was listed", added("contracts/more.yaml"), "04"),
    Mutation("a variable of the environment", variable("REGION", "south"), "02"),
    Mutation("a variable that was not set", variable("LATE", "1"), "02"),
    Mutation("another version of a library", versions(pandas="0.1"), ALL),
    Mutation("a cell that is skipped", tag("01", 4, "skip-execution"), "01"),
    Mutation("a cell that may fail", tag("01", 4, "raises-exception"), "01"),
    Mutation("an artifact read by path", cell("00", 5, OTHER_ROWS), "00", "01 02 03 04 05"),
    Mutation("an artifact written by path, gone", gone("runs/latest/loose.txt"), "03"),
    Mutation("a stage that changes by path what another one wrote", more("03", BY_PATH), "03", ends_well=False),
    Mutation("a path that nothing was written to", together(more("03", GHOST), ran), ""),
]
LATER = [
    Mutation("a byte of an artifact that two runs share", together(GAMMA, ran, SHARED), "00"),
    Mutation("an artifact replaced in the newest run, whole in an older one", together(GAMMA, ran, REPLACED), ""),
    Mutation("a stage that writes over what another one wrote", REWRITE, "02b", ends_well=False),
    Mutation("a parameter that a stage reads from the run", together(LOOK, ran, ask(step="2")), "01 05", "03 04"),
]
MUTATIONS = [*CODE, *VALUES, *WORLD, *UNSAID, *LATER]
