"""Private values of every kind that are planted into a table, and a search of every byte for them."""

import base64
import zipfile
from hashlib import md5
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pandas as pd

TOKEN = "glpat-" + "Zq7Rk2Wm9Xc4Vb1Nt8Lp"
SECRET = {"WARD_PASSWORD": "v3ry/h1dden+w0rd"}  # a variable of the environment
CANARIES = {  # what must stand nowhere
    "email": "zelda.quixworth@canary.example",
    "email in a comment": "hidden.inside@canary.example",
    "name": "Zelda Quixworth",
    "phone": "+41 79 555 01 99",
    "card": "4539 5787 6362 1486",
    "account": "CH93 0076 2011 6238 5295 7",
    "agent": "Sabine Oberhollenzer",
    "name in comments": "quixworth",  # as a vocabulary writes it
    "agent in comments": "oberhollenzer",
    "born": "1931-07-19",
    "home": "742 Evergreen Terrace",
    "call": "0171/5550199",
    "record": "MRN-8081",
    "spanish call": "931 997 203",
    "spanish call as a number": "687412905",
    "german home": "Unter den Linden 5",
    "spanish home": "Avda. de la Paz 12",
    "mistyped account": "DE37 5001 0517 8925 7168 18",
    "listed account": "4417098256",
    "hashed": "5d41402abc4b2a76b9719d911017c592",
    "badge": "xerxes.vandermolen@canary.example",
    "token": TOKEN,
    "password": SECRET["WARD_PASSWORD"],
}
PLANTED = {"email": "email", "full name": "name", "phone": "phone", "lives": "home", "Móvil": "spanish call"}
PLANTED |= {
    "Wohnt": "german home",
    "Reside": "spanish home",
    "Bankverbindung": "mistyped account",
}
RARE_LEVELS = ("porphyria cutanea", "erythromelalgia", "hidrocystoma", "necrobiosis")  # in one row, in two, ...
IN_TABLES = {  # also there, but only there
    **{name: name for name in RARE_LEVELS},
    "comment": "diagnosis of amyloidosis",
}
TABLES = ("clean.parquet", "aside.parquet")


def plant(table: pd.DataFrame, seed: int = 5) -> pd.DataFrame:
    "A table with private columns of every kind, and honest ones with a private value here and there."
    random, rows = np.random.default_rng(seed), len(table)
    letters = lambda count: "".join(random.choice(list("aeioulmnrst"), count))
    first = [letters(5).title() for _ in range(rows)]
    planted = table.assign(
        **{
            "email": [f"{name.lower()}@mail.example" for name in first],
            "full name": [f"{name} {letters(7).title()}" for name in first],
            "listed by": random.choice(["John Smith", "Ana García", "Wei Chen", CANARIES["agent"]], rows),
            "owner": [
                f"{a} {b}" for a, b in random.choice(["Blue", "Grand", "Green", "Clear"], (rows, 2))
            ],  # or firms?
            "dob": pd.date_range("1931-07-19", periods=rows, freq="D").strftime("%Y-%m-%d"),
            "lives": [f"{n + 1} {letters(6).title()} Street" for n in range(rows)],
            "reach": [f"0171/{n + 5_550_000}" for n in range(rows)],
            "mrn": [f"MRN-{8000 + n}" for n in range(rows)],
            "phone": [f"+41 79 {n:03d} {n % 90 + 10} {n % 80 + 11}" for n in range(rows)],
            "paid with": [CANARIES["card"] if n % 2 else "5555 5555 5555 4444" for n in range(rows)],
            "Móvil": [f"{n % 3 + 7}31 {n % 90 + 10}7 {n % 800 + 103}" for n in range(rows)],
            "contacto": [687_000_000 + 791 * n for n in range(rows)],
            "Wohnt": [f"{place} {n % 80 + 1}" for n, place in enumerate(["Am Markt", "Im Winkel"] * (rows // 2))],
            "Reside": [f"C/ {letters(6).title()} {n % 80 + 1}" for n in range(rows)],
            "Bankverbindung": [f"DE{n % 90 + 10} 5001 0517 {n + 4000} 7168 18" for n in range(rows)],
            "account": [4_000_000_000 + 7_919 * n for n in range(rows)],
            "user": [md5(f"{n % 300}".encode()).hexdigest() for n in range(rows)],
            "geb.": pd.date_range("1931-07-19", periods=rows, freq="D").strftime("%d.%m.%Y"),
            "badge": [f"[{name.lower()}{n}@mail.example]" for n, name in enumerate(first)],
            "iban": CANARIES["account"],
            "ward": random.choice(["north", "south", SECRET["WARD_PASSWORD"]], rows),
            "illness": random.choice(["flu", "cold", "asthma", "gout"], rows),
            "comment": [f"seen on day {n}, told to rest, {letters(9)} {letters(8)}" for n in range(rows)],
            "tip": [str(n % 50) for n in range(rows)],
        }
    )
    for column, canary in PLANTED.items():
        planted.loc[7, column] = CANARIES[canary]
    planted.loc[7, "account"] = int(CANARIES["listed account"])
    planted.loc[7, "contacto"] = int(CANARIES["spanish call as a number"])
    planted.loc[[7, 9], "user"] = CANARIES["hashed"]
    planted.loc[7, "badge"] = f"[{CANARIES['badge']}]"
    planted.loc[7, "comment"] = f"came with a {IN_TABLES['comment']}, write to {CANARIES['email in a comment']}"
    for many, level in enumerate(RARE_LEVELS, 1):
        planted.loc[range(30 + 10 * many, 30 + 11 * many), "illness"] = level
    planted.loc[100:140, "comment"] += f", call zelda {CANARIES['name in comments']} or {CANARIES['agent in comments']}"
    planted.loc[11, "comment"] += f" {TOKEN}"
    planted.loc[13, "tip"] = CANARIES["email in a comment"]  # a slip in a column of numbers
    return planted


def looks_of(text: str) -> list[bytes]:
    "How a text may stand in a file: as it is, in an address, in a page, in base64 at each of three places."
    shifted = [
        base64.b64encode(b"\0" * shift + text.encode()).decode()[shift and 4 : -4].encode() for shift in range(3)
    ]
    plain = [text, quote(text), quote(text, safe=""), text.replace(" ", "&nbsp;"), text.replace(" ", "+")]
    return [look.encode(coding) for look in plain for coding in ("utf-8", "utf-16-le")] + shifted


def contents(path: Path) -> list[bytes]:
    "What a file holds: its bytes, the cells of a table, the members of an archive."
    if path.suffix == ".parquet":
        return [path.read_bytes(), pd.read_parquet(path).reset_index().to_csv().encode()]
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return [archive.read(name) for name in archive.namelist()]
    return [path.read_bytes()]


def found_in(paths: list[Path], canaries: dict[str, str]) -> set[tuple[str, str]]:
    "Which canary stands in which file."
    looks = {name: looks_of(text) for name, text in canaries.items()}
    texts = [(path.name, content) for path in paths for content in contents(path)]
    return {(file, name) for file, content in texts for name in looks if any(look in content for look in looks[name])}
