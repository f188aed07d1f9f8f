"""What is left after something was killed: valid notebooks, a true record, no process, the former latest run."""

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import time
import uuid

import nbformat
import psutil
import pytest

from project_name.engine.pipeline import Job, run_pipeline
from project_name.engine.record import latest_run, read_record

RUN = """
import sys
from pathlib import Path
from project_name.engine.pipeline import Job, run_pipeline
project = Path(sys.argv[1])
sys.exit(run_pipeline(Job(sorted(project.glob("*.ipynb")), {}, project / "runs", project))[1])
"""
BUSY = """
import subprocess, sys, time
from pathlib import Path
subprocess.Popen(["setsid", "sleep", "600"])
Path("busy").write_text("x")
time.sleep(600)
"""


def start(project, mark):
    "Start a run whose processes all carry a mark in their environment."
    env = {**os.environ, "TEST_MARK": mark}
    argv = [sys.executable, "-c", RUN, str(project)]
    return subprocess.Popen(argv, env=env, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def marked(mark):
    "The living processes that carry the mark."
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("TEST_MARK") == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            pass
    return found


def wait_for(condition, seconds=60):
    "Wait until a condition holds."
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def kernel_of(runs):
    "The kernel of the stage that is running, as the record of the newest run names it."
    newest = max(p for p in runs.iterdir() if p.is_dir() and not p.is_symlink())
    stages = json.loads((newest / "run.json").read_text())["stages"]
    return psutil.Process(next(stage["pid"] for stage in stages if stage["state"] == "running"))


@pytest.fixture
def busy(tiny, tmp_path):
    "A good run, and then one that hangs in its second stage with a grandchild of its own."
    mark = uuid.uuid4().hex
    tiny("00_first", "1 + 1")
    second = tiny("01_second", "2 + 2")
    assert start(tmp_path, mark).wait(120) == 0
    second.unlink()
    tiny("01_second", "3 + 3", BUSY, "after = 1")
    process = start(tmp_path, mark)
    wait_for((tmp_path / "busy").exists)
    yield process, mark, tmp_path / "runs"
    for left in marked(mark):
        left.kill()


@pytest.mark.parametrize(
    ("kill", "code", "states"),
    [
        ("kernel", 138, {"crashed"}),
        (signal.SIGINT, 130, {"interrupted"}),
        (signal.SIGTERM, 130, {"interrupted"}),
        (signal.SIGHUP, 130, {"interrupted"}),
        (signal.SIGKILL, -9, {"crashed"}),
    ],
    ids=str,
)
def test_a_killed_run_leaves_the_truth_and_nothing_else(busy, kill, code, states):
    process, mark, runs = busy
    good = latest_run(runs)
    if kill == "kernel":
        kernel_of(runs).kill()
    else:
        process.send_signal(kill)
    assert process.wait(30) == code
    wait_for(lambda: not marked(mark), seconds=10)

    assert latest_run(runs) == good
    (broken,) = [p for p in runs.iterdir() if p.is_dir() and not p.is_symlink() and p.resolve() != good]
    raw = json.loads((broken / "run.json").read_text())
    assert raw == read_record(broken) and raw["state"] in states
    assert [stage["state"] for stage in raw["stages"]] == ["reused", *states], raw["stages"][0]["why"]
    for path in broken.glob("*.ipynb"):
        nbformat.validate(nbformat.read(path, as_version=4))
    cells = json.loads((broken / "01_second.ipynb").read_text())["cells"]
    assert cells[-1]["metadata"]["papermill"]["status"] == "not_run" or kill == signal.SIGKILL
    assert not list(broken.rglob("*.tmp"))


POINTS = [  # what is called while the second stage is prepared, run and left
    "pipeline.found_for",
    "kernels.Kernels.prepare",
    "client.answers",
    "watch.Watch.begin",
    "client.StageClient._check_raise_for_error",
    "outputs.BoundedClient.output",
    "stage.make_trace",
    "pipeline.Pages.add",
]


@pytest.mark.parametrize("point", POINTS)
def test_a_signal_that_is_swallowed_stops_the_run_all_the_same(point, tiny, tmp_path, monkeypatch):
    *path, name = point.split(".")
    owner = importlib.import_module(f"project_name.engine.{path[0]}")
    owner = getattr(owner, path[1]) if path[1:] else owner
    real, swallowed = getattr(owner, name), []

    def swallow(*args, **options):
        if not swallowed:
            with contextlib.suppress(KeyboardInterrupt):
                swallowed.append(point)
                os.kill(os.getpid(), signal.SIGINT)
        return real(*args, **options)

    monkeypatch.setattr(owner, name, swallow)
    monkeypatch.setattr("project_name.engine.guard.AGAIN", 1.0)
    tiny("00_first", "print('one')")
    tiny("01_second", "import time\nprint('two')\ntime.sleep(60)")
    began, before = time.monotonic(), set(psutil.Process().children(recursive=True))
    run, code = run_pipeline(Job(sorted(tmp_path.glob("*.ipynb")), {}, tmp_path / "runs", tmp_path))
    record = read_record(run)
    assert swallowed and (code, record["state"]) == (130, "interrupted") and time.monotonic() - began < 30
    assert set(psutil.Process().children(recursive=True)) == before
    assert all(stage["state"] in ("ok", "interrupted", "not_run") for stage in record["stages"])


def test_a_child_that_does_not_end_takes_no_exit_handler_its_time(tiny, tmp_path):
    last = "import atexit, os\natexit.register(lambda: open('last.txt', 'w').close())\n"
    tiny("00_leaves", last + "import subprocess\nsubprocess.Popen(['sh', '-c', 'trap \"\" TERM; sleep 60'])")
    run, code = run_pipeline(Job(sorted(tmp_path.glob("*.ipynb")), {}, tmp_path / "runs", tmp_path))
    (stage,) = read_record(run)["stages"]
    assert code == 0 and not stage.get("troubles") and (tmp_path / "last.txt").exists()
