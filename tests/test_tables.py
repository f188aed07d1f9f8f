"""Files as people have them: each is read as a person would, asked about, or refused in a sentence."""

import contextlib
import csv
import gzip
import math
import re
import shlex
import sqlite3
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from project_name.methods.inputs import describe_input
from project_name.methods.types import type_table
from project_name.product.footers import left_out
from project_name.product.reading import ProductError, noticed, reading, written
from project_name.product.rows import read_rows
from project_name.product.score import as_trained
from project_name.product.tables import columns, read_table, write_table

from .conftest import command
from .odd_files import DOUBTFUL, ODD, ORDINARY, Odd, parquet
from .test_any_table import TABLES


def plain(value):
    "A value of a frame as plain Python, None where there is none."
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, str):
        return value or None
    if isinstance(value, date):
        return pd.Timestamp(value)
    return value.item() if isinstance(value, np.generic) else value


def same(found, expected) -> bool:
    "Whether a cell holds what is expected: numbers by value, true and false as such, and no number for a text."
    if isinstance(expected, int) and abs(expected) >= 2**53:
        return found == expected or found == str(expected)
    if isinstance(expected, bool) or isinstance(found, bool) or isinstance(expected, str) or isinstance(found, str):
        return type(found) is type(expected) and found == expected
    return found == expected


def outcome(odd: Odd, folder) -> str:
    "What is wrong with how a file is read; empty where nothing is."
    path = folder / odd.file
    path.write_bytes(odd.content)
    try:
        frame = read_table(path, reading(odd.how))
    except ProductError as error:
        if odd.table is not None:
            return f"refused: {error}"
        code = "" if error.exit_code == odd.code else f"exit code {error.exit_code}: "
        return "" if re.search(odd.says, str(error)) and not code and "\n" not in str(error) else f"{code}says {error}"
    if odd.table is None:
        return f"read in silence as {frame.to_dict('list')}"[:300]
    found = {name: [plain(value) for value in frame[name].tolist()] for name in frame}
    if sorted(found) != sorted(odd.table):
        return f"columns {list(found)[:9]}"
    for name, expected in odd.table.items():
        expected = [plain(value) for value in expected]
        if len(found[name]) != len(expected) or not all(map(same, found[name], expected)):
            return f"{name}: {found[name][:6]} instead of {expected[:6]}"
    return ""


@pytest.mark.parametrize("odd", [*ORDINARY, *ODD], ids=lambda odd: odd.name)
def test_a_file_is_read_as_a_person_would_or_not_at_all(odd, tmp_path):
    assert outcome(odd, tmp_path) == ""


@pytest.mark.parametrize("odd", DOUBTFUL, ids=lambda odd: odd.name)
def test_neither_a_question_nor_a_verdict_quotes_what_stands_in_the_file(odd, tmp_path):
    assert outcome(odd, tmp_path) == ""
    with pytest.raises(ProductError) as told:
        read_table(tmp_path / odd.file, reading(odd.how))
    cells = {cell for cell in re.split(r"[\s,;\"{}:\[\]@]+", odd.content.decode(errors="replace")) if len(cell) > 3}
    assert [cell for cell in cells if cell in str(told.value)] == [] and "Zoë" not in str(told.value)


def test_there_are_enough_of_them_and_none_stands_twice():
    names = [odd.name for odd in [*ORDINARY, *ODD]]
    assert len(ORDINARY) >= 30 and len(ODD) >= 120 and len(set(names)) == len(names)


@pytest.mark.parametrize("kind", TABLES)
def test_ordinary_tables_come_back_cell_by_cell(kind, tmp_path):
    made = TABLES[kind][0]().reset_index(drop=True).drop(columns="Móvil", errors="ignore")  # reads as numbers
    made.to_csv(tmp_path / "table.csv", index=False)
    pd.testing.assert_frame_equal(read_table(tmp_path / "table.csv"), made, check_dtype=False)


@pytest.mark.parametrize("odd", [odd for odd in [*ORDINARY, *ODD] if odd.table], ids=lambda odd: odd.name)
def test_the_names_before_a_run_are_those_of_the_run(odd, tmp_path):
    (tmp_path / odd.file).write_bytes(odd.content)
    assert sorted(columns(str(tmp_path / odd.file), reading(odd.how))) == sorted(odd.table)


def test_what_the_reader_decides_is_said_of_the_column(tmp_path):
    text = (
        "name;left;size;fee;share;day;zone\n"
        + "Null;nan;1;1.375,14 EUR;5%;20240102;2024-01-01T10:00\nAda;no;nan;2 EUR;7%;20240203;2024-01-01T10:00Z\n"
    )
    (tmp_path / "x.csv").write_text(text)
    frame = read_table(tmp_path / "x.csv")
    notes = {name: typed.note for name, typed in type_table(frame, "", noticed(frame)).items()}
    words = {
        "name": "missing=Null",
        "left": "'nan' counts as missing",
        "size": "'nan' counts as missing",
        "fee": "EUR",
        "share": "%",
        "day": "20241231",
        "zone": "time zone",
    }
    assert [name for name, word in words.items() if word not in notes[name]] == []


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".jsonl"])
def test_a_dash_is_a_gap_in_every_kind_of_file_and_is_told(suffix, tmp_path):
    table, path = {"n": [5, "-", 7, 9, "?"], "m": list("abcde")}, tmp_path / f"x{suffix}"
    if suffix == ".xlsx":
        pd.DataFrame(table).to_excel(path, index=False)
    else:
        write_table(path, pd.DataFrame(table))
    frame = read_table(path)
    assert [plain(value) for value in frame["n"]] == [5, None, 7, 9, None]
    assert "'-', '?' counts as missing" in noticed(frame)["n"] and written(frame)["n"]["gaps"] == ["-", "?"]


def test_totals_and_notes_are_told_and_counted(tmp_path):
    (tmp_path / "x.csv").write_text("shop,n\nnorth,3\nsouth,4\nTotal,7\n\nSource: the office\n")
    frame = read_table(tmp_path / "x.csv")
    told = noticed(frame)[""]
    assert "1 row left out: it holds the sums of the rows above" in told and "1 line of notes" in told
    assert left_out(frame)["shop"].tolist() == ["Total"] and len(read_table(tmp_path / "x.csv", rows=3)) == 3


@pytest.fixture
def decimals():
    "A type of SQLite whose values are decimal numbers, as those of other databases are."
    sqlite3.register_converter("exacttext", lambda content: Decimal(content.decode()))
    yield "exacttext"
    del sqlite3.converters["EXACTTEXT"]


def test_a_database_loses_no_digit_of_identifiers_decimals_and_amounts(tmp_path, decimals):
    moments = [f"20240101123045.{n:06d}" for n in (1, 2, 29)]
    with contextlib.closing(sqlite3.connect(tmp_path / "shop.db")) as database:
        database.execute(f"create table sales (id integer, at {decimals}, fee {decimals}, receipt {decimals})")
        rows = zip(
            [2**53 + 1, 2**53 + 2, None], moments, ["1.50", "2.25", None], ["5", str(2**60 + 1), "7"], strict=True
        )
        database.executemany("insert into sales values (?, ?, ?, ?)", rows)
        database.commit()
    frame = read_table(f"sqlite:///{tmp_path / 'shop.db'}?detect_types=1", reading({"query": "sales"}))
    found = {name: [plain(value) for value in frame[name].tolist()] for name in frame}
    assert found == {
        "id": [2**53 + 1, 2**53 + 2, None],
        "at": moments,
        "fee": [1.5, 2.25, None],
        "receipt": [5, 2**60 + 1, 7],
    }
    assert "more digits than a float keeps" in noticed(frame)["at"]


NOTED = {  # a file, its column, and what is said of it
    "a sample of a frame": (parquet(pd.DataFrame({"a": range(50)}).sample(20, random_state=1)), "index", "drop=index"),
    "numbers in parentheses": (b"a,b\n(1),x\n2,y\n", "a", "in parentheses are negative"),
    "a blank line in the only column": (b"a\n1\n\n2\n", "", "1 blank line in the only column"),
}


@pytest.mark.parametrize("case", NOTED)
def test_what_may_be_meant_otherwise_is_told(case, tmp_path):
    content, name, words = NOTED[case]
    path = tmp_path / ("x.parquet" if content.startswith(b"PAR1") else "x.csv")
    path.write_bytes(content)
    assert words in noticed(read_table(path))[name]


def test_a_column_of_numbers_never_becomes_words_without_a_note(tmp_path):
    columns = {
        "price": ["5", "on request", "7.5", "12"],
        "rating": ["1", "2", "3", "4+"],
        "size": ["1,234", "-", "5,678", "7"],
        "weight": ["45 kg", "7 kg", "?", "9 kg"],
        "stars": ["1 star", "2 stars", "3 stars", "5 stars"],
        "member": ["Ja", "nein", "-", "Ja"],
    }
    pd.DataFrame(columns).to_csv(tmp_path / "x.csv", index=False)
    frame = read_table(tmp_path / "x.csv")
    notes = {name: typed.note for name, typed in type_table(frame, "", noticed(frame)).items()}
    words = {"price": "row 1", "rating": "row 3", "size": "'-' counts", "weight": "kg, which", "stars": "star, stars"}
    assert [name for name, word in {**words, "member": "'-' counts"}.items() if word not in notes[name]] == []


SAID = {  # a table as text, and how a person said that it is to be read
    "gaps told": ("name,n\nSmith,1\nNull,2\nMay,3\n", {"missing": "Null"}),
    "gaps found": ("name,n\nSmith,1\nnan,nan\nMay,3\n", {}),
    "signs for gaps": ("n,m\n1,a\n?,b\n-,c\n3,d\n", {}),
    "words for gaps": ("n,m\n" + "".join(f"{n},a\n" for n in range(100)) + "n/k,b\n?,c\n" + "no idea,d\n" * 10, {}),
    "a decimal told": ("n;m\n1.234;a\n5.678;b\n", {"decimal": ","}),
    "a decimal told, with commas": ("n,m\n1.234,a\n5.678,b\n", {"decimal": ","}),
    "a decimal found": ("n;m\n1.234;0,5\n5.678;2\n", {}),
    "text told": ("zip,m\n501,a\n20001,b\n", {"as_text": "zip"}),
    "versions as text": ("v,m\n1.9,a\n1.10,b\n", {"as_text": "v"}),
    "text with a gap told": ("v,m\n1.9,a\nNull,b\n", {"as_text": "v", "missing": "Null"}),
    "versions as numbers": ("v,m\n1.9,a\n1.10,b\n", {"as_numbers": "v"}),
    "days as numbers, told": ("d,m\n20240102,a\n20240203,b\n", {"as_numbers": "d"}),
    "days as numbers": ("d,m\n20240102,a\n20240203,b\n", {}),
    "days in their own form": ("d,m\n31.12.2023,a\n01.02.2024,b\n", {}),
    "percent": ("p,m\n12.5%,a\n7 %,b\n-,c\n", {}),
    "amounts": ('p;m\n1.375,14 EUR;a\n2 EUR;b\n"1.234 EUR";c\n?;d\n', {}),
    "thousands": ('p,m\n"1,234",a\n"5,678",b\n7,c\n', {}),
    "measures": ("p,m\n5 kg,a\n7kg,b\nunknown,c\n", {}),
    "yes and no": ("p,m\nYes,a\nYES,b\nno,c\n-,d\nTRUE,e\n", {}),
    "two answers": ("p,m\nja,a\nnein,b\n?,c\n", {}),
    "leading zeros": ("p,m\n00501,a\n10001,b\n", {}),
    "large numbers": (f"p,m\n{2**53 + 1},a\n5,b\n", {}),
}


def in_training(path, how):
    "The typed columns of a table as training reads it, and the signature that a bundle would hold."
    frame = read_table(path, how)
    types, wrote = type_table(frame, "", noticed(frame), how.as_text), written(frame)
    inputs = [describe_input(name, typed, typed.values, wrote.get(name, {})) for name, typed in types.items()]
    decimal = {"told": how.decimal, "found": wrote.get("", {}).get("decimal", "")}
    inputs = [{**one, "dtype": str(types[one["name"]].values.dtype)} for one in inputs]
    return {name: typed.values for name, typed in types.items()}, {"inputs": inputs, "decimal": decimal}


def alike(one, other) -> bool:
    "Whether two values are the same for a model; a yes or no with gaps is text in training."
    one, other = plain(one), plain(other)
    return one == other or (one is not None and other is not None and str(one) == str(other))


@pytest.mark.parametrize("case", SAID)
def test_a_row_reads_alone_in_scoring_as_among_others_in_training(case, tmp_path):
    text, said = SAID[case]
    path, alone = tmp_path / "training.csv", tmp_path / "alone.csv"
    path.write_text(text)
    trained, signature = in_training(path, reading(said))
    header, *lines = text.splitlines(keepends=True)
    for row in range(len(lines)) if len(lines) < 20 else [0, 50, len(lines) - 12, len(lines) - 11, len(lines) - 1]:
        alone.write_text(header + lines[row])
        frame = read_table(alone, as_trained(str(alone), signature))
        found, _, faults = read_rows(frame, signature["inputs"])
        assert not faults, lines[row]
        for name, values in trained.items():
            assert alike(found[name][0], values.iloc[row]), f"{lines[row]}: {name} is {found[name][0]!r}"


def test_one_bad_value_spoils_no_other_row_of_a_scored_table(tmp_path):
    text = "fee;size;since\n1.375,14 EUR;5 kg;20240102\n2 EUR;7 kg;20240203\n9,5 EUR;1 kg;20240304\n"
    (tmp_path / "a.csv").write_text(text)
    trained, signature = in_training(tmp_path / "a.csv", reading({}))
    bad = text.replace("2 EUR", "on request").replace("1 kg", "1 lb").replace("20240102", "20241301")
    (tmp_path / "b.csv").write_text(bad)
    frame = read_table(tmp_path / "b.csv", as_trained(str(tmp_path / "b.csv"), signature))
    found, _, faults = read_rows(frame, signature["inputs"])
    assert (
        sorted(faults) == [0, 1, 2]
        and "'20241301'" in faults[0]
        and "'on request'" in faults[1]
        and "in kg, found '1 lb'" in faults[2]
    )
    for name, rows in {"fee": [0, 2], "size": [0, 1], "since": [1, 2]}.items():
        assert all(alike(found[name][row], trained[name].iloc[row]) for row in rows), name


WORDS = [
    "Zürich",
    "a, b",
    'the "big" one',
    "x;y",
    "two\nlines",
    "-",
    "n/k",
    "Łódź",
    "東京",
    "it's",
    "C:\\new",
    "5 kg",
    "e5",
]


def made_table(seed: int) -> pd.DataFrame:
    "A table of the kinds that columns usually have, with gaps."
    random, rows = np.random.default_rng(seed), 40
    table = pd.DataFrame(
        {
            "name": random.choice(WORDS, rows),
            "code": [f"{number:05d}" for number in random.integers(0, 10**4, rows)],
            "count": random.integers(-1000, 10**6, rows),
            "size": random.normal(0, 10.0 ** random.integers(-8, 9), rows),
            "fee": random.uniform(0, 5000, rows).round(2),
            "seen": pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 9999, rows), "h")).astype(
                str
            ),
            "paid": random.choice([True, False], rows),
        }
    )
    gaps = random.random(table.shape) < random.choice([0, 0.2])
    return table.astype(object).mask(gaps, None)[list(random.permutation(table.columns))]


@pytest.mark.parametrize("seed", range(40))
def test_tables_come_back_from_every_way_of_writing_them(seed, tmp_path):
    made, random = made_table(seed), np.random.default_rng(seed)
    sign, quoting = random.choice([",", ";", "\t", "|"]), int(random.choice([csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]))
    encoding, ends = random.choice(["utf-8", "utf-8-sig", "utf-16"]), str(random.choice(["\n", "\r\n"]))
    path = tmp_path / "x.csv"
    made.to_csv(path, index=False, sep=str(sign), quoting=quoting, encoding=str(encoding), lineterminator=ends)
    frame = read_table(path)
    for name in made:
        found, expected = ([plain(value) for value in table[name].tolist()] for table in (frame, made))
        assert all(map(same, found, expected)) and len(found) == len(expected), f"{name}: {found[:5]}, {expected[:5]}"


def test_the_commands_say_it_in_a_sentence(tmp_path):
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 999)[:25])
    (tmp_path / "open.csv").write_bytes("a,b\n1,Москва\n".encode("cp1251"))
    for name, says, code in [("cut.csv.gz", "is cut off", 65), ("open.csv", "Say encoding=cp1251", 2)]:
        done = command("pipeline", f"source={tmp_path / name}", "target=b", runs=tmp_path / "runs")
        assert done.returncode == code and says in done.stderr and "Traceback" not in done.stderr + done.stdout
    (tmp_path / "title.csv").write_text("Sales of May\n\na,unit price\nx,y\nz,w\n")
    words = [f"source={tmp_path / 'title.csv'}", "target=unit price", "missing=on request"]
    done = command("pipeline", *words, runs=tmp_path / "runs")
    commands = [shlex.split(line)[1:] for line in done.stderr.splitlines() if "pipeline" in line]
    assert commands == [["pipeline", *words, "header=3"], ["pipeline", *words, "header=none"]], done.stderr
    done = command("score", f"IN={tmp_path / 'open.csv'}", "OUT=x.csv", "colour=red", runs=tmp_path / "runs")
    assert done.returncode == 2 and "score takes no 'colour'" in done.stderr
