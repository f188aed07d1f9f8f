"""Pairs of a name and a text, made by hypothesis: each must be refused, or arrive exactly."""

import ast
import json
import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

import hypothesis
from hypothesis import strategies as st
from papermill.translators import PythonTranslator

from project_name.base import ProjectError, plain
from project_name.engine.parameters import Parameter, resolve

TYPES = {"bool": bool, "int": int, "float": float, "str": str, "list[str]": list}
WORDS = st.sampled_from(
    ["yes", "no", "true", "off", "1", "0", "nan", "inf", "1e3", "None", "", " ", "[]", "{}", "'", '"', "\\"]
)
CODE = st.sampled_from(
    ["');import os;('", '"\n1/0\n"', "f'{1/0}'", "\\'", "\\n", "\\u0041", "#", "'''", '"""', "{x}", "%s"]
)
NUMBERS = st.integers(-20, 20_000).map(str) | st.integers().map(str) | st.floats().map(repr) | st.floats(-1, 2).map(str)
ROUGH = st.text(st.sampled_from("a0 \x00\n\t'\"\\\ud800\udcff"))  # \udcff: how Python passes on a byte that is no text
LISTS = st.lists(st.text(max_size=5)).map(",".join)
TEXTS = WORDS | CODE | NUMBERS | st.text() | ROUGH | LISTS | st.tuples(CODE, st.text()).map("".join)
FITTING = {
    "bool": st.sampled_from(["yes", "No", " TRUE ", "off", "2", "y"]),
    "int": st.integers(-5, 12_000).map(str) | st.integers(-(10**18), 10**18).map("{:+}".format),
    "float": st.floats(0, 1).map(repr) | st.floats(allow_nan=False).map(repr) | st.decimals(-1, 99).map(str),
    "str": TEXTS,
    "list[str]": LISTS | TEXTS,
}


def pairs(declared: Mapping[str, Parameter]) -> st.SearchStrategy[tuple[str, str]]:
    "Declared names with texts that may fit them and with any, names near them, and names of any kind."
    known = st.sampled_from(sorted(declared))
    near = st.tuples(known, st.sampled_from(["s", " ", "\n", "=", ";1", "_"])).map("".join)
    other = near | st.text(max_size=8) | st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
    fitting = known.flatmap(lambda name: st.tuples(st.just(name), FITTING[declared[name].kind]))
    return st.one_of(fitting, fitting, st.tuples(known, TEXTS), st.tuples(other, TEXTS))


def meant(kind: str, text: str) -> Any:
    "The value that a text stands for, read without the engine."
    if kind in ("int", "float"):
        return TYPES[kind](text)
    return [part.strip() for part in text.split(",") if part.strip()] if kind == "list[str]" else text


def same(one: Any, other: Any) -> bool:
    "Equal, and of one type."
    return type(one) is type(other) and one == other


def injected(values: Mapping[str, Any]) -> dict[str, Any]:
    "What papermill's injected cell assigns. Raises where it does anything else than assign literals to names."
    found = {}
    for node in ast.parse(PythonTranslator.codify(values)).body:
        (target,) = node.targets
        found[target.id] = ast.literal_eval(node.value)
    return found


def problem(parameter: Parameter, text: str, values: dict[str, Any]) -> str:
    "What is wrong with accepted values; empty when they are what was meant and arrive as they are."
    value = values[parameter.name]
    if not same(value, meant(parameter.kind, text)):
        return "is not what was meant"
    if isinstance(value, float) and not math.isfinite(value):
        return "is not finite"
    if parameter.bound and not eval(parameter.bound, {"__builtins__": {}}, {parameter.name: value}):
        return "is out of bounds"
    arrived = injected(values)
    if arrived.keys() != values.keys() or not all(same(arrived[name], values[name]) for name in values):
        return "does not arrive in the injected cell"
    stored = json.loads(json.dumps(plain(values), ensure_ascii=False).encode())
    return "" if stored == values else "does not survive the record"


def judged(declared: Mapping[str, Parameter], name: str, text: str) -> tuple[str, str]:  # the verdict, and why
    "Whether a pair is refused, accepted exactly, or other."
    try:
        values = resolve(declared, {}, [("generated", {name: text})])
        wrong = problem(declared[name], text, values)
    except ProjectError as error:
        named = name in str(error) or repr(name) in str(error)
        return ("refused", "") if named else ("other", "refused, but not named")
    except Exception as error:
        return "other", f"{type(error).__name__}: {ascii(str(error))[:120]}"
    return ("other", wrong) if wrong else ("accepted", "")


def generated(declared: Mapping[str, Parameter], seed: int, count: int) -> tuple[Counter, list[str]]:
    "The verdicts on `count` pairs, and the pairs that were neither refused nor exact."
    counts: Counter = Counter()
    others: list[str] = []
    options = {"max_examples": count, "database": None, "deadline": None, "phases": [hypothesis.Phase.generate]}

    @hypothesis.seed(seed)
    @hypothesis.settings(**options, suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(pairs(declared))
    def look(pair: tuple[str, str]) -> None:
        name, text = pair
        verdict, why = judged(declared, name, text)
        counts[verdict] += 1
        if verdict == "other":
            others.append(f"{ascii(name)} = {ascii(text)[:80]}: {why}")

    look()
    return counts, others
