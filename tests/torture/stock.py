"""What stock papermill does under the same faults, measured in the same run."""

import contextlib
import json
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat

from . import small

GRANDCHILD = 'import subprocess\nsubprocess.Popen(["setsid", "sleep", "600"])'
LINES = "for number in range({lines}):\n    print('%06d ' % number + 'x' * 92, flush=True)"


@contextmanager
def notebook_of(*cells: str) -> Iterator[Path]:
    "A notebook of three cells in a folder of its own; every process of the folder is gone after the block."
    folder = Path(tempfile.mkdtemp(prefix="t-"))
    path = small.write_stage(folder, "three", *cells[1:], first=cells[0])
    try:
        yield path
    finally:
        small.remove(folder)


def start(notebook: Path, *options: str, limit: int = 0) -> subprocess.Popen:
    "Start papermill's command on a notebook; `limit` is the most bytes that a file may have."
    argv = [
        sys.executable,
        "-m",
        "papermill",
        notebook.name,
        "out.ipynb",
        "-k",
        "python3",
        "--language",
        "python",
        *options,
    ]
    env = {**small.environment(), "TORTURE": str(notebook.parent)}
    silent = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    few = (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))) if limit else None
    return subprocess.Popen(argv, cwd=notebook.parent, env=env, start_new_session=True, preexec_fn=few, **silent)


def says_so(output: Path) -> bool:
    "Whether the notebook of a killed run tells that something went wrong."
    try:
        metadata = json.loads(output.read_text())["metadata"]["papermill"]
    except (OSError, ValueError, KeyError):
        return False
    return bool(metadata.get("exception"))


def one_kill(target: str, moment: float) -> tuple[bool, int]:  # whether the notebook is true; processes left after 5 s
    "Kill papermill (TERM or KILL) or its kernel in the second cell."
    with notebook_of(GRANDCHILD, "import time\nopen('busy', 'w').close()\ntime.sleep(600)", "after = 1") as notebook:
        process = start(notebook)
        small.wait_for((notebook.parent / "busy").exists, 60)
        time.sleep(moment)
        if target == "kernel":
            kernel = [p for p in small.marked(notebook.parent) if "ipykernel_launcher" in " ".join(p.cmdline())]
            kernel[0].kill()
        else:
            process.send_signal(getattr(signal, f"SIG{target}"))
        small.finish(process, 30)
        small.wait_for(lambda: not small.marked(notebook.parent), 5)
        return says_so(notebook.parent / "out.ipynb"), len(small.marked(notebook.parent))


def kills(seed: int, number: int) -> tuple[int, int]:  # true notebooks, processes left
    "Kill so many runs of papermill, by turns in three ways."
    chance = random.Random(seed)
    tries = [(["kernel", "TERM", "KILL"][n % 3], chance.random()) for n in range(number)]
    seen = small.side_by_side(lambda each: one_kill(*each), tries)
    return sum(true for true, _ in seen), sum(left for _, left in seen)


def lines_lost(lines: int) -> tuple[int, int | None]:  # lines that are not in the notebook, exit code
    "How many of the flushed lines of one cell are lost."
    with notebook_of(LINES.format(lines=lines)) as notebook:
        code = small.finish(start(notebook), 180)
        with contextlib.suppress(OSError, ValueError):
            return lines - len(set(printed(notebook.parent / "out.ipynb"))), code
        return lines, code


def printed(output: Path) -> list[str]:
    "The numbered lines in the outputs of a notebook, in order."
    cells = nbformat.read(output, as_version=4).cells
    texts = [item.text for cell in cells for item in cell.get("outputs", []) if item.output_type == "stream"]
    return [line for line in "".join(texts).splitlines() if line[:6].isdigit()]


def keeps_the_old(limit: int = 8192) -> bool:
    "Whether the good notebook of an earlier run is still there after one that met a full disk."
    with notebook_of("1 + 1") as notebook:
        output = notebook.parent / "out.ipynb"
        assert small.finish(start(notebook)) == 0
        good = output.read_bytes()
        small.write_stage(notebook.parent, "three", f"print('x' * {4 * limit})", first="")
        small.finish(start(notebook, limit=limit), 60)
        return output.read_bytes() == good


def takes_unknown_parameters() -> bool:
    "Whether a run with a parameter that the notebook does not declare ends well."
    with notebook_of("1 + 1") as notebook:
        return small.finish(start(notebook, "-p", "run_dri", "x")) == 0
