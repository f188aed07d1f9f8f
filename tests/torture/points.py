"""Every change of a file that a run makes, found in a clean run and then failed: once by an error, once by a kill."""

import json
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from project_name.base import root
from project_name.engine.record import latest_run
from project_name.engine.verify import problems

from . import small
from .small import Row

HOOK = Path(__file__).parent / "hook"
LIMIT = 30  # seconds that a run with a fault may take
LATER = "the next run will "  # what may be open after a fault: what the checker promises, and the next run must keep


@dataclass
class Trial:
    "What came out of one fault."

    name: str
    code: int | None
    fired: bool
    traceback: bool = False
    wrong: list[str] = field(default_factory=list)


def make_template(project: Path) -> None:
    "A good run, the remains of a crashed one, and then a change: two stages to reuse, two to run."
    assert small.finish(small.start(project)) == 0, (project / "told").read_text()
    crashed = project / "runs" / "2020-01-01T00-00-00Z"
    crashed.mkdir()
    stages = [{"name": "00_one", "state": "running", "why": ""}]
    record = {"id": crashed.name, "state": "running", "process": {"pid": 1, "mark": "gone"}, "stages": stages}
    (crashed / "run.json").write_text(json.dumps(record))
    for leftover in (crashed / ".one.json.tmp", project / "runs" / ".latest.1.tmp"):
        leftover.write_text("half")
    small.write_stage(project, "02_three", "factor = 3", small.STAGES["02_three"][1])


@contextmanager
def copy_of(template: Path) -> Iterator[Path]:
    "A project with the same runs, to break."
    folder = Path(tempfile.mkdtemp(prefix="t-")) / "p"
    shutil.copytree(template, folder, symlinks=True)
    try:
        yield folder
    finally:
        small.remove(folder)
        shutil.rmtree(folder.parent, ignore_errors=True)


def run_with_points(project: Path, fault: str = "") -> tuple[int | None, Path]:  # exit code, the log of the points
    "A run whose changes of files are named, one of which may fail."
    log = project.parent / f"{project.name}.points"
    options = {"PYTHONPATH": f"{HOOK}:{root()}", "FAULT_LOG": str(log), "FAULT": fault}
    return small.finish(small.start(project, **options), LIMIT), log


def enumerate_points(template: Path) -> tuple[list[str], dict]:
    "The points of a clean run, and the hashes that it ends with."
    with copy_of(template) as project:
        code, log = run_with_points(project)
        assert code == 0, (project / "told").read_text()
        return sorted(set(log.read_text().splitlines())), small.hashes(project / "runs")


def try_point(template: Path, fault: str, expected: dict) -> Trial:
    "Fail one point, look at what is left, then let a run go through."
    with copy_of(template) as project:
        before, known = latest_run(project / "runs"), problems(project / "runs")
        code, log = run_with_points(project, fault)
        trial = Trial(fault, code, log.with_name(log.name + ".fired").exists())
        trial.traceback = "Traceback" in (project / "told").read_text()
        wrong = [s for s in small.judge(project, before) if s not in known and LATER not in s]
        trial.wrong += ["it did not end in time"] if code is None else []
        trial.wrong += [f"exit code {code}; after the fault: {sentence}" for sentence in wrong]
        trial.wrong += recover(project, expected)
        for sentence in trial.wrong:
            print(f"FAULT={fault!r}: {sentence}", flush=True)
        return trial


def recover(project: Path, expected: dict) -> list[str]:
    "What is wrong after an unhindered run."
    before = latest_run(project / "runs")
    code = small.finish(small.start(project))
    wrong = [f"the next run ends {code}: {(project / 'told').read_text()[-300:].strip()}"] if code else []
    wrong += [f"after the next run: {sentence}" for sentence in small.judge(project, before)]
    if small.hashes(project / "runs") != expected:
        wrong.append("the next run ends with other artifacts")
    return wrong


def points(seed: int, quick: bool) -> list[Row]:
    "Fail every point of a run twice; a sample of them when quick."
    began = time.monotonic()
    with small.small_project() as template:
        make_template(template)
        found, expected = enumerate_points(template)
        faults = [f"{point}|{action}" for point in found for action in ("error", "kill")]
        chosen = random.Random(seed).sample(faults, 10 if quick else len(faults))
        trials = small.side_by_side(lambda fault: try_point(template, fault, expected), chosen)
    return rows(trials, len(found), time.monotonic() - began)


def rows(trials: list[Trial], found: int, seconds: float) -> list[Row]:
    "The table of the trials."
    fired = [trial for trial in trials if trial.fired]
    good = [trial for trial in fired if not trial.wrong]
    refused = sum(trial.code != 0 for trial in fired)
    what = f"fault points old or new, never mixed ({found} points, error and kill)"
    told = f"{refused} ended with an error, {len(fired) - refused} did not matter, {seconds:.0f} s"
    told += f", {sum(trial.traceback for trial in trials)} showed a traceback"
    silent = len(trials) - len(fired)
    return [
        Row(what, f"{len(good)} of {len(fired)}", "all", len(good) == len(fired) > 0),
        Row(
            "fault points that were reached again",
            f"{len(fired)} of {len(trials)}",
            "9 of 10",
            silent * 10 <= len(trials),
        ),
        Row("how the runs with a fault ended", told, "in 30 s", all(trial.code is not None for trial in trials)),
    ]
