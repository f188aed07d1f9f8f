"""How long a command takes and how much memory it needs, side by side with others."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psutil


@dataclass
class Way:
    "One way to do the work, and what was measured of it."

    name: str
    command: list[str]
    folder: Path  # where it runs
    env: dict[str, str]
    before: Callable[[], None] = lambda: None  # what to do before each time, unmeasured
    seconds: list[float] = field(default_factory=list)
    megabytes: float = 0.0


def python(code: str) -> list[str]:
    "The command that runs a piece of Python."
    return [sys.executable, "-c", code]


def start(way: Way) -> subprocess.Popen:
    "Start the command of a way, silent, in a folder and an environment of its own."
    env = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "PYTHONHASHSEED": "0", **way.env}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # compiled modules are kept, as they usually are
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    return subprocess.Popen(way.command, cwd=way.folder, env=env, stdin=subprocess.DEVNULL, **quiet)


def time_once(way: Way) -> float:
    "Run a way once; seconds of wall clock from outside. Raises `RuntimeError` when it fails."
    way.before()
    began = time.perf_counter()
    process = start(way)
    told = process.communicate()[1]
    seconds = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(f"{way.name} ended with {process.returncode}: {told.decode()[-500:]}")
    return seconds


def peak_memory(way: Way) -> float:
    "The most memory that a way and all processes below it hold at one time, in MB; shared pages count once."
    way.before()
    process, peak = start(way), 0
    while process.poll() is None:
        peak = max(peak, sum(_share(each) for each in _tree(process.pid)))
        time.sleep(0.05)
    process.communicate()
    return peak / 1e6


def _tree(pid: int) -> list[psutil.Process]:
    "A process and all below it."
    try:
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _share(process: psutil.Process) -> int:
    "The proportional share of memory of a process, in bytes; 0 when it is gone."
    try:
        return process.memory_full_info().pss
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0


def measure(ways: list[Way], rounds: int, memory: bool = True) -> None:
    "Run all ways in turn, several rounds, so that a busy moment of the machine hits all of them."
    for _ in range(rounds):
        for way in ways:
            way.seconds.append(time_once(way))
    for way in ways if memory else []:
        way.megabytes = peak_memory(way)


def table(title: str, ways: list[Way]) -> str:
    "Medians, and their ratio to the first way, as lines of text."
    lines = [title, f"{'':<34}{'median s':>9}{'ratio':>8}{'range s':>15}{'peak MB':>9}"]
    first = median(ways[0].seconds)
    for way in ways:
        middle, low, high = median(way.seconds), min(way.seconds), max(way.seconds)
        memory = f"{way.megabytes:.0f}" if way.megabytes else ""
        lines.append(f"{way.name:<34}{middle:>9.2f}{middle / first:>8.2f}{f'{low:.2f}-{high:.2f}':>15}{memory:>9}")
    return "\n".join(lines)
