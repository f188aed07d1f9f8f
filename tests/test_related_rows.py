"""Rows that belong together, without a column that says so, must not be learned from and judged on at once."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score

from project_name.methods.choice import make_folds
from project_name.methods.lookalikes import find_lookalikes
from project_name.methods.problem import Rows
from project_name.methods.siblings import find_siblings
from project_name.methods.splits import FAMILY, families, split_by_group

from .conftest import command

DATA = {"task": "binary", "classes": ["ill", "well"], "positive": "ill", "split": {"kind": "stratified"}}


def patients(noise: float, many: int, each: int) -> tuple[pd.DataFrame, pd.Series]:
    "Readings of patients whose label was drawn by chance: an honest score is 0.5."
    chance = np.random.default_rng(11)
    who = np.repeat(np.arange(many), each)
    readings = chance.normal(size=(many, 8))[who] + chance.normal(0, noise, (len(who), 8))
    mixed = chance.permutation(len(who))
    labels = chance.choice(DATA["classes"], many)[who]
    return pd.DataFrame(readings[mixed]).add_prefix("x"), pd.Series(labels[mixed])


def held_out_area(inputs: pd.DataFrame, labels: pd.Series, blocks: pd.DataFrame) -> float:
    "The ROC AUC of a forest on the folds that the training makes."
    told = np.zeros(len(labels))
    for fold in make_folds(Rows(inputs, labels), blocks, DATA, count=5, repeats=1, seed=0):
        forest = RandomForestClassifier(12, random_state=0).fit(inputs.iloc[fold.fit], labels.iloc[fold.fit])
        told[fold.judge] = forest.predict_proba(inputs.iloc[fold.judge])[:, 0]
    return roc_auc_score(labels == "ill", told)


@pytest.mark.parametrize(("noise", "many", "each"), [(0.05, 200, 3), (0.15, 80, 12), (0.3, 80, 12), (0.15, 250, 12)])
def test_patients_without_a_number_are_kept_together_in_the_split_and_in_the_folds(noise, many, each):
    inputs, labels = patients(noise, many, each)
    together, related = families(inputs, find_lookalikes(inputs), find_siblings(inputs, labels))
    assert related
    part = split_by_group(together, labels)
    assert part.groupby(together).nunique().max() == 1
    assert held_out_area(inputs, labels, inputs[[]]) > 0.95  # by heart
    assert held_out_area(inputs, labels, pd.DataFrame({FAMILY: together})) < 0.7


def test_a_split_by_time_is_asked_about_the_same_patient_on_both_sides(tmp_path):
    chance, rows, many = np.random.default_rng(5), 600, 60
    who = chance.integers(0, many, rows)
    ill, height = chance.random(many) < 0.45, chance.normal(170, 9, many).round(1)
    visits = {
        "patient": [f"P{1000 + 13 * one}" for one in who],
        "visit": pd.Timestamp("2023-01-01") + pd.to_timedelta(chance.integers(0, 500, rows), unit="D"),
        "height": height[who],
        "pressure": chance.normal(130, 15, rows).round(),
        "relapse": np.where(ill[who] ^ (chance.random(rows) < 0.12), "yes", "no"),
    }
    table = tmp_path / "visits.csv"
    pd.DataFrame(visits).to_csv(table, index=False)
    words = (f"source={table}", "target=relapse", "time=visit", "ONLY=01_data")
    done = command("pipeline", *words, runs=tmp_path / "runs")
    assert done.returncode == 0, done.stderr
    (found,) = (tmp_path / "runs").glob("*/data.json")
    data = json.loads(found.read_text())
    assert data["split"]["kind"] == "time"
    assert [one["name"] for one in data["questions"]] == ["patient"]
    assert "time=none group=patient" in data["questions"][0]["settle"]


def test_a_column_of_patients_is_named_where_the_split_keeps_them_together_by_their_inputs(tmp_path):
    chance = np.random.default_rng(1)
    who = chance.integers(0, 70, 650)
    readings = chance.normal(size=(70, 3))[who] + chance.normal(0, 0.05, (650, 3))
    labels, numbers = chance.integers(0, 2, 70)[who], chance.choice(np.arange(10_000, 99_999), 70, replace=False)
    table = tmp_path / "readings.csv"
    frame = pd.DataFrame(readings, columns=["crp", "hb", "leuko"]).round(2)
    frame.assign(patient=[f"PT-{numbers[one]}" for one in who], relapse=labels).to_csv(table, index=False)
    done = command("pipeline", f"source={table}", "target=relapse", "ONLY=01_data", runs=tmp_path / "runs")
    assert done.returncode == 0, done.stderr
    (found,) = (tmp_path / "runs").glob("*/data.json")
    text = found.read_text()
    assert [one["name"] for one in json.loads(text)["questions"]] == ["patient"]
    assert "group=patient" in text and "PT-" not in text
