"""A project of six light stages with its own copy of the package, to change and to plan or run again."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import nbformat
import pandas as pd

from project_name.base import read_json, root
from project_name.engine.libraries import installed
from project_name.engine.parameters import all_parameters, resolve, stage_notebooks
from project_name.engine.pipeline import Job, plan, run_pipeline
from project_name.engine.record import latest_run
from project_name.engine.settings import read_settings
from project_name.engine.words import read_parameter_file
from project_name.engine.world import World

RUN = "from project_name.engine.runs import Run, note_source, run_settings\nrun = Run(run_dir)"
NOTE = """from pathlib import Path
from project_name.base import sha256
files = [name for name in (source, "contracts/data.yaml") if Path(name).exists()]
remote = source.startswith("remote:")
held = {"files": None if remote else {name: sha256(name) for name in files}}
mark = Path("remote.txt").read_text() if remote else ""
note_source(source, {"fingerprint": mark, **held})"""
STAGES: dict[str, list[str]] = {  # the parameters cell, then the others
    "00_source": [
        'source: str = "data.csv"',
        RUN,
        NOTE,
        "lines = [1, 2] if remote else Path(source).read_text().split()",
        'run.write("rows.json", [int(n) for n in lines])',
    ],
    "01_shift": [
        "step: int = 1  # how far; 0 < step",
        RUN,
        "from project_name.alpha import shift",
        'unused = "a cell that changes no result"',
        'run.write("shifted.json", [shift(n) + step for n in run.read("rows.json")])',
    ],
    "02_scale": [
        "factor: float = 1.0",
        RUN,
        "from project_name.beta import twice",
        "first = 1",
        "second = 2",
        'run.write("scaled.json", [twice(n) * factor for n in run.read("rows.json")])',
    ],
    "03_style": [
        'tone: str = "plain"\nlevel: int = 1',
        RUN,
        'style, brief = run_settings(run, "style"), run_settings(run, "brief")',
        "from project_name import WIDTH",
        'run.write("style.json", {"style": style, "brief": brief, "width": WIDTH, "n": len(run.read("shifted.json"))})',
    ],
    "04_join": [
        "seed: int = 1\nnames: list[str] = []",
        RUN,
        'run.write("joined.json", {"many": sum(run.read("shifted.json") + run.read("scaled.json")) > seed})',
    ],
    "05_report": [
        "",
        RUN,
        'style = run.read("style.json") if run.has("style.json") else {}\n'
        'extra = run.read("extra.json") if run.has("extra.json") else None',
        'run.write("report.json", {"style": style, "joined": run.read("joined.json"), "extra": extra})',
    ],
}
LOOKS: dict[str, list[str]] = {  # what stages look at without saying so, in cells at their ends
    "00_source": [],
    "01_shift": [
        "open('levels.yaml').read()",
        "import sys\nsys.path.insert(0, '.')\nimport helper",
        "import pandas as pd\npd.read_csv('extra.csv')",
    ],
    "02_scale": [
        "import os\nos.getenv('REGION'), os.environ.get('LATE')",
        "!cat sizes.yaml",
        "!cat unit*.yaml",
        "import pandas as pd\npd.read_parquet('table.parquet')",
    ],
    "03_style": [
        "from importlib.resources import files\nfiles('project_name').joinpath('words.txt').read_text()",
        "from pathlib import Path\n(Path(run_dir) / 'loose.txt').write_text('x');",
    ],
    "04_join": [
        "try:\n    open('late.txt')\nexcept OSError:\n    pass",
        "from pathlib import Path\nlen(list(Path('contracts').glob('*')))",
    ],
    "05_report": ["from pathlib import Path\nlen((Path(run_dir) / 'rows.json').read_text())"],
}
FILES = {
    "settings.ini": "# of the trial\n[domain]\nsource = data.csv\n\n[brief]\nwho = us\n\n"
    "[style]\ncolor = red\nwidth = 3\n\n[unread]\nword = one\n",
    "requirements.lock": "numpy==1\n",
    "data.csv": "1\n2\n3\n",
    "other.csv": "4\n5\n",
    "extra.csv": "a,b\n4,5\n",
    "levels.yaml": "low: 1\n",
    "sizes.yaml": "small: 1\n",
    "units.yaml": "mile: 1\n",
    "helper.py": "STEP = 1\n",
    "project_name/words.txt": "yes\n",
    "remote.txt": "as it was",
    "contracts/data.yaml": "rows: 1\n",
    "project_name/alpha.py": '"""Shifts."""\n\nSTEP = 2\n\n\ndef shift(n):\n    return n + STEP\n',
    "project_name/beta.py": "from .gamma import scale\n\n\ndef twice(n):\n    return scale(n) * 2\n",
    "project_name/gamma.py": "def scale(n):\n    return n * 3\n",
    "project_name/delta.py": "def shift(n):\n    return n + 2\n",
    "project_name/unused.py": "WORD = 1\n",
}


def write_stage(path: Path, parameters: str, *cells: str) -> None:
    "Write a stage as a notebook: a title, the parameters cell, the others."
    declared = f'run_dir: str = ""\n{parameters}'.strip()
    body = [nbformat.v4.new_code_cell(declared, id="parameters", metadata={"tags": ["parameters"]})]
    body += [nbformat.v4.new_code_cell(source, id=f"cell-{n}") for n, source in enumerate(cells)]
    title = nbformat.v4.new_markdown_cell(f"# {path.stem}", id="title")
    nbformat.write(nbformat.v4.new_notebook(cells=[title, *body]), path)


class Trial:
    "A project in a folder, and what it is asked to run."

    def __init__(self, project: Path):
        self.project = project
        self.texts: dict[str, str] = {}  # parameters, as the command line gives them
        self.file: Path | None = None  # a parameter file
        self.options: dict[str, Any] = {}  # of the job
        self.found: dict[tuple[str, str], str] = {}  # what the world is made to believe
        self.versions: dict[str, str] = {}  # and which libraries it is made to find
        self.why: dict[str, str] = {}  # stage -> why the last plan would run it

    def path(self, name: str) -> Path:
        "A file of the project; two digits stand for the stage of that number."
        return self.stage(name) if len(name) == 2 else self.project / name

    def stage(self, number: str) -> Path:
        "The notebook of a stage, by its number."
        return next(self.project.glob(f"{number}_*.ipynb"))

    def job(self) -> Job:
        "The job, from files as they are now."
        stages, settings = stage_notebooks(self.project), read_settings(self.project / "settings.ini")
        given = [("file", read_parameter_file(self.file))] if self.file else []
        values = resolve(all_parameters(stages), settings, [*given, ("command line", self.texts)])
        mark = self.project / "remote.txt"
        world = World(self.project, settings, str(values.get("source", "")), lambda: mark.read_text(encoding="utf-8"))
        world.found.update(self.found)
        world.versions.update({**installed(), **self.versions})
        return Job(stages, values, self.project / "runs", self.project, world, **self.options)

    def planned(self) -> tuple[set[str], set[str]]:  # stages that surely run; those that wait for them
        "What a run would do, by the numbers of the stages."
        whys = {stage.stem.split("_")[0]: found.why for stage, found in plan(self.job()) if not found.run}
        self.why = whys  # for the report of a plan that is not as expected
        waiting = {number for number, why in whys.items() if why.startswith("unless ")}
        return whys.keys() - waiting, waiting

    def run(self) -> tuple[Path, int]:
        "Run it, with kernels that import the project's own copy of the package, and keep its bytecode as usual."
        with patch.dict(os.environ, {"PYTHONPATH": str(self.project)}):
            os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
            return run_pipeline(self.job())

    def latest(self) -> Path:
        "The latest good run."
        run = latest_run(self.project / "runs")
        assert run is not None
        return run

    def copy(self, target: Path) -> "Trial":
        "The same in another folder: the times of files stay, links do too."
        shutil.copytree(self.project, target, symlinks=True)
        return Trial(target)


def states(run: Path) -> dict[str, str]:
    "The state of each stage in the record of a run, by number."
    return {stage["name"].split("_")[0]: stage["state"] for stage in read_json(run / "run.json")["stages"]}


def new_trial(project: Path) -> Trial:
    "A new project, not yet run."
    ignore = shutil.ignore_patterns("__pycache__", "_model")
    shutil.copytree(root() / "project_name", project / "project_name", ignore=ignore)
    for name, content in FILES.items():
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(content, encoding="utf-8")
    with open(project / "project_name" / "__init__.py", "a", encoding="utf-8") as package:
        package.write("\nWIDTH = 3\n")
    for name, cells in STAGES.items():
        write_stage(project / f"{name}.ipynb", *cells, *LOOKS[name])
    pd.DataFrame({"a": [1, 2]}).to_parquet(project / "table.parquet")
    return Trial(project)


Change = Callable[[Trial], Any]


def text(name: str, before: str, after: str, quietly: bool = False) -> Change:
    "Replace a text in a file; quietly: size and times stay as they were."

    def change(trial: Trial) -> None:
        path = trial.path(name)
        stat, content = path.stat(), path.read_text(encoding="utf-8")
        assert before in content
        path.chmod(0o644)
        path.write_text(content.replace(before, after), encoding="utf-8")
        if quietly:
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
            assert path.stat().st_size == stat.st_size and path.stat().st_mtime_ns == stat.st_mtime_ns

    return change


def notebook(number: str, edit: Callable[[dict], Any], **layout: Any) -> Change:
    "Change the notebook of a stage as JSON."

    def change(trial: Trial) -> None:
        path = trial.stage(number)
        content = json.loads(path.read_text(encoding="utf-8"))
        edit(content)
        path.write_text(json.dumps(content, **layout), encoding="utf-8")

    return change


def cell(number: str, index: int, source: str) -> Change:
    "Give a cell of a stage another source; 0 is the title, 1 the parameters."
    return notebook(number, lambda content: content["cells"][index].update(source=source))


def new_cell(kind: str, source: str) -> dict[str, Any]:
    "A cell, as JSON."
    return dict({"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}[kind](source))
