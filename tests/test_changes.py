"""The changes that people make, each as the smallest edit in the place where one would look for it."""

import difflib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from project_name.base import root

from .conftest import latest_run

NOT_TO_BE_TOUCHED = ("nbs/engine", "nbs/product")


def pipeline(home: Path, *words: str) -> Path:
    "Run the pipeline of a copy of the project, as `make pipeline` does; the folder of the run."
    env = {**os.environ, "PYTHONPATH": str(home), "RUNS_DIR": str(home / "runs"), "OMP_NUM_THREADS": "1"}
    argv = [sys.executable, "-c", "from project_name.cli import main; main()"]
    for command in (["export"], ["pipeline", *words]):
        done = subprocess.run([*argv, *command], cwd=home, env=env, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
    return latest_run(home / "runs")


def git(home: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=home, capture_output=True, text=True, check=True).stdout


def code_lines(text: str, name: str) -> list[str]:
    "The lines of a file; of a notebook those of its cells."
    if not name.endswith(".ipynb"):
        return text.splitlines()
    return [line for cell in json.loads(text)["cells"] for line in "".join(cell["source"]).splitlines() if line.strip()]


def lines_added(home: Path, name: str) -> int:
    "How many lines of a file are new."
    before = git(home, "ls-tree", "--name-only", "HEAD", name)
    old = code_lines(git(home, "show", f"HEAD:{name}"), name) if before else []
    new = code_lines((home / name).read_text(), name) if (home / name).exists() else []
    return sum(line.startswith("+ ") for line in difflib.ndiff(old, new))


def rents(rows: int = 420, seed: int = 1) -> pd.DataFrame:
    "A small table with dates, in which a flat is let at once or not."
    random = np.random.default_rng(seed)
    size, rent = random.normal(60, 15, rows).round(1), random.normal(900, 200, rows).round()
    likely = 1 / (1 + np.exp((rent - 15 * size) / 150))
    day = pd.Timestamp("2023-01-01") + pd.to_timedelta(np.sort(random.integers(0, 600, rows)), unit="D")
    return pd.DataFrame(
        {
            "offered": day.strftime("%Y-%m-%d"),
            "size": size,
            "rent": rent,
            "area": random.choice(["north", "south", "old town"], rows),
            "let": np.where(random.random(rows) < likely, "yes", "no"),
        }
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    "A copy of the project with a finished run on a small table of its own; each test finds it unchanged."
    folder = tmp_path_factory.mktemp("changes")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root(), capture_output=True, text=True, check=True).stdout
    for path in filter(None, listed.split("\0")):
        if (root() / path).exists():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root() / path, folder / path)
    rents().to_csv(folder / "rents.csv", index=False)
    settings = (folder / "settings.ini").read_text()
    for old, new in {
        "source = project_name.flights:load": "source = rents.csv",
        "trees = 300": "trees = 20",
        "trials = 12": "trials = 1",
    }.items():
        assert old in settings
        settings = settings.replace(old, new, 1)
    kept, _ = settings.split("[domain]")
    (folder / "settings.ini").write_text(f"{kept}[domain]\nsource = rents.csv\ntarget = let\npositive = yes\n")
    for words in ("init -q", "add -A", "-c user.name=a -c user.email=a@example.com commit -qm first"):
        git(folder, *words.split())
    pipeline(folder)
    return folder


@pytest.fixture
def changed(home):
    "Make a change to the project, run what must run, and say how much was touched; afterwards it is undone."

    def make(change: Callable[[Path], None]) -> Path:
        change(home)
        git(home, "add", "-A", "--", "nbs", "settings.ini")
        files = git(home, "diff", "--cached", "--name-only", "--no-renames", "--", "nbs", "settings.ini").splitlines()
        lines = sum(lines_added(home, name) for name in files)
        print(f"{len(files)} files, {lines} lines: {', '.join(files)}")
        assert 0 < len(files) <= 2 and lines <= 15
        assert not any(name.startswith(NOT_TO_BE_TOUCHED) for name in files)
        return pipeline(home)

    yield make
    git(home, "reset", "-q", "--hard")


def source_of(path: Path, edit: Callable[[list[dict]], None]) -> None:
    "Edit the cells of a notebook."
    book = json.loads(path.read_text())
    edit(book["cells"])
    path.write_text(json.dumps(book, indent=1, ensure_ascii=False, sort_keys=True) + "\n")


def replace(path: Path, old: str, new: str) -> None:
    "Replace a text in the one cell of a notebook that holds it."

    def edit(cells: list[dict]) -> None:
        [cell] = [cell for cell in cells if old in "".join(cell["source"])]
        cell["source"] = "".join(cell["source"]).replace(old, new, 1).splitlines(keepends=True)

    source_of(path, edit)


def add_setting(home: Path, line: str) -> None:
    "Add a line to the parameters of the settings."
    path = home / "settings.ini"
    path.write_text(path.read_text().replace("trials = 1\n", f"trials = 1\n{line}\n", 1))


def report(run: Path) -> str:
    return (run / "report.html").read_text()


def test_another_library_takes_part_by_one_line_of_settings(changed):
    run = changed(lambda home: add_setting(home, "candidates = linear, xgboost.XGBClassifier"))
    named = json.loads((run / "training.json").read_text())["candidates"]
    assert list(named) == ["dummy", "linear", "xgboost.XGBClassifier"] and "XGBClassifier" in report(run)


def test_an_estimator_of_ones_own_is_one_entry(changed):
    def change(home: Path) -> None:
        path = home / "nbs" / "methods" / "candidates.ipynb"
        replace(
            path,
            "CANDIDATES: dict",
            'def fit_nearest(part: Part, settings: dict) -> Pipeline:\n    "The nearest rows."\n'
            "    from sklearn.neighbors import KNeighborsClassifier\n\n"
            "    return fit_estimator(KNeighborsClassifier, part, settings)\n\n\nCANDIDATES: dict",
        )
        entry = '    "nearest": Candidate("nearest rows", 2, fit_nearest),\n'
        replace(path, '    "linear": Candidate', entry + '    "linear": Candidate')
        add_setting(home, "candidates = linear, nearest")

    run = changed(change)
    assert "nearest rows" in report(run) and "nearest" in json.loads((run / "metrics.json").read_text())["baselines"]


@pytest.mark.parametrize("name", ["02_explore", "07_monitor"])
def test_a_stage_that_is_removed_leaves_the_rest_running(changed, name):
    run = changed(lambda home: (home / "nbs" / f"{name}.ipynb").unlink())
    assert not (run / f"{name}.html").exists() and f"{name}.html" not in report(run)
    assert (run / "model" / "manifest.json").exists()


@pytest.mark.parametrize("name", ["045_look_again", "04b_look_again"])
def test_a_stage_that_is_added_runs_in_its_place(changed, name):
    def change(home: Path) -> None:
        book = json.loads((home / "nbs" / "03_features.ipynb").read_text())
        title = book["cells"][0]
        declared = next(cell for cell in book["cells"] if "parameters" in cell["metadata"].get("tags", []))
        act = {**declared, "id": "0a1b2c3d", "metadata": {}}
        title["source"] = ["# Look again\n", "> Counts the candidates."]
        head = {**title, "id": "0a1b2c3f", "source": ["## The run"]}
        declared["source"] = ['run_dir: str = ""  # folder of the run']
        act["source"] = [
            "from project_name.engine.runs import Run\n",
            "run = Run(run_dir)\n",
            'run.write("counted.json", {"candidates": len(run.read("training.json")["candidates"])});',
        ]
        book["cells"] = [title, head, declared, act]
        text = json.dumps(book, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        (home / "nbs" / f"{name}.ipynb").write_text(text)

    run = changed(change)
    assert json.loads((run / "counted.json").read_text()) == {"candidates": 4}
    assert f"{name}.html" in report(run)


def test_a_metric_of_ones_own_decides(changed):
    def change(home: Path) -> None:
        path = home / "nbs" / "methods" / "metrics.ipynb"
        replace(path, "    log_loss,\n", "    log_loss,\n    matthews_corrcoef,\n")
        entry = '    "matthews": Metric("Matthews correlation", True, BINARY, of_guess(matthews_corrcoef)),\n'
        replace(path, '    "roc_auc": Metric(', entry + '    "roc_auc": Metric(')
        add_setting(home, "primary = matthews")

    run = changed(change)
    metrics = json.loads((run / "metrics.json").read_text())
    point = metrics["test"]["matthews"]
    assert metrics["primary"] == "matthews" and point["low"] < point["value"] < point["high"]
    assert "Matthews correlation" in report(run)


def test_a_feature_of_ones_own_is_a_function_in_the_stage_of_features(changed):
    def change(home: Path) -> None:
        source_of(home / "nbs" / "03_features.ipynb", add_feature)
        path = home / "settings.ini"
        path.write_text(
            path.read_text().replace("target = let", "target = let\nfeatures = project_name.features:more", 1)
        )

    def add_feature(cells: list[dict]) -> None:
        new = {"cell_type": "code", "execution_count": None, "id": "", "metadata": {}, "outputs": []}
        body = [
            "#| export\n",
            "def more(frame):\n",
            '    "The columns, and the price of a square metre."\n',
            '    return frame.assign(price=frame["rent"] / frame["size"])',
        ]
        named = {**new, "id": "0a1b2c31", "source": ["#| default_exp features"]}
        cells[1:1] = [named, {**new, "id": "0a1b2c32", "source": body}]

    run = changed(change)
    columns = json.loads((run / "features.json").read_text())["columns"]
    assert "price" in [column["name"] for column in columns]


def test_a_figure_of_the_report_is_one_cell(changed):
    def change(home: Path) -> None:
        def add(cells: list[dict]) -> None:
            body = 'plot_bars(predictions["prediction"].value_counts(), "rows of each prediction");'
            new = {"cell_type": "code", "execution_count": None, "id": "0a1b2c33", "metadata": {}, "outputs": []}
            title = {"cell_type": "markdown", "id": "0a1b2c34", "metadata": {}, "source": ["## What it says"]}
            cells[-2:-2] = [title, {**new, "source": [body]}]

        source_of(home / "nbs" / "08_report.ipynb", add)

    assert "What it says" in report(changed(change))


def test_the_split_is_one_line(changed):
    def change(home: Path) -> None:
        rule = 'PARTS = {"train": 0.7, "valid": 0.15, "test": 0.15}'
        replace(home / "nbs" / "methods" / "splits.ipynb", rule, 'PARTS = {"train": 0.5, "valid": 0.25, "test": 0.25}')

    run = changed(change)
    assert json.loads((run / "metrics.json").read_text())["rows"] > 0.22 * len(rents())
