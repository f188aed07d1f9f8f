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
    before = git(home, "ls-files", "--cached", "--", name)
    old = code_lines(git(home, "show", f":{name}"), name) if before else []
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
    "Make some changes, each small by itself, and run what must run; afterwards they are undone."

    def make(*changes: Callable[[Path], None]) -> Path:
        for change in changes:
            change(home)
            files = git(home, "ls-files", "-mdo", "--exclude-standard", "nbs", "settings.ini").split()
            lines = sum(lines_added(home, name) for name in set(files))
            print(f"{change.__name__}: {len(set(files))} files, {lines} lines")
            assert 0 < len(set(files)) <= 2 and lines <= 15
            assert not any(name.startswith(NOT_TO_BE_TOUCHED) for name in files)
            git(home, "add", "-A", "--", "nbs", "settings.ini")
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


def another_library(home: Path) -> None:
    add_setting(home, "candidates = linear, xgboost.XGBClassifier")


def own_estimator(home: Path) -> None:
    path = home / "nbs" / "methods" / "candidates.ipynb"
    fit = (
        'def fit_nearest(part: Part, settings: dict) -> Pipeline:\n    "The nearest rows."\n'
        "    from sklearn.neighbors import KNeighborsClassifier\n\n"
        "    return fit_estimator(KNeighborsClassifier, part, settings)\n\n\n"
    )
    replace(path, "CANDIDATES: dict", fit + "CANDIDATES: dict")
    entry = '    "nearest": Candidate("nearest rows", 2, fit_nearest),\n'
    replace(path, '    "linear": Candidate', entry + '    "linear": Candidate')
    settings = (home / "settings.ini").read_text()
    (home / "settings.ini").write_text(settings.replace("candidates = linear,", "candidates = linear, nearest,"))


def own_metric(home: Path) -> None:
    path = home / "nbs" / "methods" / "metrics.ipynb"
    replace(path, "    log_loss,\n", "    log_loss,\n    matthews_corrcoef,\n")
    entry = '    "matthews": Metric("Matthews correlation", True, BINARY, of_guess(matthews_corrcoef)),\n'
    replace(path, '    "roc_auc": Metric(', entry + '    "roc_auc": Metric(')
    add_setting(home, "primary = matthews")


def new_cell(cid: str, *lines: str, kind: str = "code") -> dict:
    more = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {"cell_type": kind, "id": cid, "metadata": {}, "source": "\n".join(lines).splitlines(keepends=True), **more}


def add_stage(home: Path, name: str) -> None:
    book = json.loads((home / "nbs" / "03_features.ipynb").read_text())
    book["cells"] = [
        new_cell("0a1b2c31", "# Look again", "> Counts the candidates.", kind="markdown"),
        new_cell("0a1b2c32", "## The run", kind="markdown"),
        {**new_cell("0a1b2c33", 'run_dir: str = ""  # folder of the run'), "metadata": {"tags": ["parameters"]}},
        new_cell(
            "0a1b2c34",
            "from project_name.engine.runs import Run",
            "run = Run(run_dir)",
            'run.write("counted.json", {"candidates": len(run.read("training.json")["candidates"])});',
        ),
    ]
    text = json.dumps(book, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    (home / "nbs" / f"{name}.ipynb").write_text(text)


def stage_between(home: Path) -> None:
    add_stage(home, "045_look_again")


def stage_with_a_letter(home: Path) -> None:
    add_stage(home, "04b_look_again")


def figure_of_the_report(home: Path) -> None:
    body = 'plot_bars(predictions["prediction"].value_counts(), "rows of each prediction");'
    cells = [new_cell("0a1b2c35", "## What it says", kind="markdown"), new_cell("0a1b2c36", body)]
    source_of(home / "nbs" / "08_report.ipynb", lambda book: book.__setitem__(slice(-2, -2), cells))


def own_feature(home: Path) -> None:
    body = [
        "#| export",
        "def more(frame):",
        '    "The columns, and the price of a square metre."',
        '    return frame.assign(price=frame["rent"] / frame["size"])',
    ]
    cells = [new_cell("0a1b2c37", "#| default_exp features"), new_cell("0a1b2c38", *body)]
    source_of(home / "nbs" / "03_features.ipynb", lambda book: book.__setitem__(slice(1, 1), cells))
    path = home / "settings.ini"
    path.write_text(path.read_text().replace("target = let", "target = let\nfeatures = project_name.features:more", 1))


def another_split(home: Path) -> None:
    rule = 'PARTS = {"train": 0.7, "valid": 0.15, "test": 0.15}'
    replace(home / "nbs" / "methods" / "splits.ipynb", rule, 'PARTS = {"train": 0.5, "valid": 0.25, "test": 0.25}')


def no_exploration(home: Path) -> None:
    (home / "nbs" / "02_explore.ipynb").unlink()


def no_monitoring(home: Path) -> None:
    (home / "nbs" / "07_monitor.ipynb").unlink()


def test_models_metrics_figures_and_a_stage_are_added_by_small_edits(changed):
    run = changed(another_library, own_estimator, own_metric, stage_between, figure_of_the_report)
    page, metrics = report(run), json.loads((run / "metrics.json").read_text())
    named = json.loads((run / "training.json").read_text())["candidates"]
    assert list(named) == ["dummy", "nearest", "linear", "xgboost.XGBClassifier"]
    assert "nearest rows" in page and "XGBClassifier" in page and "nearest" in {*metrics["baselines"]}
    point = metrics["test"]["matthews"]
    assert metrics["primary"] == "matthews" and point["low"] < point["value"] < point["high"]
    assert "Matthews correlation" in page and "What it says" in page
    assert json.loads((run / "counted.json").read_text()) == {"candidates": 4} and "045_look_again.html" in page


def test_the_split_and_the_features_change_and_stages_go_by_small_edits(changed):
    run = changed(own_feature, another_split, no_exploration, no_monitoring, stage_with_a_letter)
    page = report(run)
    assert "price" in [one["name"] for one in json.loads((run / "features.json").read_text())["columns"]]
    assert json.loads((run / "metrics.json").read_text())["rows"] > 0.22 * len(rents())
    for name in ("02_explore", "07_monitor"):
        assert not (run / f"{name}.html").exists() and f"{name}.html" not in page
    assert (run / "model" / "manifest.json").exists() and "04b_look_again.html" in page
