"""Parameters: what fits is passed on exactly, what does not is refused before anything runs."""

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from project_name.base import ProjectError
from project_name.engine.parameters import Parameter, parse_cell, parse_text, resolve

from .conftest import command

TEXT = Parameter("name", "str", "")
DECLARED = parse_cell('n: int = 1\nx: float = 1.0\non: bool = True\nname: str = ""\ndrop: list[str] = []')


@given(st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_a_text_is_never_changed(text):
    assert parse_text(TEXT, text, "test") == text


@given(st.integers(min_value=-(10**17), max_value=10**17))
def test_whole_numbers_come_through(number):
    assert parse_text(DECLARED["n"], str(number), "test") == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_come_through(number):
    assert parse_text(DECLARED["x"], repr(number), "test") == number


@given(st.sampled_from(sorted(DECLARED)), st.text())
def test_anything_else_is_a_value_of_its_type_or_a_clear_error(name, text):
    try:
        value = parse_text(DECLARED[name], text, "test")
    except ProjectError as error:
        assert name in str(error)
    else:
        assert type(value).__name__ == DECLARED[name].kind.split("[")[0]


@given(st.text())
def test_only_declared_names_are_taken(name):
    if name in DECLARED:
        return
    with pytest.raises(ProjectError):
        resolve(DECLARED, {}, [("test", {name: "1"})])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["treees=3"], "did you mean 'trees'"),
        (["trees=many"], "whole number"),
        (["sample=2"], "out of bounds"),
        (["trees"], "is no parameter"),
        (["trees=1", "trees=2"], "given twice"),
        (["run_dir=/tmp"], "cannot be the name"),
        (["source=nowhere.csv", "target=x"], "nowhere.csv"),
        (["target=lat"], "did you mean 'late'"),
        (["F=nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_a_slip_ends_with_2_and_says_what_to_do(words, told, tmp_path):
    done = command("pipeline", *words, runs=tmp_path / "runs")
    assert done.returncode == 2 and told in done.stderr, done.stderr
    assert "Traceback" not in done.stderr and not (tmp_path / "runs").exists()


def test_a_name_with_a_line_break_runs_nothing(tmp_path):
    canary = tmp_path / "canary"
    name = f"x=1\nopen({str(canary)!r}, 'w')\ny=1"
    for words in (["pipeline", name], ["pipeline", "--from-make"]):
        assert command(*words, runs=tmp_path / "runs", env={**os.environ, "P": name}).returncode == 2
    assert not canary.exists()


def test_a_source_of_another_table_drops_what_was_said_of_the_first():
    declared = parse_cell('source: str = ""\ntarget: str = ""\ntime: str = ""\nseed: int = 0')
    settings = {
        "domain": {"source": "a:load", "target": "t", "time": "when"},
        "parameters": {"source": "a:load", "seed": "1"},
    }
    assert resolve(declared, settings)["time"] == "when"
    other = resolve(declared, settings, [("P", {"source": "b.csv", "target": "u"})])
    assert other == {"source": "b.csv", "target": "u", "time": "", "seed": 1}
    assert json.dumps(other)
