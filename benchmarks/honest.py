"""How often the checks of a table and of a score are wrong: `python -m benchmarks honest`; takes some minutes.

The lessons of the notebooks hold short forms of these. Here every kind of honest table is drawn many times.
"""

import itertools

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import cross_val_predict, train_test_split

from project_name.methods.bootstrap import draws, resampled, tally
from project_name.methods.fall import fall
from project_name.methods.groups import suspected_groups
from project_name.methods.lookalikes import find_lookalikes
from project_name.methods.metrics import scores
from project_name.methods.siblings import find_siblings

Table = tuple[pd.DataFrame, pd.Series]


def plain(seed: int, rows: int) -> dict[str, np.ndarray]:
    "Inputs without related rows, of kinds that are easily mistaken."
    chance = np.random.default_rng(seed)
    return {
        "cloud": chance.normal(size=(rows, 6)),
        "counts": chance.poisson(3, (rows, 5)).astype(float),
        "answers": chance.integers(0, 4, (rows, 6)).astype(float),
        "zeros": np.where(chance.random((rows, 6)) < 0.7, 0, chance.exponential(size=(rows, 6))),
        "rounded": chance.normal(50, 10, (rows, 4)).round(),
        "crowd": chance.normal(size=(rows, 4)) * np.where(chance.random(rows) < 0.2, 0.02, 1)[:, None],
        "over time": chance.normal(size=(rows, 3)).cumsum(axis=0),
    }


def targets(inputs: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    "Targets that depend on the inputs in ways from not at all to very finely."
    chance = np.random.default_rng(seed)
    even = (inputs - inputs.mean(axis=0)) / (inputs.std(axis=0) + 1e-9)
    pull = even[:, 0] + 0.5 * even[:, 1] ** 2
    return {
        "noise": chance.choice(["a", "b"], len(inputs)),
        "classes": np.where(pull + 0.5 * chance.normal(size=len(inputs)) > 0, "a", "b"),
        "amount": pull,
        "waves": np.where(np.sin(6 * even[:, 0]) * np.sin(6 * even[:, 1]) > 0, "a", "b"),
    }


def mixtures(seed: int, rows: int) -> dict[str, Table]:
    "Rows in clusters, with a class or a level for each."
    found = {}
    for many in (3, 6, 10, 15):
        chance = np.random.default_rng(1000 * many + seed)
        part, columns = chance.integers(0, many, rows), int(chance.integers(2, 9))
        inputs = chance.normal(0, chance.choice([2, 5]), (many, columns))[part] + chance.normal(size=(rows, columns))
        frame = pd.DataFrame(inputs).add_prefix("x")
        found[f"{many} clusters, class"] = frame, pd.Series(chance.choice(["a", "b", "c"], many)[part])
        level = chance.normal(size=many)[part] + chance.normal(0, 0.1, rows)
        found[f"{many} clusters, level"] = frame, pd.Series(level)
    return found


def related(seed: int, noise: float, families: int, each: int, columns: int) -> Table:
    "Families of rows that share a label drawn by chance."
    chance = np.random.default_rng(seed)
    who = np.repeat(np.arange(families), each)
    inputs = chance.normal(size=(families, columns))[who] + chance.normal(0, noise, (len(who), columns))
    return pd.DataFrame(inputs).add_prefix("x"), pd.Series(chance.choice(["a", "b"], families)[who])


def accused(seeds: int) -> pd.DataFrame:
    "How many honest tables each check accuses."
    checks = {
        "siblings": lambda frame, target: find_siblings(frame, target).size > 0,
        "lookalikes": lambda frame, _: find_lookalikes(frame).rows > 0,
        "groups": lambda frame, target: bool(suspected_groups(frame, target)),
    }
    count, wrong = 0, dict.fromkeys(checks, 0)
    for seed, rows in itertools.product(range(seeds), (300, 500, 1000)):
        tables = mixtures(seed, rows)
        for kind, inputs in plain(seed, rows).items():
            frame = pd.DataFrame(inputs).add_prefix("x")
            tables |= {f"{kind}, {name}": (frame, pd.Series(each)) for name, each in targets(inputs, seed).items()}
        count += len(tables)
        for name, check in checks.items():
            wrong[name] += sum(check(*table) for table in tables.values())
    return pd.DataFrame({"accused": wrong, "of": count})


def found(seeds: int) -> pd.DataFrame:
    "How many tables with families are found, by noise and columns."
    shapes = itertools.product((0.05, 0.15, 0.3), ((80, 12), (200, 5), (40, 25)), (4, 8))
    rows = {
        f"noise {noise}, {many} families of {each}, {columns} columns": sum(
            find_siblings(*related(seed, noise, many, each, columns)).size > 0 for seed in range(seeds)
        )
        for noise, (many, each), columns in shapes
    }
    return pd.DataFrame({"found": rows, "of": seeds})


def falls(tables: int) -> int:
    "In how many honest tables the test score is said to fall far behind the held-out score."
    said = 0
    for seed in range(tables):
        chance = np.random.default_rng(seed)
        rows, amount = int(chance.choice([150, 400, 1200])), seed % 2 == 0
        inputs = chance.normal(size=(rows, 5))
        pull = inputs[:, 0] + inputs[:, 1] * inputs[:, 2] + chance.choice([0.3, 1, 3]) * chance.normal(size=rows)
        target = pull if amount else np.where(pull > np.quantile(pull, chance.choice([0.5, 0.9])), "yes", "no")
        data = {"task": "regression", "classes": []}
        if not amount:
            data = {"task": "binary", "classes": ["no", "yes"], "positive": "yes"}
        metric = "mae" if amount else "roc_auc"
        model = [[LogisticRegression(), Ridge()], [RandomForestClassifier(30), RandomForestRegressor(30)]][
            seed // 2 % 2
        ]
        model = model[amount].set_params(random_state=seed)
        parts = train_test_split(inputs, target, test_size=0.15, random_state=seed, stratify=None if amount else target)
        known, test, known_target, test_target = parts
        how = "predict" if amount else "predict_proba"
        held = cross_val_predict(model, known, known_target, cv=5, method=how)
        told = getattr(model.fit(known, known_target), how)(test)
        value, drawn = {}, {}
        for name, truth, predicted in (("held", known_target, held), ("test", test_target, told)):
            sums = tally(truth, predicted, data, np.arange(len(truth)) % 500)
            value[name] = scores(truth, predicted, data)[metric]
            drawn[name] = resampled(sums, draws(min(500, len(truth)), 300, seed), data)[metric]
        without = np.abs(test_target - np.median(known_target)).mean() if amount else 0.5
        said += fall(metric, value["held"], drawn["held"], value["test"], drawn["test"], without)["far"]
    return said


def main(seeds: int = 6) -> None:
    "Print how often each check is wrong, and how often it is right."
    print(accused(seeds).to_string(), "\n")
    print(found(seeds).to_string(), "\n")
    print(f"the test is said to fall far behind in {falls(200)} of 200 honest tables")
