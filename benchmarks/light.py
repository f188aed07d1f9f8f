"""Six light notebooks: import pandas, scikit-learn and matplotlib, compute a little, plot. Run in several ways."""

import json
import shutil
import sys
from itertools import count
from pathlib import Path

import nbformat

from project_name.base import root
from project_name.engine.parameters import stage_notebooks
from project_name.engine.sync import export_if_changed

from .measure import Way, python

STAGES = 6
IMPORTS = """\
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score"""
COMPUTATION = """\
random = np.random.default_rng({number})
frame = pd.DataFrame(random.normal(size=(60_000, 10)), columns=list("abcdefghij"))
frame["y"] = frame["a"] + frame["b"] + random.normal(size=len(frame)) > 0
means = frame.groupby(pd.cut(frame["a"], 20), observed=True).mean()
score = float(cross_val_score(LogisticRegression(), frame[list("abcdefghij")], frame["y"], cv=5).mean())"""
PLOT = """\
figure, axes = plt.subplots(figsize=(6, 3))
axes.hist(frame["a"], bins=40)
axes.plot(means["a"], 1000 * means["y"]);"""
SAVE = """\
from project_name.engine.runs import Run

run = Run(run_dir)
before = run.read("score_{last}.json")["score"] if {number} else 0
run.write("score_{number}.json", {{"score": score + before}})"""


def write_notebook(folder: Path, number: int, changed: int = 0) -> Path:
    "Write one of the notebooks; another `changed` makes its code another one."
    code = nbformat.v4.new_code_cell
    cells = [
        nbformat.v4.new_markdown_cell(f"# Light {number}\n\n> Loads, computes, plots."),
        code('run_dir: str = ""', metadata={"tags": ["parameters"]}),
        code(IMPORTS),
        nbformat.v4.new_markdown_cell("## The run"),
        code(COMPUTATION.format(number=number) + f"\nchanged = {changed}"),
        code(PLOT),
        code(SAVE.format(number=number, last=number - 1)),
    ]
    for place, cell in enumerate(cells):
        cell.id = f"light-{number}-{place}"
    metadata = {"kernelspec": {"name": "python3", "display_name": "python3", "language": "python"}}
    path = folder / f"{number:02d}_light.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)
    return path


def write_script(path: Path) -> Path:
    "Write the same work as one plain script."
    lines = ["import json", "import matplotlib", "matplotlib.use('agg')", IMPORTS, "total = 0"]
    for number in range(STAGES):
        lines += [COMPUTATION.format(number=number), PLOT, f"figure.savefig('light_{number}.png')", "plt.close()"]
        lines += ["total += score", f"json.dump({{'score': total}}, open('score_{number}.json', 'w'))"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_project(folder: Path) -> Path:
    "A copy of this project with the light notebooks as its stages."
    for name in ("project_name", "nbs", "pyproject.toml", "requirements.lock", "setup.py"):
        copy = shutil.copytree if (root() / name).is_dir() else shutil.copy
        copy(root() / name, folder / name)
    for stage in [*stage_notebooks(folder / "nbs"), folder / "nbs" / "flights.ipynb"]:
        stage.unlink()
    (folder / "settings.ini").write_text("[project]\nlib_name = project_name\n", encoding="utf-8")
    for number in range(STAGES):
        write_notebook(folder / "nbs", number)
    (folder / ".venv").mkdir()  # where the mark of the last export is kept
    export_if_changed(folder)
    return folder


def ways(folder: Path) -> list[Way]:
    "The ways to run them; the first one is what the others are compared with."
    project, work = write_project(folder / "project"), folder / "work"
    work.mkdir()
    notebooks, script = stage_notebooks(project / "nbs"), write_script(work / "script.py")
    env = {"RUNS_DIR": str(project / "runs"), "PYTHONPATH": str(project)}
    engine = [*python("from project_name.cli import main; main()"), "pipeline"]
    papermill = [str(Path(sys.executable).with_name("papermill")), "--no-progress-bar", "-p", "run_dir", str(work)]
    shell = " && ".join(" ".join([*papermill, str(path), str(work / path.name)]) for path in notebooks)
    loop = (
        "import papermill\n"
        f"for path in {[str(path) for path in notebooks]}:\n"
        f"    to, values = {str(work)!r} + '/' + path.rpartition('/')[2], {{'run_dir': {str(work)!r}}}\n"
        "    papermill.execute_notebook(path, to, values, progress_bar=False)"
    )
    changes = count(1)

    def forget() -> None:
        shutil.rmtree(project / "runs", ignore_errors=True)

    def change(number: int) -> None:
        write_notebook(project / "nbs", number, next(changes))

    return [
        Way("one plain script", [sys.executable, str(script)], work, env),
        Way("engine, cold", engine, project, env, forget),
        Way("engine, last stage changed", engine, project, env, lambda: change(STAGES - 1)),
        Way("engine, middle stage changed", engine, project, env, lambda: change(STAGES // 2)),
        Way("engine, nothing changed", engine, project, env),
        Way("papermill, in one process", python(loop), work, env),
        Way("papermill, command by command", ["sh", "-c", shell], work, env),
    ]


def same_results(folder: Path) -> bool:
    "Whether the script and the engine computed the same."
    name = f"score_{STAGES - 1}.json"
    places = (folder / "work" / name, folder / "project" / "runs" / "latest" / name)
    one, other = (json.loads(path.read_text(encoding="utf-8"))["score"] for path in places)
    return abs(one - other) < 1e-9
