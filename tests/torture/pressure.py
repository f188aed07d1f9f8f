"""Much output, a full disk, two runs at once, and the lock of a run that was killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from project_name.base import root, sha256
from project_name.engine.pipeline import Job
from project_name.engine.record import latest_run, read_record

from . import small, stock
from .small import Row

MANY = 3_000_000  # bytes of an artifact that does not fit
BIG = f"run.write('three.json', {{'n': 1}})\nrun.write('big.txt', 'x' * {MANY})"
LARGE = "line = 'y' * 999\nfor number in range({thousands}):\n    print(line)"
SLOW = "import time\nopen('busy', 'w').close()\ntime.sleep(600)"


@contextmanager
def one_stage(*cells: str) -> Iterator[Path]:
    "A project of a single stage."
    with small.small_project() as project:
        for path in project.glob("*.ipynb"):
            path.unlink()
        small.write_stage(project, "00_one", *cells)
        yield project


def lines_lost(lines: int, beside: bool) -> Row:
    "Whether each of many flushed lines is in the executed notebook, once and in order."
    with one_stage(stock.LINES.format(lines=lines)) as project:
        code = small.finish(small.start(project), 180)
        found = stock.printed(small.newest_run(project) / "00_one.ipynb")
    lost = lines - len({line for line in found if len(line) == 99})
    met = code == 0 and [int(line[:6]) for line in found] == list(range(lines))
    theirs = "{:,} (exit {})".format(*stock.lines_lost(lines)) if beside else ""
    return Row(f"lines lost of {lines:,} flushed", str(lost), "0", met, theirs)


def large_output(megabytes: int) -> Row:
    "A cell that prints hundreds of megabytes does not fail the run; a notebook that was cut is small and says so."
    with one_stage(LARGE.format(thousands=megabytes * 1000)) as project:
        began = time.monotonic()
        code = small.finish(small.start(project), 240)
        text = (small.newest_run(project) / "00_one.ipynb").read_bytes()
    size, seconds, most = len(text) / 1e6, time.monotonic() - began, getattr(Job, "output_mb", 0)
    said = b" cut" in text
    met = code == 0 and (not most or (size < 1.1 * most and said))
    told = f"exit {code}, notebook {size:.1f} MB, {'says what was cut' if said else 'whole'}, {seconds:.0f} s"
    goal = f"exit 0, cut to {most:g} MB and says so" if most else "exit 0"
    return Row(f"{megabytes} MB printed by one cell", told, goal, met)


def held(run: Path) -> dict[str, str]:
    "The hash of every file of a run."
    return {str(path.relative_to(run)): sha256(path) for path in sorted(run.rglob("*")) if path.is_file()}


def full_disk_keeps(project: Path, limit: int = 0) -> list[str]:
    "What is wrong after a run that finds no room, when a good run was there before."
    before = latest_run(project / "runs")
    good = held(before)
    small.write_stage(project, "02_three", BIG)
    code = small.finish(small.start(project, limit=limit))
    wrong = [] if code else [f"it ended {code}"]
    wrong += small.judge(project, before)
    if latest_run(project / "runs") != before or held(before) != good:
        wrong.append("the good run is not what it was")
    return wrong


def after_full_disk(project: Path) -> list[str]:
    "What is wrong with a run that has room again."
    code = small.finish(small.start(project))
    wrong = [f"the next run ends {code}: {(project / 'told').read_text()[-200:]}"] if code else []
    return wrong + small.judge(project, latest_run(project / "runs"))


def file_limit(beside: bool) -> Row:
    "A disk that takes no large file, by the limit of the system for this process."
    with small.small_project() as project:
        assert small.finish(small.start(project)) == 0
        wrong = full_disk_keeps(project, limit=MANY // 2) + after_full_disk(project)
    theirs = ("kept" if stock.keeps_the_old() else "destroyed") if beside else ""
    return Row("last good files when no large file fits", "; ".join(wrong) or "kept", "kept", not wrong, theirs)


def mount(folder: Path, *options: str) -> bool:
    "Mount a file system in memory, where that is allowed."
    argv = ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", str(folder)]
    try:
        return subprocess.run(argv, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def full_file_system() -> Row:
    "A file system that is full to the last byte, for the runs of a project."
    what = "last good files on a full file system"
    with small.small_project() as project:
        runs = project / "runs"
        runs.mkdir()
        if not mount(runs, "size=64m"):
            return Row(what, "cannot be mounted here", "kept", True)
        try:
            assert small.finish(small.start(project)) == 0
            used = sum(path.stat().st_blocks * 512 for path in runs.rglob("*") if path.is_file())
            mount(runs, "remount", f"size={used + 1024 * 1024}")
            wrong = full_disk_keeps(project)
            mount(runs, "remount", "size=64m")
            wrong += after_full_disk(project)
        finally:
            small.end(project)
            subprocess.run(["umount", "-l", str(runs)], capture_output=True)
    return Row(what, "; ".join(wrong) or "kept", "kept", not wrong)


def second_run(project: Path, lock: str | None) -> list[str]:
    "What is wrong with the answer to a second run, when the file of the lock has this content."
    first = small.start(project)
    if not small.wait_for((project / "busy").exists, 60):
        return ["the first run did not begin"]
    if lock is not None:
        (project / "runs" / ".lock").write_text(lock)
    (project / "busy").unlink()
    code = small.finish(small.start(project), 30)
    told, name = (project / "told").read_text(), f"process {first.pid}"
    wrong = [] if code == 75 else [f"the second run ends {code}"]
    wrong += [] if (name in told if lock is None else "another run holds the lock" in told) else [f"it says {told!r}"]
    wrong += ["it says more than a sentence"] if "Traceback" in told else []
    wrong += [f"{name} is not the newest run's"] if read_record(small.newest_run(project))["state"] != "running" else []
    first.send_signal(signal.SIGKILL)
    small.finish(first)
    small.wait_for(lambda: not small.marked(project), 5)
    return wrong


def two_runs() -> Row:
    "A second run is refused, whatever the file of the lock holds."
    with one_stage(SLOW) as project:
        wrong = [sentence for lock in (None, "", "garbage {") for sentence in second_run(project, lock)]
    told = "; ".join(wrong) or "3 of 3 end 75, the holder is named"
    return Row("a second run at the same time", told, "3 of 3 end 75, the holder is named", not wrong)


def lock_of_the_dead() -> Row:
    "A run that was killed leaves no lock, and what is left in the file of the lock does not matter."
    seconds = []
    with small.small_project() as project:
        for lock in ("", "garbage {", None):
            process = small.start(project)
            small.wait_for(lambda: small.newest_run(project) is not None, 60)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            if lock is not None:
                (project / "runs" / ".lock").write_text(lock)
            began = time.monotonic()
            if small.finish(small.start(project)) != 0 or read_record(latest_run(project / "runs"))["state"] != "ok":
                return Row("a run at once after a killed one", (project / "told").read_text()[-200:], "ends 0", False)
            seconds.append(time.monotonic() - began)
            small.write_stage(project, "03_four", f"run.write('four.md', '{len(seconds)}')")
    return Row("a run at once after a killed one", f"3 of 3 end 0, {max(seconds):.1f} s at most", "3 of 3 end 0", True)


def unknown_parameter(beside: bool) -> Row:
    "A parameter that no stage declares; the section `parameters` has hundreds more."
    argv = [sys.executable, "-c", "from project_name.cli import main; main()", "pipeline", "run_dri=x"]
    with small.small_project() as project:
        env = {**small.environment(), "PYTHONPATH": str(root()), "RUNS_DIR": str(project / "runs")}
        code = subprocess.run(argv, env=env, cwd=root(), capture_output=True).returncode
        ran = (project / "runs").exists()
    theirs = ("accepted" if stock.takes_unknown_parameters() else "refused") if beside else ""
    return Row("a parameter that no stage declares", f"exit {code}", "exit 2", code == 2 and not ran, theirs)


def pressure(seed: int, quick: bool) -> list[Row]:
    "All of it; when quick fewer lines and megabytes, without stock papermill. Nothing here is chosen by the seed."
    return [
        lines_lost(20_000 if quick else 50_000, not quick),
        large_output(20 if quick else 200),
        file_limit(not quick),
        full_file_system(),
        two_runs(),
        lock_of_the_dead(),
        unknown_parameter(not quick),
    ]
