"""A small project to torture: four light stages, a run in a process of its own, and a judge of what is left."""

import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import psutil

from project_name.base import read_json, root
from project_name.engine.record import all_runs, latest_run
from project_name.engine.verify import problems


@dataclass
class Row:
    "One line of the table: what was tried, what came out, what should, and what stock papermill does."

    what: str
    ours: str
    goal: str
    met: bool
    papermill: str = ""


USE = "from project_name.engine.runs import Run\nrun = Run(run_dir)\n"
STAGES = {
    "00_one": ["run.write('one.json', {'numbers': list(range(50))})", "run.write('one.txt', 'one ' * 1000)"],
    "01_two": [
        "folder = run.path('parts')\nfolder.mkdir(exist_ok=True)",
        "total = sum(run.read('one.json')['numbers'])\n(folder / 'total.txt').write_text(str(total))",
    ],
    "02_three": [
        "factor = 2",
        "total = int((run.find('parts') / 'total.txt').read_text())\nrun.write('three.json', {'n': total * factor})",
    ],
    "03_four": ["run.write('four.md', f\"# {run.read('three.json')['n']} and {len(run.read('one.txt'))}\")"],
}
RUN = """
import json, sys
from pathlib import Path
from project_name.base import ProjectError
from project_name.engine.pipeline import Job, run_pipeline
project = Path(sys.argv[1])
try:
    job = Job(sorted(project.glob("*.ipynb")), json.loads(sys.argv[2]), project / "runs", project)
    sys.exit(run_pipeline(job)[1])
except ProjectError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
"""


def write_stage(project: Path, name: str, *cells: str, parameters: str = 'run_dir: str = ""', first: str = USE) -> Path:
    "Write the notebook of a stage: a title, its parameters, the first cell, and the others."
    declared = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}, id="parameters")
    body = [nbformat.v4.new_code_cell(cell, id=f"cell-{number}") for number, cell in enumerate((first, *cells))]
    title = nbformat.v4.new_markdown_cell(f"# {name}", id="title")
    nbformat.write(nbformat.v4.new_notebook(cells=[title, declared, *body]), project / f"{name}.ipynb")
    return project / f"{name}.ipynb"


@contextmanager
def small_project() -> Iterator[Path]:
    "A project of the four stages that never ran, with a folder for temporary files; removed when the block ends."
    folder = Path(tempfile.mkdtemp(prefix="t-"))  # short: the name of a socket below it has at most 107 letters
    try:
        (folder / "tmp").mkdir()
        for name, cells in STAGES.items():
            write_stage(folder, name, *cells)
        yield folder
    finally:
        remove(folder)


def end(project: Path) -> None:
    "End every process of a project."
    for process in marked(project):
        with contextlib.suppress(psutil.Error):
            process.kill()


def remove(project: Path) -> None:
    "End every process of a project, and remove its folder."
    end(project)
    shutil.rmtree(project, ignore_errors=True)


def environment() -> dict[str, str]:
    "The environment of a trial; what is killed at random must write no coverage."
    return {name: value for name, value in os.environ.items() if not name.startswith("COV")}


def start(project: Path, parameters: dict[str, Any] | None = None, limit: int = 0, **env: str) -> subprocess.Popen:
    "Start a run in a process of its own, which tells to the file `told`; `limit`: the most bytes a file may have."
    tested = {"PYTHONPATH": str(root()), "TORTURE": str(project), "TMPDIR": str(project / "tmp")}
    argv = [sys.executable, "-c", RUN, str(project), json.dumps(parameters or {})]
    few = (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))) if limit else None
    with open(project / "told", "wb") as told:
        options = {"cwd": project, "stdin": subprocess.DEVNULL, "stdout": told, "stderr": told, "preexec_fn": few}
        return subprocess.Popen(argv, env={**environment(), **tested, **env}, start_new_session=True, **options)


def finish(process: subprocess.Popen, seconds: float = 60) -> int | None:
    "The exit code of a run, or None where it had to be killed because it did not end in time."
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None


def marked(mark: Path | str) -> list[psutil.Process]:
    "The living processes of a project, found by the mark in their environment."
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("TORTURE") == str(mark) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def wait_for(condition: Callable[[], Any], seconds: float, pause: float = 0.02) -> bool:
    "Wait until a condition holds; False when the time is over."
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def newest_run(project: Path) -> Path | None:
    "The newest run, good or not, or None."
    runs = all_runs(project / "runs")
    return runs[-1] if runs else None


def states(run: Path) -> list[str]:
    "The states of the stages of a run."
    return [stage["state"] for stage in read_json(run / "run.json")["stages"]]


def hashes(runs: Path) -> dict[str, str | None]:
    "The hashes of the artifacts of the latest run; executed notebooks hold times and are left out."
    latest = latest_run(runs)
    stages = read_json(latest / "run.json")["stages"] if latest else []
    found = {name: digest for stage in stages for name, digest in stage.get("writes", {}).items()}
    return {name: digest for name, digest in sorted(found.items()) if not name.endswith(".ipynb")}


def judge(project: Path, before: Path | None) -> list[str]:
    "What is wrong after a run, a sentence each; `before` is the latest run as it was before."
    wait_for(lambda: not marked(project), 5)
    found = [f"process {process.pid} is left after 5 s" for process in marked(project)]
    found += problems(project / "runs")
    latest = latest_run(project / "runs")
    if latest != before and latest != newest_run(project):
        found.append(f"latest is {latest}, neither the run before nor the new one")
    found += [f"{path.name} is left in the temporary folder" for path in (project / "tmp").glob("run-*")]
    return found


def side_by_side(work: Callable[[Any], Any], items: list[Any], at_once: int = 2) -> list[Any]:
    "The results of some work on each item, with a few trials at a time."
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(work, items))
