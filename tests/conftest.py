"""What several tests share: the quick run of the whole pipeline, and tiny projects to break."""

import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import nbformat
import pytest
from xdist.scheduler import LoadScopeScheduling

from project_name.base import root
from project_name.engine.record import latest_run

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as make sets it; threads that spin slow each other down

# Tests that share something costly run in one process. Every other test goes wherever there is room.
SHARED = {
    r"test_alike\.py": "alike",
    r"test_changes\.py": "changes",
    r"test_any_table\.py.*\[(\w+)": r"table \1",
    r"test_the_wheel": "table binary",
}


class Shared(LoadScopeScheduling):
    "Hands out the tests to the processes that run them."

    def _split_scope(self, nodeid: str) -> str:
        found = ((re.search(pattern, nodeid), name) for pattern, name in SHARED.items())
        return next((match.expand(name) for match, name in found if match), nodeid)


def pytest_xdist_make_scheduler(config, log):
    return Shared(config, log)


def pytest_collection_modifyitems(items):
    "The longest tests come first, so that no process is left with one at the end."
    longest = ("test_changes", "test_torture", "same_bytes")
    items.sort(key=lambda item: not any(name in item.nodeid for name in longest))


def command(*words: object, runs: Path | str | None = None, **options) -> subprocess.CompletedProcess:
    "Run a command of the project, as a person would."
    env = {**(options.pop("env", None) or os.environ), "RUNS_DIR": str(runs or os.environ.get("RUNS_DIR", ""))}
    code = "from project_name.cli import main; main()"
    argv = [sys.executable, "-c", code, *map(str, words)]
    return subprocess.run(argv, env=env, text=True, capture_output=True, **{"cwd": root(), "timeout": 300, **options})


@pytest.fixture(scope="session")
def quick_run(tmp_path_factory) -> Path:
    "A run of the whole pipeline over a small sample: that of `make test`, else one made here."
    if "RUNS_DIR" in os.environ and latest_run():
        return latest_run()
    runs = tmp_path_factory.mktemp("runs")
    done = command("pipeline", "F=tests/quick.yaml", runs=runs)
    assert done.returncode == 0, done.stderr
    return latest_run(runs)


def write_tiny(folder: Path, name: str, *cells: str) -> Path:
    "Write a stage of a few cells into a folder."
    declared = nbformat.v4.new_code_cell('run_dir: str = ""', metadata={"tags": ["parameters"]})
    body = [nbformat.v4.new_code_cell(cell) for cell in cells]
    title = nbformat.v4.new_markdown_cell(f"# {name}")
    nbformat.write(nbformat.v4.new_notebook(cells=[title, declared, *body]), folder / f"{name}.ipynb")
    return folder / f"{name}.ipynb"


@pytest.fixture
def tiny(tmp_path):
    "A function that writes a stage of a few cells into a project of its own."
    return partial(write_tiny, tmp_path)
