"""Kills at random moments: of the runner, the kernel, the supervisor, the fork server and the whole group."""

import collections
import contextlib
import os
import random
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil

from project_name.base import read_json
from project_name.engine.record import latest_run, read_record

from . import small, stock
from .points import LATER, copy_of, recover
from .small import Row

KINDS = ("INT", "TERM", "HUP", "KILL", "kernel", "supervisor", "fork server", "group")
HOLD = f"{stock.GRANDCHILD}\nimport time\ntime.sleep(0.3)"  # a stage also holds a process that left its session


@dataclass
class Trial:
    "What came out of one kill."

    kind: str
    moment: float
    state: str = "none"  # of the run that was killed; none: it had not begun
    left: int = 0  # processes left after 5 s
    lie: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)


def make_template(project: Path) -> None:
    "A good run, and then a change in the second stage: one stage to reuse, three to run."
    for name, cells in small.STAGES.items():
        small.write_stage(project, name, cells[0], HOLD, *cells[1:])
    assert small.finish(small.start(project)) == 0, (project / "told").read_text()
    first, second = small.STAGES["01_two"]
    small.write_stage(project, "01_two", first, HOLD, second.replace("str(total)", "str(total + 1)"))


def clean_run(template: Path) -> tuple[float, dict]:  # seconds, hashes of the artifacts
    "An unbroken run."
    with copy_of(template) as project:
        began = time.monotonic()
        assert small.finish(small.start(project)) == 0, (project / "told").read_text()
        return time.monotonic() - began, small.hashes(project / "runs")


def kernel_of(project: Path) -> int | None:
    "The process of the stage that is running, as the record of the newest run names it."
    with contextlib.suppress(Exception):  # a record may be replaced, and a run may not have begun
        stages = read_json(small.newest_run(project) / "run.json")["stages"]
        return next(stage.get("pid") for stage in stages if stage["state"] == "running")
    return None


def helper(project: Path, kind: str) -> int | None:
    "The supervisor of a run or its fork server. Kernels look like the fork server, but are its children."
    known = {}
    for process in small.marked(project):
        with contextlib.suppress(psutil.Error):
            known[process.pid] = (" ".join(process.cmdline()), process.ppid())
    supervisors = [pid for pid, (words, _) in known.items() if "engine.supervisor" in words]
    nurseries = [pid for pid, (words, parent) in known.items() if "engine.warm" in words and parent in supervisors]
    return next(iter(supervisors if kind == "supervisor" else nurseries), None)


def strike(project: Path, process: object, kind: str) -> None:
    "Send the signal of a kind; wait for its target to be there, as long as the run goes on."
    if kind in ("INT", "TERM", "HUP", "KILL"):
        return process.send_signal(getattr(signal, f"SIG{kind}"))
    if kind == "group":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        return None
    find = (lambda: kernel_of(project)) if kind == "kernel" else (lambda: helper(project, kind))
    target = None
    while process.poll() is None and target is None:
        time.sleep(0.01)
        target = find()
    with contextlib.suppress(ProcessLookupError, TypeError):
        os.kill(target, signal.SIGKILL)
    return None


def lies(project: Path, before: Path, code: int | None, kind: str) -> tuple[str, list[str]]:  # state, what is untrue
    "The state in the record of the run that was killed, and what is not true in it."
    run = small.newest_run(project)
    if run.resolve() == before:
        return "none", ["it ended 0 and there is no run"] if code == 0 else []
    try:
        state = read_record(run)["state"]
    except Exception as error:
        return "unreadable", [f"{run.name}: no record: {error}"]
    wrong = [] if state in ("ok", "interrupted", "crashed") else [f"state {state}"]
    wrong += ["ended 0, state " + state] if code == 0 and state != "ok" else []
    wrong += [f"ended 130, state {state}"] if code == 130 and state != "interrupted" else []
    wrong += ["interrupted by nobody"] if state == "interrupted" and kind in ("KILL", *KINDS[4:7]) else []
    for path in run.glob("*.ipynb"):
        try:
            nbformat.validate(nbformat.read(path, as_version=4))
        except Exception as error:
            wrong.append(f"{path.name} is not valid: {type(error).__name__}")
    return state, wrong


def kept(project: Path, before: Path) -> dict[str, str]:
    "The stages that had ended well in the run that was killed, with what they wrote."
    run = small.newest_run(project)
    if run.resolve() == before or not (run / "run.json").exists():
        return {}
    stages = read_json(run / "run.json")["stages"]
    return {stage["name"]: stage["state"] for stage in stages if stage["state"] in ("ok", "reused")}


def try_kill(template: Path, kind: str, moment: float, expected: dict) -> Trial:
    "Kill one run, look at what is left, then let a run go through."
    with copy_of(template) as project:
        before, trial = latest_run(project / "runs"), Trial(kind, moment)
        process = small.start(project)
        time.sleep(moment)
        strike(project, process, kind)
        code = small.finish(process, 30)
        found = [s for s in small.judge(project, before) if LATER not in s]
        trial.left = len(small.marked(project))
        trial.state, trial.lie = lies(project, before, code, kind)
        trial.lie += found + (["it did not end in 30 s"] if code is None else [])
        ended = kept(project, before)
        small.end(project)
        trial.stuck = recover(project, expected)
        now = dict(zip(small.STAGES, small.states(small.newest_run(project)), strict=True))
        trial.stuck += [f"{name} ran again" for name in ended if now[name] != "reused" and trial.state != "ok"]
        for sentence in trial.lie + trial.stuck:
            print(f"kill {kind} at {moment:.3f} s, exit {code}, {trial.state}: {sentence}", flush=True)
        return trial


def kills(seed: int, quick: bool) -> list[Row]:
    "Kill 200 runs, with stock papermill beside it; or one of each kind when quick, alone."
    number, chance = (len(KINDS) if quick else 200), random.Random(seed)
    with small.small_project() as template:
        make_template(template)
        length, expected = clean_run(template)
        tries = [(KINDS[n % len(KINDS)], chance.uniform(0, length)) for n in range(number)]
        trials = small.side_by_side(lambda each: try_kill(template, *each, expected), tries)
    return rows(trials, *(() if quick else (*stock.kills(seed, 12), 12)))


def rows(trials: list[Trial], stock_true: int = 0, stock_left: int = 0, stock_number: int = 0) -> list[Row]:
    "The table of the trials."
    true, resumed = sum(not t.lie for t in trials), sum(not t.stuck for t in trials)
    left, number = sum(t.left for t in trials), len(trials)
    seen = ", ".join(
        f"{state} {count}" for state, count in sorted(collections.Counter(t.state for t in trials).items())
    )
    told = f"{stock_true} of {stock_number}" if stock_number else ""
    theirs = f"{stock_left} of {stock_number} kills" if stock_number else ""
    return [
        Row("kills that leave a true record", f"{true} of {number}", "all", true == number, told),
        Row("kills after which the next run goes on", f"{resumed} of {number}", "all", resumed == number),
        Row("processes left 5 s after a kill", str(left), "0", left == 0, theirs),
        Row("states that the records tell", seen, "no running", "running" not in seen),
    ]
