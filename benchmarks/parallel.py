"""Threads and processes inside of a stage: as fast in a warm kernel as in a plain one?"""

import json
import sys
from pathlib import Path
from statistics import median

import nbformat

from .measure import Way, time_once

PAUSE = "a pause"
CELLS = {
    "imports": "import numpy as np\nfrom joblib import Parallel, delayed\nfrom sklearn.ensemble import "
    "HistGradientBoostingClassifier, RandomForestClassifier\nx = np.random.default_rng(0).normal(size=(40_000, 20))\n"
    "y = x[:, 0] * x[:, 1] > 0",
    PAUSE: "import time\ntime.sleep(2)",  # until the run has written its first pages, which takes a core
    "OpenMP: gradient boosting": "HistGradientBoostingClassifier(max_iter=60, random_state=0).fit(x, y);",
    "BLAS: a matrix product": "m = np.random.default_rng(0).normal(size=(2_500, 2_500))\n(m @ m).sum()",
    "joblib: a forest in threads": "RandomForestClassifier(40, n_jobs=-1, random_state=0).fit(x[:8_000], y[:8_000]);",
    "joblib: processes": "len(Parallel(n_jobs=2)(delayed(sorted)(list(range(2_000_000, 0, -1))) for _ in range(4)))",
}
RUN = """\
import sys
from pathlib import Path
from project_name.engine.pipeline import Job, run_pipeline
project = Path(sys.argv[1])
sys.exit(run_pipeline(Job(sorted(project.glob("*.ipynb")), {}, project / "runs", project, force_from="00_parallel"))[1])
"""


def write_notebook(folder: Path) -> None:
    "Write the stage, a cell for each kind of parallel work."
    folder.mkdir()
    declared = nbformat.v4.new_code_cell('run_dir: str = ""', metadata={"tags": ["parameters"]})
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{n}") for n, source in enumerate(CELLS.values())]
    nbformat.write(nbformat.v4.new_notebook(cells=[declared, *cells]), folder / "00_parallel.ipynb")


def cell_seconds(folder: Path) -> dict[str, float]:
    "Seconds of each cell in the latest run."
    record = json.loads((folder / "runs" / "latest" / "run.json").read_text(encoding="utf-8"))
    found = {cell["id"]: cell["seconds"] for cell in record["stages"][0]["cells"]}
    return {name: found[f"cell-{n}"] for n, name in enumerate(CELLS)}


def table(folder: Path, rounds: int) -> str:
    "Seconds of each kind of work in a plain and in a warm kernel, as lines of text."
    write_notebook(folder)
    seen: dict[str, list[dict[str, float]]] = {"plain": [], "warm": []}
    for _ in range(rounds):
        for kind in seen:
            time_once(Way(kind, [sys.executable, "-c", RUN, str(folder)], folder, {"KERNELS": kind}))
            seen[kind].append(cell_seconds(folder))
    lines = [f"parallel work in a stage, {rounds} rounds", f"{'':<34}{'plain s':>9}{'warm s':>9}{'warm/plain':>12}"]
    for name in (name for name in CELLS if name != PAUSE):
        plain, warm = (median(cells[name] for cells in seen[kind]) for kind in seen)
        lines.append(f"{name:<34}{plain:>9.2f}{warm:>9.2f}{warm / plain:>12.2f}")
    return "\n".join(lines)
