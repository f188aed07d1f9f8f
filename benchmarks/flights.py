"""The example's own pipeline: cold, with the last and with a middle stage changed, and with nothing to do."""

import shutil
from itertools import count
from pathlib import Path

import nbformat

from project_name.base import root
from project_name.engine.parameters import stage_notebooks
from project_name.engine.sync import export_if_changed

from .measure import Way, python


def write_project(folder: Path) -> Path:
    "A copy of this project, to be changed."
    names = ("project_name", "nbs", "contracts", "pyproject.toml", "requirements.lock", "settings.ini", "setup.py")
    folder.mkdir(parents=True)
    for name in names:
        copy = shutil.copytree if (root() / name).is_dir() else shutil.copy
        copy(root() / name, folder / name)
    (folder / ".venv").mkdir()
    export_if_changed(folder)
    return folder


def change(stage: Path, number: int) -> None:
    "Add a statement to the last cell of a stage."
    notebook = nbformat.read(stage, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(f"changed = {number}"))
    nbformat.write(notebook, stage)


def ways(folder: Path) -> list[Way]:
    "The pipeline over all data, in one process after the other."
    project, changes = write_project(folder), count(1)
    stages = stage_notebooks(project / "nbs")
    env = {"RUNS_DIR": str(project / "runs"), "PYTHONPATH": str(project)}
    engine = [*python("from project_name.cli import main; main()"), "pipeline"]

    def forget() -> None:
        shutil.rmtree(project / "runs", ignore_errors=True)

    return [
        Way("cold", engine, project, env, forget),
        Way("last stage changed", engine, project, env, lambda: change(stages[-1], next(changes))),
        Way("middle stage changed", engine, project, env, lambda: change(stages[5], next(changes))),
        Way("nothing changed", engine, project, env),
    ]
