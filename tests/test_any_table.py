"""Tables of three kinds, as CSV files that nobody prepared, from end to end."""

import base64
import json
import os
import re

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from sklearn.datasets import load_diabetes, load_wine

from project_name.base import root

from .canaries import CANARIES, IN_TABLES, SECRET, found_in, plant
from .canaries import TABLES as HOLDERS
from .conftest import command, latest_run


def churn(rows: int = 900, seed: int = 3) -> pd.DataFrame:
    "A binary table with dates as text, gaps, an identifier, a constant, private values, and rows that occur twice."
    random = np.random.default_rng(seed)
    months, fee = random.integers(1, 70, rows), random.normal(60, 20, rows).round(2)
    likely = 1 / (1 + np.exp(0.06 * months - 0.03 * (fee - 60) - 0.2))
    table = pd.DataFrame(
        {
            "customer_id": [f"C-{number:06d}" for number in random.permutation(rows)],
            "joined": pd.Timestamp("2020-01-01") + pd.to_timedelta(random.integers(0, 1200, rows), unit="D"),
            "months": months,
            "monthly fee": np.where(random.random(rows) < 0.1, np.nan, fee),
            "plan": random.choice(["basic", "plus", "<b>pro</b>", None], rows, p=[0.5, 0.3, 0.15, 0.05]),
            "country": "NL",
            "churned": np.where(random.random(rows) < likely, "yes", "no"),
        }
    )
    table["joined"] = table["joined"].dt.strftime("%d %B %Y")
    table = plant(table)
    return pd.concat([table, table.head(20)])


def wine() -> pd.DataFrame:
    "A table with three classes, and a private column by which rows belong together."
    table = load_wine(as_frame=True).frame
    table["patient_id"] = [f"P-quixworth-{number % 60}" for number in range(len(table))]
    return table.assign(target=table["target"].map({0: "barolo", 1: "grignolino", 2: "barbera"}))


TABLES = {
    "binary": (churn, "churned", "roc_auc"),
    "multiclass": (wine, "target", "balanced_accuracy"),
    "regression": (lambda: load_diabetes(as_frame=True).frame, "target", "mae"),
}


@pytest.fixture(scope="module", params=TABLES)
def run(request, tmp_path_factory):
    "The finished run on one of the tables, with its kind."
    make, target, primary = TABLES[request.param]
    folder = tmp_path_factory.mktemp(request.param)
    make().to_csv(folder / "table.csv", index=False)
    words = [f"source={folder / 'table.csv'}", f"target={target}", "trees=40", "trials=2"]
    words += {"multiclass": ["group=patient_id"], "regression": ["unit=mg"]}.get(request.param, [])
    done = command("pipeline", *words, runs=folder / "runs", env=os.environ | SECRET)
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "runs" / "said.txt").write_text(done.stdout + done.stderr)
    return request.param, primary, latest_run(folder / "runs")


def test_it_ends_with_metrics_and_a_model(run):
    task, primary, folder = run
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["task"] == task and metrics["primary"] == primary
    value, dummy = metrics["test"][primary]["value"], metrics["baselines"]["dummy"][primary]["value"]
    assert value < dummy if task == "regression" else value > dummy
    assert (folder / "model" / "manifest.json").exists() and (folder / "report.html").exists()


def test_no_page_speaks_of_the_example(run):
    _, _, folder = run
    for page in folder.glob("*.html"):
        text = page.read_text().lower()
        for word in ("flight", "airport", "airline", "departure", "<b>pro</b>"):
            assert word not in text, f"{page.name} says {word}"


def test_what_cannot_help_is_dropped_and_said(run):
    task, _, folder = run
    dropped = json.loads((folder / "data.json").read_text())["dropped"]
    if task == "binary":
        assert {"customer_id", "country"} <= set(dropped)
        kinds = {c["name"]: c["kind"] for c in json.loads((folder / "data.json").read_text())["inputs"]}
        assert kinds["joined"] == "date" and kinds["monthly fee"] == "number"
    else:
        assert dropped == ({"patient_id": "says which rows belong together"} if task == "multiclass" else {})


def test_rows_that_occur_twice_do_not_cross_the_split(run):
    task, _, folder = run
    clean = pd.read_parquet(folder / "clean.parquet")
    inputs = [column for column in clean if column not in ("split", "patient_id")]
    assert (clean.astype(str).groupby(inputs)["split"].nunique() == 1).all()


def test_pages_say_only_what_holds_of_this_table(run):
    _, _, folder = run
    data, monitored = (json.loads((folder / f"{name}.json").read_text()) for name in ("data", "monitor"))
    pages = {page.stem: page.read_text() for page in folder.glob("*.html")}
    assert not [name for name, text in pages.items() if re.search(r"\b1 (columns|rows|parts|classes|batches)\b", text)]
    assert "learned by heart" not in pages["01_data"]
    heads = {name: " ".join(re.findall(r"<h[23][^>]*>([^<]*)", text)) for name, text in pages.items()}
    assert ("What moved" in heads["07_monitor"]) == ("on later rows?" in heads["report"]) == bool(data["time"])
    assert (monitored["decision"] == "none") == (not data["time"]) == (monitored["batches"] == [])


def test_clean_tables_are_suspected_of_nothing_but_a_column_that_may_hold_people(run):
    task, _, folder = run
    asked = [one["name"] for one in json.loads((folder / "data.json").read_text())["questions"]]
    assert asked == (["owner"] if task == "binary" else [])
    assert ("Perhaps private: owner" in (folder / "01_data.html").read_text()) == (task == "binary")
    reasons = json.loads((folder / "serving.json").read_text())["not_promoted"]
    assert any("owner may hold names of people" in reason for reason in reasons) == (task == "binary")


def test_a_small_table_is_chosen_in_folds_and_the_simplest_of_equals_is_kept(run):
    _, _, folder = run
    training = json.loads((folder / "training.json").read_text())
    found, chosen = training["candidates"], training["chosen"]
    assert training["compared"]["folds"] > 1
    able = {name: one for name, one in found.items() if one["rank"] and one["value"] is not None}
    simpler = [one for one in able.values() if one["rank"] < found[chosen]["rank"]]
    assert all(one["behind"] > one["error"] for one in simpler)
    assert found[chosen]["behind"] <= found[chosen]["error"] or found[chosen]["behind"] == 0


def pages(folder) -> dict[str, BeautifulSoup]:
    "The pages of a run as a reader sees them: no code, no method, no table report."
    found = {path.name: BeautifulSoup(path.read_text(), "html.parser") for path in folder.glob("*.html")}
    for page in found.values():
        for hidden in page.select(
            "script, style, template, details.method, .code, skrub-table-report, svg, [id^=report_]"
        ):
            hidden.decompose()
    return found


def test_pages_write_numbers_for_people(run):
    for name, page in pages(run[2]).items():
        text = " ".join(page.main.get_text(" ").split())
        assert not re.search(r"\d(\.\d+)?e[+-]\d", text), name
        assert not re.search(r"\b1 (rows|columns|classes|stages|batches|checks|cells|parts|trials|folds)\b", text), name
        assert not re.search(r"\b1 of [\d,]+ (\w+ )?(have|put|say|tell|are|were)\b|\b[Aa]ll [12] ", text), name
        assert "`" not in text and not re.search(r"%[dmY]", text), name  # marks of Markdown and of Python's dates
        assert text.lower().count("not stated") <= 1, name
        assert not re.search(r"\b(PosixPath|dtype:|<[\w.]+ object at|Namespace\()", text), name  # what Python shows


AMOUNT = r"[+-]?[\d,.]+ mg"
CARRIED = {  # where a page must give an amount its unit
    "01_data.html": [
        f"An amount between {AMOUNT} and {AMOUNT} , half of the rows below {AMOUNT}",
        f"mean is {AMOUNT} in",
    ],
    "02_explore.html": [f"lie below {AMOUNT} , and nine in ten between {AMOUNT} and {AMOUNT}"],
    "04_train.html": [f"held-out rows is {AMOUNT};", f"went from {AMOUNT} to {AMOUNT}:"],
    "05_evaluate.html": [f"mean absolute error is {AMOUNT}", f"the difference is {AMOUNT},", f"from {AMOUNT} \\(at"],
    "06_deploy.html": [f"the predicted target is {AMOUNT}, for the typical row {AMOUNT}"],
    "report.html": [
        f"off by {AMOUNT} on average \\(between {AMOUNT} and {AMOUNT}\\)",
        f"error {AMOUNT}, between {AMOUNT} and",
    ],
}


def test_an_amount_carries_its_unit_on_every_page(run):
    found = pages(run[2]) if run[0] == "regression" else {}
    told = {name: " ".join(page.main.get_text(" ").split()) for name, page in found.items()}
    missed = [(name, one) for name in told for one in CARRIED.get(name, []) if not re.search(one, told[name])]
    assert not missed


def test_every_page_has_a_title_of_its_own_and_the_report_begins_with_the_question(run):
    _, _, folder = run
    found = pages(folder)
    titles = {page.title.get_text() for page in found.values()}
    assert len(titles) == len(found) and all(" in table.csv" in title for title in titles)
    assert found["report.html"].h1.get_text().startswith("Can “") and len(found["report.html"].select("h1")) == 1


def test_every_figure_is_described_and_fits_a_phone(run):
    for name, page in pages(run[2]).items():
        for image in page.select("img"):
            assert image.get("alt") and "No description" not in image["alt"], name
            kind, _, data = image["src"].partition(";base64,")
            if kind == "data:image/svg+xml":
                width = re.search(r'width="([\d.]+)pt"', base64.b64decode(data).decode())[1]
                assert float(width) <= 380, f"{name}: {image['alt']} is {width} points wide"


def test_no_private_value_leaves_the_house(run):
    task, _, folder = run
    files = [path for path in folder.parent.rglob("*") if path.is_file() and not path.is_symlink()]
    if task == "binary":
        planted = found_in([folder.parent.parent / "table.csv"], CANARIES | IN_TABLES)
        assert {name for _, name in planted} == {*CANARIES, *IN_TABLES}
        wheel = command("dist", runs=folder.parent, env=os.environ | SECRET).stdout.split(" (")[0]
        files.append(root() / wheel)
        assert {".parquet", ".html", ".ipynb", ".json", ".txt", ".whl", ".yaml"} <= {path.suffix for path in files}
        assert found_in(files, CANARIES) == set()
        assert found_in([path for path in files if path.name not in HOLDERS], IN_TABLES) == set()
        assert "full name" in (folder / "01_data.html").read_text()
    elif task == "multiclass":
        clean = pd.read_parquet(folder / "clean.parquet")
        assert clean.groupby("patient_id")["split"].nunique().max() == 1 and clean["patient_id"].nunique() == 60
        assert found_in(files, {"patient": "P-quixworth-7"}) == set()
