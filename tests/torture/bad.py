"""Bad parameters, listed: names, values, files, options and sources that must be refused before a kernel starts."""

import json
import keyword
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from project_name.engine.parameters import Parameter

from .bad_texts import BOUNDS, BROKEN, DATES, DUNDERS, FILES, FLOATS, INTS, RUN_DIRS, SEPARATED, TABLE


@dataclass(frozen=True)
class Bad:
    "One bad way to start a run."

    kind: str
    told: str  # what the sentence must name
    words: tuple[str, ...] = ()  # the command line
    file: bytes | None = None  # the content of a parameter file; F names it
    make: tuple[tuple[str, str], ...] = ()  # the environment of `--from-make`
    untold: str = ""  # what the sentence must not repeat


def given(kind: str, told: str, pairs: Mapping[str, str], way: int) -> Bad:
    "Bad pairs by one of three ways: command line, parameter file, or P as make passes it on."
    words = tuple(f"{name}={text}" for name, text in pairs.items())
    plain = all(text.isprintable() for pair in pairs.items() for text in pair)
    if way % 3 == 1 and plain:
        lines = [
            f"{json.dumps(n, ensure_ascii=False)}: {json.dumps(t, ensure_ascii=False)}\n" for n, t in pairs.items()
        ]
        return Bad(kind, told, file="".join(lines).encode())
    if way % 3 == 2:
        return Bad(kind, told, make=(("P", shlex.join(words)),))
    return Bad(kind, told, words=words)


def wrong_names(declared: Mapping[str, Parameter]) -> Iterator[Bad]:
    "Typos of every parameter, keywords, dunders, look-alikes, and names with more than a name in them."
    found: list[tuple[str, str]] = []
    for name in declared:
        typos = (
            name[:-1],
            name[0] + name,
            name[1] + name[0] + name[2:],
            name.upper(),
            name + " ",
            "_" + name,
            name + "_",
        )
        found += [("a typo of a name", typo) for typo in typos]
        found += [("a look-alike of a name", alike) for alike in look_alikes(name)]
        found.append(("a line break in a name", f"{name}\nx"))
    found += [("a keyword as a name", name) for name in keyword.kwlist]
    found += [("a name of Python's own", name) for name in DUNDERS.split()]
    found += [("no name at all", name) for text in (SEPARATED, BROKEN) for name in text.split("|")]
    found += [("the folder of the run", name) for name in RUN_DIRS.split("|")]
    for way, (kind, name) in enumerate(found):
        if name not in declared:
            yield given(kind, repr(name)[1:-1], {name: "1"}, way)


def look_alikes(name: str) -> list[str]:
    "The name with a Cyrillic letter, and in full-width letters, which Python itself takes for the plain ones."
    cyrillic = name.translate(str.maketrans("aeopcx", "аеорсх"))
    return [
        other for other in (cyrillic, "".join(chr(ord(c) + 0xFEE0) if c != "_" else c for c in name)) if other != name
    ]


def wrong_values(declared: Mapping[str, Parameter]) -> Iterator[Bad]:
    "Texts of another type and values out of bounds, for every declared number."
    way = 0
    for name, parameter in declared.items():
        texts = [
            text
            for text in {"int": INTS, "float": FLOATS}.get(parameter.kind, "").split("|")
            if parameter.kind in ("int", "float")
        ]
        for kind, values in (("a wrong type", texts), ("out of bounds", BOUNDS.get(name, "").split())):
            for text in values:
                yield given(kind, name, {name: text}, way)
                way += 1
        if parameter.kind in ("str", "list[str]"):
            yield Bad("a zero byte", name, words=(f"{name}=a\x00b",))
            yield Bad("a zero byte", name, file=f'{name}: "a\\0b"'.encode())
            told = "a" if name == "source" else name  # a source is named by itself
            yield Bad("a byte that is no text", told, words=(f"{name}=a\udcff",))


def wrong_columns() -> Iterator[Bad]:
    "Columns that the source does not have, dates that are none, and sources that are not there."
    for way, name in enumerate(("nowhere", "Y", "y ", "a;b", "yes", "a,b")):
        for parameter in ("target", "time", "group"):
            pairs = {"source": TABLE, "target": "y", parameter: name}
            yield given("no such column", parameter, pairs, way)
    for way, text in enumerate(("nowhere", "a,nowhere", "A")):
        yield given("no such column", "drop", {"source": TABLE, "target": "y", "drop": text}, way)
    for way, date in enumerate(DATES):
        for parameter in ("valid_from", "test_from"):
            yield given("no date", parameter, {"source": TABLE, "target": "y", "time": "when", parameter: date}, way)
    long, user = "x" * 300 + ".csv", "~no-such-user/x.csv"
    sources = ("gone.csv", "gone/gone.csv", ".", "", "table", "table.exe", "os:system", "nowhere.mod:load", long, user)
    sources += (
        "project_name.flights:gone",
        "project_name.gone:load",
        "project_name.base:",
        "://",
        "a\nb.csv",
        "table.csv/x",
    )
    for way, source in enumerate(sources):
        yield given("no such source", source[:20].split("\n")[0], {"source": source, "target": "y"}, way)


def wrong_words(declared: Mapping[str, Parameter]) -> Iterator[Bad]:
    "Words that are no parameter, names given twice, and options that name nothing."
    for way, name in enumerate(declared):
        yield (
            Bad("a word without =", name, words=(name,))
            if way % 2
            else Bad("a word without =", name, make=(("P", name),))
        )
        pair = (f"{name}=1", f"{name}=2")
        yield (
            Bad("a name given twice", name, words=pair)
            if way % 2
            else Bad("a name given twice", name, make=(("P", " ".join(pair)),))
        )
    for word in ("trees:3", "trees 3", "--trees=3", "-t", "P", "F", "trees==3", "FROM", "from=01_data", "F"):
        yield Bad("a word without =", word.split("=")[0].strip("-"), words=(word,))
    for stage in ("09_gone", "1", "01_dat", "data", "01_data.ipynb", "*", "../01_data", "01-data", "train", "99"):
        yield Bad("an unknown stage", repr(stage), words=(f"FROM={stage}",))
        yield Bad("an unknown stage", repr(stage), make=(("ONLY", stage),))
    for text in ("'", '"', "trees='3", 'trees="3', "trees=3 'x", "a\\"):
        yield Bad("an open quote", "P=", make=(("P", text),))
        yield Bad("an open quote", "P=", words=(f"P={text}",))
    yield Bad("an option given twice", "FROM", words=("FROM=01_data", "FROM=04_train"))
    yield Bad("an option given twice", "F", words=("F=one.yaml", "F=parameters.yaml"), file=b"seed: 1")
    yield Bad("an option that says nothing", "FORCE", words=("FORCE=maybe",))


def wrong_files() -> Iterator[Bad]:
    "Parameter files that are none."
    for kind, (content, told) in FILES.items():
        yield Bad(f"a file: {kind}", told, file=content)
    for name in ("gone.yaml", ".", "gone/gone.yaml", "x" * 300, ""):
        yield Bad("a file that is not there", name[:20], words=(f"F={name}",))
        if name:
            yield Bad("a file that is not there", name[:20], make=(("F", name),))


def passwords() -> Iterator[Bad]:
    "Sources that hold a password; all hosts are this machine, on a port where nobody listens."
    host, secret = "127.0.0.1:9", "hunter2"
    schemes = ("postgresql", "mysql+pymysql", "https", "http", "s3", "gs", "HTTPS", "mssql", "ftp", "sqlite")
    users = [f"{scheme}://user:{secret}@{host}/x.csv" for scheme in schemes]
    users += [
        f"https://:{secret}@{host}/x.csv",
        f"https://user:{secret}%40@{host}/x.csv",
        f"https://a@b:{secret}@{host}/x.csv",
    ]
    users += [f"postgresql://{host}/db?user=me&password={secret}"]
    for way, source in enumerate(users):
        bad = given("a password", "password", {"source": source, "target": "y"}, way)
        yield Bad(bad.kind, bad.told, bad.words, bad.file, bad.make, secret)


def code(canary: str) -> Iterator[Bad]:
    "Python and shell that would leave a file, as names and as values."
    call = f"__import__('os').system('touch {canary}')"
    names = (
        call,
        f"x\n{call}\ny",
        f"x;{call}",
        f"trees\n{call}#",
        f"x\r{call}",
        f"x:{call}",
        f"x if {call} else y",
        f"[{call}]",
    )
    values = (
        call,
        f"1\n{call}",
        f"1;{call}",
        f"'+{call}+'",
        f'"\n{call}\n"',
        f"{{{call}}}",
        f"f'{{{call}}}'",
        f"1 if {call} else 2",
    )
    values += (
        f"$(touch {canary})",
        f"`touch {canary}`",
        f"; touch {canary}",
        f"| touch {canary}",
        f"!touch {canary}",
        f"%sx touch {canary}",
    )
    values += (
        f"!!python/object/apply:os.system ['touch {canary}']",
        f"exec({call!r})",
        f"lambda: {call}",
        f"\\\n{call}",
    )
    for way, name in enumerate(names):
        yield given("code as a name", "cannot be the name", {name: "1"}, way)
    for way, value in enumerate(values):
        for parameter in ("trees", "sample", "seed"):
            yield given("code as a value", parameter, {parameter: value}, way)
        yield given("code as a value", "target", {"source": TABLE, "target": value}, way)
        yield Bad("code as a value", "CANARY", words=(f"source={value}", "target=y"))
    for value in (
        f"!!python/object/apply:os.system ['touch {canary}']",
        f"!!python/object/new:os.system ['touch {canary}']",
    ):
        yield Bad("code as a value", "trees", file=f"trees: {value}".encode())


def listed(declared: Mapping[str, Parameter], canary: str) -> list[Bad]:
    "All of them, without any that stands twice."
    parts = (wrong_names(declared), wrong_values(declared), wrong_columns(), wrong_words(declared), wrong_files())
    found = [bad for part in (*parts, passwords(), code(canary)) for bad in part]
    return list(dict.fromkeys(found))
