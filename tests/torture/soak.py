"""Many runs in one process: nothing that a run opens, starts or writes aside may pile up."""

import json
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil

from project_name.base import root
from project_name.engine.pipeline import Job, run_pipeline

from .small import Row
from .trial import RUN, write_stage

WARM_UP = 3  # runs that are not counted: what is imported and cached once is in place after them
STAGES = ("00_one", "01_two", "02_three")
COUNTED = {"files": "open files", "threads": "threads", "children": "child processes", "temporary": "temporary files"}


def write(project: Path, number: int, value: int) -> None:
    "Write one of the stages; with another value it does something else."
    before = f'run.read("{number - 1}.json")' if number else "0"
    cells = (RUN, f'run.write("{number}.json", {before} + {value})', 'print("done\\n" * 100)')
    write_stage(project / f"{STAGES[number]}.ipynb", "", *cells)


def measured() -> dict[str, float]:
    "What this process holds now."
    process = psutil.Process()
    return {
        "files": process.num_fds(),
        "threads": process.num_threads(),
        "children": len(process.children(recursive=True)),
        "temporary": len(list(Path(tempfile.gettempdir()).rglob("*"))),
        "memory": process.memory_info().rss / 2**20,
    }


def run_many(project: Path, seed: int, count: int) -> list[dict[str, float]]:
    "In a process of its own: run `count` times, change one stage each time, and measure after each run."
    chosen, found = random.Random(seed), []
    for number in range(len(STAGES)):
        write(project, number, 0)
    for turn in range(1, count + 1):
        write(project, chosen.randrange(len(STAGES)), turn)
        job = Job(sorted(project.glob("*.ipynb")), {}, project / "runs", project)
        assert run_pipeline(job)[1] == 0
        found.append(measured())
    return found


def runs_of_a_process(seed: int, count: int) -> list[dict[str, float]]:
    "The measurements of a process that runs `count` times, with a folder for temporary files of its own."
    code = "import json, sys; from pathlib import Path; from tests.torture.soak import run_many\n"
    code += "print(json.dumps(run_many(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))"
    with tempfile.TemporaryDirectory(prefix="soak-") as temporary:
        project, aside = Path(temporary) / "project", Path(temporary) / "aside"
        project.mkdir()
        aside.mkdir()
        env = {**os.environ, "TMPDIR": str(aside), "PYTHONPATH": str(root())}
        argv = [sys.executable, "-c", code, str(project), str(seed), str(count)]
        done = subprocess.run(argv, env=env, cwd=root(), capture_output=True, text=True, timeout=60 + 20 * count)
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout.splitlines()[-1])


def slope(values: list[float]) -> tuple[float, float]:  # of the least-squares line, and its standard error
    "How much the values rise from one to the next."
    places = range(len(values))
    rise, start = statistics.linear_regression(places, values)
    rest = sum((value - start - rise * place) ** 2 for place, value in zip(places, values, strict=True))
    spread = sum((place - statistics.mean(places)) ** 2 for place in places)
    return rise, math.sqrt(rest / (len(values) - 2) / spread)


def flat_row(name: str, what: str, found: list[dict[str, float]]) -> Row:
    "A row on something that is counted: after every run it must be what it was after the warm-up."
    start, later = found[WARM_UP - 1][name], [each[name] for each in found[WARM_UP:]]
    ours = f"{start:.0f} -> {min(later):.0f} to {max(later):.0f}"
    return Row(f"{what} after {WARM_UP} and {len(found)} runs", ours, "equal", max(later) <= start)


def memory_row(found: list[dict[str, float]]) -> Row:
    "A row on the memory of the runner; a rise below two standard errors is not told from none."
    values = [each["memory"] for each in found[WARM_UP:]]
    rise, error = slope(values)
    ours = f"{rise:+.3f} ± {error:.3f} ({values[0]:.0f} to {values[-1]:.0f} MiB)"
    few = len(values) < 30  # too few for a slope that is surely small: only a rise that is surely large is refused
    goal = "< 0.1, give or take two errors" if few else "< 0.1"
    return Row(f"memory of the runner, MiB a run over {len(values)} runs", ours, goal, rise - 2 * error * few < 0.1)


def soak(seed: int, quick: bool) -> list[Row]:
    "Fifty runs in a row, after a few that warm up."
    count = WARM_UP + (8 if quick else 50)
    print(f"soak: seed {seed}")
    found = runs_of_a_process(seed, count)
    for name in ("memory", "files", "threads"):
        print(f"  {name}: " + " ".join(f"{each[name]:.0f}" for each in found))
    return [*(flat_row(name, what, found) for name, what in COUNTED.items()), memory_row(found)]
