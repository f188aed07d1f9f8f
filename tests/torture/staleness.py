"""What must run again runs again, and nothing else: by the plan, and by real runs."""

import contextlib
import functools
import os
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from project_name.engine import world
from project_name.engine.record import all_runs

from .mutations import MUTATIONS, Mutation
from .noops import NOOPS
from .small import Row
from .trial import Change, Trial, new_trial, states


def in_a_copy(base: Trial, change: Change, look: Callable[[Trial], str]) -> str:
    "What `look` says of a copy of the project after a change."
    before = patch.dict(os.environ)  # what a change sets there ends with it
    with tempfile.TemporaryDirectory(prefix="stale-") as temporary, contextlib.chdir(temporary), before:
        trial = base.copy(Path(temporary) / "project")
        try:
            change(trial)
            return look(trial)
        except Exception as error:
            return f"{type(error).__name__}: {str(error)[:200]}"


def told(numbers: Any) -> str:
    "Numbers of stages as a text."
    return " ".join(sorted(numbers)) or "nothing"


def wrong_plan(trial: Trial, mutation: Mutation) -> str:
    "What is wrong with the plan after a mutation: it must name the stages that run in any case, and no other."
    planned, waiting = trial.planned()
    expected, follow = set(mutation.runs.split()), set(mutation.after.split())
    if planned != expected:
        return f"planned {told(planned)}, expected {told(expected)}: {trial.why}"
    return "" if follow <= waiting else f"says of {told(follow - waiting)} that nothing changes, which then run"


def stages_that_ran(trial: Trial) -> tuple[Path, int, set[str]]:
    "Run for real: the folder, the exit code, and the numbers of the stages that ran well."
    before = all_runs(trial.project / "runs")
    run, code = trial.run()
    ran = {number for number, state in states(run).items() if state == "ok"}
    return run, code, set() if run.name in {each.name for each in before} else ran


def wrong_run(trial: Trial, mutation: Mutation) -> str:
    "What is wrong with a real run after a mutation."
    run, code, ran = stages_that_ran(trial)
    if not mutation.ends_well:
        return "" if code and states(run)[mutation.runs] == "failed" and not ran else f"ended {code}, ran {told(ran)}"
    expected = set(mutation.runs.split()) | set(mutation.after.split())
    if code or ran != expected:
        return f"ended {code}, ran {told(ran)}, expected {told(expected)}"
    return "" if mutation.check(run) else "ran, but the result is not that of the change"


def wrong_noop(trial: Trial) -> str:
    "What is wrong with a real run after a change that changes no result."
    _, code, ran = stages_that_ran(trial)
    return f"ended {code}, ran {told(ran)}" if code or ran else ""


def row(what: str, problems: dict[str, str], least: int) -> Row:
    "A row that counts what went right; what did not is printed."
    for name, problem in problems.items():
        if problem:
            print(f"  {what}: {name}: {problem}")
    good = sum(not problem for problem in problems.values())
    return Row(what, f"{good} of {len(problems)}", f"all of {least}+", good == len(problems) >= least)


def staleness(seed: int, quick: bool) -> list[Row]:
    "Each mutation and each no-op edit in a copy of a project that ran once: planned, and run for real."
    print(f"staleness: seed {seed}")
    chosen = random.Random(seed)
    mutations = chosen.sample(MUTATIONS, 32) if quick else MUTATIONS
    noops = {name: NOOPS[name] for name in chosen.sample(sorted(NOOPS), 20)} if quick else NOOPS
    real = chosen.sample(mutations, 3) if quick else mutations
    real_noops = chosen.sample(sorted(noops), 1) if quick else noops
    with (
        tempfile.TemporaryDirectory(prefix="stale-base-") as temporary,
        patch.dict(os.environ, REGION="north"),
        patch.object(world, "code_hash", functools.cache(world.code_hash)),  # the same modules in every copy
    ):
        base = new_trial(Path(temporary) / "project")
        assert base.run()[1] == 0, "the project does not run before it is changed"
        plans = {m.what: in_a_copy(base, m.change, lambda trial, m=m: wrong_plan(trial, m)) for m in mutations}
        runs = {m.what: in_a_copy(base, m.change, lambda trial, m=m: wrong_run(trial, m)) for m in real}
        nothing = Mutation("", lambda trial: None, "")
        idle = {
            name: in_a_copy(base, change, lambda trial: wrong_plan(trial, nothing)) for name, change in noops.items()
        }
        still = {name: in_a_copy(base, noops[name], wrong_noop) for name in real_noops}
    return [
        row("mutations whose plan names what runs in any case", plans, 30),
        row("mutations that rerun exactly their dependants, real runs", runs, len(real)),
        row("no-op edits that rerun nothing, planned", idle, 20),
        row("no-op edits that rerun nothing, real runs", still, len(real_noops)),
    ]
