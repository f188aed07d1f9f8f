"""The model as those use it who never saw a notebook: from another folder, from a wheel, in a batch."""

import contextlib
import csv
import functools
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from uuid import UUID

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from skops.io import dumps

from project_name.base import ProjectError, root
from project_name.methods.candidates import CANDIDATES, fit
from project_name.methods.conversion import to_onnx
from project_name.methods.packing import golden_rows, make_signature
from project_name.methods.parity import made_up_features, propose_onnx
from project_name.methods.plan import plan_features
from project_name.methods.problem import Part, Problem, Rows
from project_name.product.bundle import (
    CARD,
    GOLDEN,
    MANIFEST,
    MODEL_FILES,
    SIGNATURE,
    Bundle,
    environment,
    write_bundle,
)
from project_name.product.features import build_features
from project_name.product.model import Model, load
from project_name.product.native import settled
from project_name.product.reading import ProductError
from project_name.product.rows import read_rows, typed_columns
from project_name.product.score import score_file
from project_name.product.synthetic import edge_rows

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
    predicted = pd.read_parquet(quick_run / "predictions.parquet").query("split == 'test'")
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


def test_no_golden_row_is_a_row_of_the_table(quick_run):
    inputs = load(quick_run / "model").signature["inputs"]
    clean = pd.read_parquet(quick_run / "clean.parquet", columns=[column["name"] for column in inputs])

    def as_read(rows) -> set[tuple]:
        columns, index, _ = read_rows(rows, inputs)
        return set(map(tuple, pd.DataFrame(typed_columns(columns, inputs), index=index).astype(str).to_numpy()))

    real = as_read(clean)
    assert as_read(clean.head(50).astype({"scheduled": str}).to_dict("records")) <= real
    golden_rows = json.loads((quick_run / "model" / GOLDEN).read_text())["rows"]
    assert len(golden_rows) >= 20 and not as_read(golden_rows) & real


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


# What follows needs no run: a small model with an input of each kind, in a bundle of its own.

KINDS = {
    "price": "number",
    "items": "number",
    "shop": "category",
    "ordered": "date",
    "member": "boolean",
    "note": "text",
}
ORDER = {"price": 50.5, "items": 2, "shop": "north", "ordered": "2024-03-01", "member": True, "note": "broken parcel"}


@pytest.fixture(scope="module")
def parts() -> dict:
    "The files of a bundle whose model knows an input of each kind."
    random, rows = np.random.default_rng(0), 200
    frame = pd.DataFrame(
        {
            "price": random.normal(50, 20, rows).round(2),
            "items": random.integers(1, 9, rows),
            "shop": pd.array(random.choice(["north", "south"], rows), dtype="str"),
            "ordered": pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 9000, rows), unit="h"),
            "member": random.random(rows) < 0.5,
            "note": pd.array(random.choice(["broken parcel", "all is fine, thank you"], rows), dtype="str"),
        }
    )
    known = {"shop": ["north", "south"], "member": ["False", "True"]}
    steps = {"price": "value", "items": "value", "shop": "label", "ordered": "hour", "member": "label", "note": "words"}
    columns = [
        {"name": name, "kind": "category" if name in known else "number", "from": name, "step": step}
        | ({"levels": known[name]} if name in known else {})
        for name, step in steps.items()
    ]
    plan = {"function": "", "inputs": list(frame), "columns": columns, "dropped": {}}
    numeric = [column["name"] for column in columns if column["kind"] == "number"]
    number = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    encode = ColumnTransformer(
        [("number", number, numeric), ("level", OneHotEncoder(handle_unknown="ignore"), [*known])]
    )
    target = np.where(frame["price"] + random.normal(0, 5, rows) > 50, "yes", "no")
    fitted = make_pipeline(encode, LogisticRegression()).fit(build_features(frame, plan), target)
    inputs = [{"name": name, "kind": kind} for name, kind in KINDS.items()]
    data = {"task": "binary", "target": "back", "classes": ["no", "yes"], "positive": "yes", "inputs": inputs}
    signature = make_signature(data, plan, {"threshold": 0.5}, frame, fitted)
    files = {"model.onnx": to_onnx(fitted, columns), SIGNATURE: json.loads(json.dumps(signature)), CARD: "# A model\n"}
    model = Model(
        Bundle({"format": "onnx", "environment": environment("onnx")}, {**files, SIGNATURE: json.dumps(signature)})
    )
    return {**files, GOLDEN: golden_rows(model, 5, seed=0)}


@pytest.fixture(scope="module")
def model(parts, tmp_path_factory) -> Model:
    return load(write_bundle(tmp_path_factory.mktemp("small") / "model", "onnx", parts, {}))


class Rude:
    "An object that answers no question."

    __hash__ = None

    def __repr__(self):
        raise RuntimeError("no")

    __str__ = __eq__ = __ne__ = __float__ = __len__ = __iter__ = __bool__ = lambda *_: [][0]


HOSTILE = {  # values of which each is read rightly or refused, in every kind of column
    "numpy date": np.datetime64("2024-03-01"),
    "numpy date without a value": np.datetime64("NaT"),
    "numpy duration": np.timedelta64(3, "D"),
    "pandas date": pd.Timestamp("2024-03-01T10:00:00+01:00"),
    "date far off": np.datetime64("1000000-01-01"),
    "huge integer": 10**400,
    "endless integer": 10**5000,
    "negative huge integer": -(10**400),
    "huge float": 1e308,
    "infinite": float("inf"),
    "decimal": Decimal("12.5"),
    "signalling decimal": Decimal("sNaN"),
    "fraction": Fraction(1, 3),
    "complex": 1 + 2j,
    "numpy complex": np.complex128(1 + 2j),
    "true": True,
    "numpy true": np.True_,
    "none": None,
    "not a number": float("nan"),
    "pandas none": pd.NA,
    "empty text": "",
    "blank text": " \t",
    "word": "north",
    "number as text": " 12.5 ",
    "number with underscores": "1_000",
    "huge number as text": "1e400",
    "half a character": "\ud800",
    "zero byte": "a\x00b",
    "long text": "word " * 20_000,
    "formula": "=1+1",
    "bytes": b"12",
    "byte array": bytearray(b"12"),
    "list": [1],
    "nested list": [[1, [2]]],
    "tuple": (1,),
    "dictionary": {"a": 1},
    "set": {1},
    "array": np.array([1.0]),
    "array without dimensions": np.array(1.0),
    "series": pd.Series([1.0]),
    "frame": pd.DataFrame({"a": [1]}),
    "generator": (value for value in [1]),
    "range": range(3),
    "function": len,
    "class": int,
    "object": object(),
    "rude object": Rude(),
    "ellipsis": ...,
    "time": time(12, 30),
    "period": pd.Period("2024-03"),
    "interval": pd.Interval(0, 1),
    "identifier": UUID(int=1),
    "path": Path("a"),
}
READ = {  # those that have one right meaning, by kind of column; every other value of that column must be refused
    "number": {"huge float", "decimal", "fraction", "true", "numpy true", "number as text"},
    "date": {"numpy date", "pandas date"},
    "boolean": {"true", "numpy true"},
}
GAPS = {
    "numpy date without a value",
    "none",
    "not a number",
    "pandas none",
    "empty text",
    "blank text",
    "signalling decimal",
}


@pytest.mark.parametrize("column", KINDS)
def test_any_value_is_read_rightly_or_refused_in_a_sentence(model, column):
    usual = model.predict(ORDER)
    for name, value in HOSTILE.items():
        if column == "note" or column == "shop":
            readable = isinstance(value, str | int | float | Decimal | Fraction | date | time | UUID | np.generic)
            readable &= name not in ("endless integer", "half a character", "numpy complex")
        else:
            readable = name in READ[KINDS[column]]
        odd = {**ORDER, column: value}
        if readable or name in GAPS:
            for rows in (odd, [ORDER, odd]):
                assert np.isfinite(model.predict(rows)["probability_yes"]).all(), name
        else:
            with pytest.raises(ProductError, match=f"column '{column}': expected .* found"):
                model.predict(odd)
            with pytest.raises(ProductError, match=f"row 1, column '{column}'"):
                model.predict([ORDER, odd])
            assert list(model.faults([odd, ORDER])) == [0], name
    pd.testing.assert_frame_equal(model.predict(ORDER), usual)


def test_rows_of_any_shape_are_answered_or_refused_in_a_sentence(model):
    usual = model.predict([ORDER, ORDER])
    for rows in ((ORDER for _ in range(2)), iter([ORDER, ORDER]), (ORDER, ORDER), {0: ORDER, 1: ORDER}.values()):
        pd.testing.assert_frame_equal(model.predict(rows), usual)
    pd.testing.assert_frame_equal(model.predict(pd.Series(ORDER)), usual.head(1))
    for nothing in ([], (), iter([]), pd.DataFrame(), pd.DataFrame([ORDER]).head(0)):
        assert len(model.predict(nothing)) == len(model.explain(nothing)) == 0
    wrong = [
        None,
        7,
        1.5,
        True,
        "price=1",
        b"price",
        Ellipsis,
        object(),
        len,
        int,
        range(2),
        [None],
        [ORDER, 7],
        [[ORDER]],
    ]
    wrong += [{1, 2}, np.zeros((2, 6)), np.array(5), pd.Index([1]), ["price"], [(1, 2)], {}, [{}], {"price": 1}]
    wrong += [pd.Series([1.0, 2.0]), pd.DataFrame({"price": [1]}), pd.DataFrame([ORDER, ORDER]).T, {"a": ORDER}]
    wrong += [pd.concat([pd.DataFrame([ORDER])] * 2, axis=1), {name: [value] for name, value in ORDER.items()}]
    for rows in wrong:
        for ask in (model.predict, model.faults, model.explain):
            try:
                faults = ask(rows)
            except ProductError as error:
                assert len(str(error)) > 20 and "\n" not in str(error)
            else:
                assert ask == model.faults and faults, rows


def paths(value, path=()):
    "Every place in a piece of JSON."
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        yield from paths(item, (*path, key))


DEEP = functools.reduce(lambda inner, _: [inner], range(200), [])
MUTANTS = [
    None,
    True,
    -1,
    1.5,
    2**70,
    "x",
    "",
    [],
    {},
    ["x"],
    [None],
    {"x": 1},
    "9" * 5000,
    DEEP,
    "2024-01-01",
    "\ud800",
]


def mutated(value, path, new):
    "JSON with another value in one place; with nothing there when the new value is `...`."
    if not path:
        return new
    value = json.loads(json.dumps(value))
    inside = functools.reduce(lambda part, key: part[key], path[:-1], value)
    if new is ...:
        del inside[path[-1]]
    else:
        inside[path[-1]] = new
    return value


def opens(folder, parts) -> bool:
    "Whether a bundle of these parts, its manifest in order, can be used; every refusal is a sentence."
    try:
        model = load(write_bundle(folder / "model", "onnx", parts, {}))
        model.predict([ORDER, {**ORDER, "shop": "west", "price": None}])
        model.explain(ORDER)
    except ProductError as error:
        assert len(str(error)) > 20, repr(error)
        return False
    return True


@pytest.mark.parametrize("name", [SIGNATURE, GOLDEN, MANIFEST])
def test_a_bundle_whose_json_was_changed_with_its_manifest_is_refused_in_a_sentence(parts, tmp_path, name):
    assert opens(tmp_path, parts)
    random = np.random.default_rng(0)
    manifest = json.loads((tmp_path / "model" / MANIFEST).read_text())
    whole = manifest if name == MANIFEST else parts[name]
    places, refused = list(paths(whole)), 0
    for number in range(90):
        path = places[random.integers(len(places))] if number else ()
        new = ... if path and number % 9 == 0 else MUTANTS[random.integers(len(MUTANTS))]
        text = json.dumps(mutated(whole, path, new)).encode()
        if name == MANIFEST:
            (tmp_path / "model" / MANIFEST).write_bytes(text)
            with contextlib.suppress(ProductError):
                load(tmp_path / "model")
        else:
            refused += not opens(tmp_path, {**parts, name: text})
    for text in (b"", b"{", b"null", b"[" * 100_000, b"\xff\xfe", b"NaN", b'{"rows": [], "predictions": {}}', b'"x"'):
        if name == MANIFEST:
            (tmp_path / "model" / MANIFEST).write_bytes(text)
            with pytest.raises(ProductError):
                load(tmp_path / "model")
        else:
            assert not opens(tmp_path, {**parts, name: text})
    assert refused > 45 or name == MANIFEST


def test_a_broken_model_with_a_matching_manifest_is_refused_in_a_sentence(parts, tmp_path, capfd):
    onnx, random = parts["model.onnx"], np.random.default_rng(0)
    broken = [b"", b"x", onnx[:-1], onnx[: len(onnx) // 2], onnx[100:], b"\x00" * 1000, random.bytes(1000)]
    for data in broken:
        assert not opens(tmp_path, {**parts, "model.onnx": data})
    for _ in range(60):
        flipped = bytearray(onnx)
        flipped[random.integers(len(onnx))] ^= 1 << random.integers(8)
        opens(tmp_path, {**parts, "model.onnx": bytes(flipped)})
    assert capfd.readouterr() == ("", "")


def test_an_explanation_adds_up(model):
    random = np.random.default_rng(0)
    rows = pd.DataFrame([{**ORDER, "price": price} for price in random.normal(50, 20, 30)])
    rows["shop"], rows["note"] = random.choice(["north", "south", "west", None], 30), random.choice(["", "a b c"], 30)
    parts = model.explain(rows)
    away = model.predict(rows)["probability_yes"] - model.predict(model.baseline)["probability_yes"].item()
    assert (parts.sum(axis=1) - away).abs().max() < 1e-9 and parts.abs().max().max() > 0.1
    pd.testing.assert_frame_equal(parts, model.explain(rows))
    assert (model.explain(model.baseline) == 0).all().all()


def test_a_scored_file_holds_no_formula_from_its_input(model, parts, tmp_path):
    write_bundle(tmp_path / "latest" / "model", "onnx", parts, {})
    formulas = ['=HYPERLINK("http://x","y")', "@SUM(1)", "+1+1", "-1+1", "\t=1", "-5", "plain"]
    rows = pd.DataFrame([{**ORDER, "=cmd": text, "price": -1.5} for text in formulas]).astype({"price": object})
    rows.loc[1, "price"] = "@cheap"
    rows.to_csv(tmp_path / "in.csv", index=False)
    for out in ("out.csv", "out.tsv"):
        score_file(tmp_path / "in.csv", tmp_path / out, model)
    words = [f"IN={tmp_path / 'in.csv'}", f"OUT={tmp_path / 'kept.csv'}", "FORMULAS=1"]
    assert command("score", *words, runs=tmp_path).returncode == 0
    rows.assign(price="cheap").to_csv(tmp_path / "none.csv", index=False)
    done = command("score", f"IN={tmp_path / 'none.csv'}", f"OUT={tmp_path / 'none.out.csv'}", runs=tmp_path)
    assert done.returncode == 65 and "no row could be scored" in done.stderr and "found 'cheap' (7 rows)" in done.stderr
    assert (tmp_path / "none.out.csv.aside.csv").exists() and not (tmp_path / "none.out.csv").exists()
    for name in ("out.csv", "out.tsv", "out.csv.aside.csv"):
        with open(tmp_path / name, newline="") as file:
            cells = list(csv.reader(file, delimiter="\t" if name.endswith(".tsv") else ","))
        assert not [cell for row in cells for cell in row if re.match(r"\s*[=@+]|\s*-(?![\d.]+$)", cell)], name
    assert pd.read_csv(tmp_path / "out.csv")["price"].eq(-1.5).all()
    assert pd.read_csv(tmp_path / "kept.csv")["=cmd"].tolist()[0] == formulas[0]


def small_table(task: str, rows: int = 240) -> tuple[pd.DataFrame, dict]:
    "Clean rows with a rare level, a column that was never missing, one that was, dates and texts; and their data.json."
    random = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "size": random.normal(10, 3, rows),
            "age": np.where(random.random(rows) < 0.2, np.nan, random.integers(18, 90, rows)),
            "shop": pd.array(
                random.choice(["north", "south", "east", "rare"], rows, p=[0.4, 0.3, 0.28, 0.02]), dtype="str"
            ),
            "plan": pd.array(random.choice(["a", "b", None], rows), dtype="str"),
            "member": random.random(rows) < 0.5,
            "ordered": pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 500, rows), unit="D"),
            "note": pd.array(
                random.choice(["broken parcel again", "all is fine", "late, but fine"], rows), dtype="str"
            ),
        }
    )
    signal = frame["size"] + 3 * (frame["shop"] == "south") + random.normal(0, 1, rows)
    places = {"binary": (signal > 11) * 1, "multiclass": np.digitize(signal, [9, 12])}
    classes = {"binary": ["no", "yes"], "multiclass": ["few", "many", "some"]}.get(task, [])
    frame["target"] = pd.array(np.array(classes)[places[task]], dtype="str") if classes else 1000 * signal
    frame["split"] = np.where(np.arange(rows) % 3, "train", "test")
    kinds = {"size": "number", "age": "number", "shop": "category", "plan": "category", "member": "boolean"}
    kinds |= {"ordered": "date", "note": "text"}
    inputs = [{"name": name, "kind": kind} for name, kind in kinds.items()]
    positive = "yes" if task == "binary" else None
    data = {"task": task, "target": "target", "classes": classes, "positive": positive, "inputs": inputs}
    return frame, data | {"time": None, "split": {"kind": "random"}}


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_every_candidate_answers_what_no_table_held_in_the_form_that_is_shipped(task):
    frame, data = small_table(task)
    plan = plan_features(frame, data)
    built = build_features(frame, plan)
    train, held_back = built[frame["split"] == "train"], built[frame["split"] == "test"]
    part = Part(Rows(train, frame.loc[train.index, "target"]), Problem(plan["columns"], data, 20, 0))
    stay_native = {"dummy", "xgboost", "lightgbm"}  # no converter for them is installed
    for name, candidate in CANDIDATES.items():
        fitted = fit(candidate, part, {"rounds": 10})
        signature = make_signature(data, plan, {"threshold": 0.5 if task == "binary" else None}, frame, fitted)
        proposal = propose_onnx(fitted, signature, held_back, made_up_features(signature, seed=0))
        native = {MODEL_FILES["skops"]: settled(dumps(fitted)), SIGNATURE: json.dumps(signature)}
        trained = Model(Bundle({"format": "skops", "environment": environment("skops")}, native))
        odd = edge_rows(signature, seed=1)
        truth = trained.predict(odd).drop(columns=["flags"])
        assert len(odd) > 100 and proposal.unanswered == 0 and bool(proposal.onnx) == (name not in stay_native), (
            proposal.reason
        )
        if proposal.onnx:
            parts = {MODEL_FILES["onnx"]: proposal.onnx, SIGNATURE: json.dumps(signature)}
            shipped = Model(Bundle({"format": "onnx", "environment": environment("onnx")}, parts))
            answers = shipped.predict(odd)
            for column in truth.select_dtypes("number"):
                least = 1e-5 * max(1, truth[column].std())  # 32 bits keep seven digits of the largest amounts
                np.testing.assert_allclose(answers[column], truth[column], rtol=1e-5, atol=least)
