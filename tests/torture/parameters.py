"""Bad parameters are refused before anything runs; what is accepted arrives in the kernel exactly as it was meant."""

import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

from click.testing import CliRunner

from project_name import commands
from project_name.base import root
from project_name.engine import pipeline, sync
from project_name.engine.parameters import Parameter, all_parameters, stage_notebooks

from .bad import Bad, listed
from .bad_texts import COLUMNS, TABLE
from .generated import generated
from .small import Row
from .stock_parameters import refused_by_papermill

HARMLESS = {"RUNS_DIR": "runs", **dict.fromkeys(("P", *commands.OF_PIPELINE, "KEEP", "IN", "OUT"), "")}


class Executed(Exception):
    "A run would have begun."


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    "A temporary folder with a good table in it, as the present folder."
    before = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="parameters-") as temporary:
        os.chdir(temporary)
        try:
            Path(TABLE).write_text(COLUMNS, encoding="utf-8")
            yield Path(temporary).resolve()
        finally:
            os.chdir(before)


def command_line(bad: Bad) -> tuple[list[str], dict[str, str]]:  # the words, the environment
    "How a person would give it; the file, if any, is written into the present folder."
    words, env = list(bad.words), {**HARMLESS, "RUNS_DIR": str(Path.cwd() / "runs"), **dict(bad.make)}
    if bad.file is not None:
        Path("parameters.yaml").write_bytes(bad.file)
        words.append("F=parameters.yaml")
    return ["pipeline", *words, *(["--from-make"] if bad.make else [])], env


def wrong_answer(bad: Bad, code: int, told: str) -> str:
    "What is wrong with the answer to bad parameters; empty when nothing is."
    if "Traceback" in told:
        return "a traceback"
    if code != 2:
        return f"ended {code}"
    if bad.told not in told:
        return f"does not name {bad.told!r}"
    return "repeats the secret" if bad.untold and bad.untold in told else ""


def in_process(bad: Bad, executed: list[Bad]) -> str:
    "What is wrong with the answer of the command line, called in this process with the run itself taken out."

    def run(job: Any) -> None:
        executed.append(bad)
        raise Executed

    words, env = command_line(bad)
    with patch.object(pipeline, "run_pipeline", run), patch.object(sync, "exported", lambda project: True):
        result = CliRunner().invoke(commands.main, words, env=env)
    error = result.exception
    if error is not None and not isinstance(error, SystemExit):
        name = "a run began" if isinstance(error, Executed) else f"a traceback: {type(error).__name__}"
        return name
    return wrong_answer(bad, result.exit_code, result.output)


def in_a_process_of_its_own(bad: Bad) -> tuple[str, float]:  # what is wrong, seconds
    "What is wrong with the answer of a real command, and how long it took."
    words, env = command_line(bad)
    argv = [sys.executable, "-c", "from project_name.cli import main; main()", *words]
    env = {**os.environ, **env, "PYTHONPATH": str(root())}
    began = time.monotonic()
    done = subprocess.run(argv, env=env, capture_output=True, text=True, errors="replace", timeout=60)
    seconds = time.monotonic() - began
    problem = wrong_answer(bad, done.returncode, done.stderr)
    return problem or ("a run folder" if list(Path("runs").glob("*Z*")) else ""), seconds


def fits_a_process(bad: Bad) -> bool:
    "Whether a shell could pass this on at all: no zero bytes, nothing but text."
    texts = [*bad.words, *(text for pair in bad.make for text in pair)]
    return not any("\x00" in text or "\udcff" in text for text in texts)


def canaries(where: Path) -> list[str]:
    "The files that code in a parameter left behind."
    return [str(path) for place in (where, root()) for path in place.glob("*CANARY*")]


def report(problems: dict[Bad, str], most: int = 12) -> None:
    "Print what was not refused as it should be, one line for each kind."
    seen: Counter = Counter()
    for bad, problem in problems.items():
        seen[bad.kind, problem] += 1
        if seen[bad.kind, problem] == 1 and len(seen) <= most:
            given = bad.words or bad.make or (bad.file or b"")[:60]
            print(f"  not refused well: {bad.kind}: {problem}: {ascii(given)[:160]}")
    for (kind, problem), times in seen.items():
        print(f"  {times} x {kind}: {problem}")


def listed_rows(declared: dict[str, Parameter], chosen: random.Random, processes: int) -> list[Row]:
    "Every listed bad parameter through the command line, and some through a process."
    with folder() as here:
        bads, executed = listed(declared, str(here / "CANARY")), []
        problems = {bad: problem for bad in bads if (problem := in_process(bad, executed))}
        refused = [bad for bad in bads if bad not in problems and fits_a_process(bad)]
        answers = {bad: in_a_process_of_its_own(bad) for bad in chosen.sample(refused, processes)}
        problems |= {bad: f"in a process: {problem}" for bad, (problem, _) in answers.items() if problem}
        left = canaries(here)
    report(problems)
    seconds = statistics.median(seconds for _, seconds in answers.values())
    good = len(bads) - len(problems)
    return [
        Row("bad parameters refused, listed", f"{good} of {len(bads)}", "all of 500+", good == len(bads) >= 500),
        Row("bad parameters executed", str(len(executed)), "0", not executed),
        Row("canary files left by code in parameters", str(len(left)), "0", not left),
        Row("seconds of a refusal, median of processes", f"{seconds:.2f}", "< 2", seconds < 2),
    ]


def generated_row(declared: dict[str, Parameter], seed: int, count: int) -> Row:
    "Pairs made by hypothesis: each refused, or passed on exactly."
    counts, others = generated(declared, seed, count)
    for other in others[:5]:
        print(f"  neither refused nor exact: {other}")
    bad, tried = counts["other"], sum(counts.values())
    print(f"  generated: {dict(counts)}")
    what = f"generated: neither refused nor exact ({counts['refused']} refused, {counts['accepted']} exact)"
    enough = tried >= count and counts["accepted"] and counts["refused"]
    return Row(what, f"{bad} of {tried}", f"0 of {count}", bad == 0 and bool(enough))


def parameters(seed: int, quick: bool) -> list[Row]:
    "Listed and generated bad parameters, and what stock papermill does with some of them."
    print(f"parameters: seed {seed}")
    declared = all_parameters(stage_notebooks(root() / "nbs"))
    rows = listed_rows(declared, random.Random(seed), 3 if quick else 15)
    rows.append(generated_row(declared, seed, 1_000 if quick else 10_000))
    refused, tried = refused_by_papermill()
    print(f"  papermill: {json.dumps(refused)}")
    first = rows[0]
    rows[0] = Row(first.what, first.ours, first.goal, first.met, f"{sum(refused.values())} of {tried} kinds")
    return rows
