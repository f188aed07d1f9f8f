"""The model as those use it who never saw a notebook: from another folder, from a wheel, in a batch."""

import json
import os
import shutil
import subprocess
import sys

import pandas as pd
import pytest

from project_name.base import ProjectError, root
from project_name.product.model import load

from .conftest import command

PREDICT = """
import json, sys
import project_name
model = project_name.load(*sys.argv[2:])
records = json.load(open(sys.argv[1]))
print(json.dumps(model.predict(records).filter(like="probability").round(12).to_dict("records")))
"""


@pytest.fixture(scope="module")
def golden(quick_run, tmp_path_factory):
    "Records as a service would send them, in a file, and what the notebook predicted for them."
    clean = pd.read_parquet(quick_run / "clean.parquet")
    predicted = pd.read_parquet(quick_run / "predictions.parquet")
    rows = predicted.index[:25]
    inputs = [column["name"] for column in load(quick_run / "model").signature["inputs"]]
    records = json.loads(clean.loc[rows, inputs].to_json(orient="records", date_format="iso"))
    path = tmp_path_factory.mktemp("golden") / "records.json"
    path.write_text(json.dumps(records))
    return path, predicted.loc[rows], clean.loc[rows, inputs]


def close(rows: list[dict], predicted: pd.DataFrame) -> bool:
    "Whether predictions equal those of the notebook."
    names = [name for name in predicted if name.startswith("probability_")]
    mine = pd.DataFrame(rows, index=predicted.index)
    return bool((mine[names] - predicted[names]).abs().max().max() < 1e-5)


def test_the_same_rows_give_the_same_numbers_everywhere(quick_run, golden, tmp_path):
    path, predicted, frame = golden
    runs = {**os.environ, "RUNS_DIR": str(quick_run.parent)}
    argv = [sys.executable, "-c", PREDICT, str(path)]
    done = subprocess.run(argv, cwd=tmp_path, env=runs, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    records = json.loads(done.stdout)
    assert close(records, predicted)

    by_frame = load(quick_run / "model").predict(frame)
    assert close(by_frame.to_dict("records"), predicted)

    frame.to_csv(tmp_path / "in.csv", index=False)
    done = command("score", f"IN={tmp_path / 'in.csv'}", f"OUT={tmp_path / 'out.csv'}", env=runs, runs=quick_run.parent)
    assert done.returncode == 0, done.stderr
    assert close(pd.read_csv(tmp_path / "out.csv").to_dict("records"), predicted)


def test_one_row_alone_gives_what_it_gives_among_others(quick_run, golden):
    _, _, frame = golden
    model = load(quick_run / "model")
    together = model.predict(frame)
    alone = pd.concat([model.predict(frame.iloc[[row]]) for row in range(5)])
    pd.testing.assert_frame_equal(together.head(5).reset_index(drop=True), alone.reset_index(drop=True), atol=1e-7)


def test_columns_count_by_name(quick_run, golden):
    _, _, frame = golden
    model = load(quick_run / "model")
    other = frame[frame.columns[::-1]].assign(unknown=1)
    pd.testing.assert_frame_equal(model.predict(frame), model.predict(other))
    with pytest.raises(ProjectError, match=str(frame.columns[0])):
        model.predict(frame.drop(columns=frame.columns[0]))


def test_no_rows_are_no_error(quick_run, golden):
    _, _, frame = golden
    assert len(load(quick_run / "model").predict(frame.head(0))) == 0


def test_a_changed_bundle_is_refused_before_it_is_opened(quick_run, tmp_path):
    for name in sorted(p.name for p in (quick_run / "model").iterdir()):
        broken = tmp_path / name
        shutil.copytree(quick_run / "model", broken)
        (broken / name).chmod(0o644)
        content = bytearray((broken / name).read_bytes())
        content[len(content) // 2] ^= 1
        (broken / name).write_bytes(content)
        with pytest.raises(ProjectError):
            load(broken)


def test_the_wheel_predicts_in_an_environment_of_its_own(quick_run, golden, tmp_path):
    path, predicted, _ = golden
    done = command("dist", runs=quick_run.parent)
    assert done.returncode == 0, done.stderr
    wheel = root() / done.stdout.split(" (")[0]
    python = tmp_path / "venv" / "bin" / "python"
    uv = [str(root() / ".venv" / "bin" / "uv")]
    subprocess.run([*uv, "venv", "-q", "--python", sys.executable, str(tmp_path / "venv")], check=True)
    subprocess.run([*uv, "pip", "install", "-q", "--python", str(python), str(wheel)], check=True, cwd=tmp_path)
    env = {name: value for name, value in os.environ.items() if name not in ("RUNS_DIR", "PYTHONPATH")}
    argv = [str(python), "-c", PREDICT, str(path)]
    done = subprocess.run(argv, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert close(json.loads(done.stdout), predicted)
    found = subprocess.run(
        [*uv, "pip", "list", "-q", "--python", str(python)], capture_output=True, text=True, cwd=tmp_path
    )
    assert "scikit-learn" not in found.stdout and "papermill" not in found.stdout
