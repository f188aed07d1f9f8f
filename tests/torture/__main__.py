"""The torture of the engine: `python -m tests.torture [SEED=1] [QUICK=1] [OUT=torture.json] [section ..]`."""

import dataclasses
import importlib
import json
import os
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from .small import Row

SECTIONS = ("kills", "points", "pressure", "parameters", "staleness", "soak")


def section(name: str) -> Callable[[int, bool], list[Row]] | None:
    "The function of a section: that of the module of the same name, where there is one."
    if not (Path(__file__).parent / f"{name}.py").exists():
        return None
    return getattr(importlib.import_module(f".{name}", __package__), name)


def table(rows: list[Row]) -> Table:
    "What was tried, what came out, what should, and what stock papermill does."
    found = Table("what", "ours", "goal", "papermill", "", show_lines=False)
    for row in rows:
        found.add_row(row.what, row.ours, row.goal, row.papermill, "" if row.met else "MISSED")
    return found


def asked(words: list[str]) -> tuple[dict[str, str], list[str]]:
    "The options, from the environment and the command line, and the sections."
    options = {name: os.environ[name] for name in ("SEED", "QUICK", "OUT") if os.environ.get(name)}
    options |= dict(word.split("=", 1) for word in words if "=" in word)
    names = [word for word in words if "=" not in word] or [name for name in SECTIONS if section(name)]
    wrong = sorted(options.keys() - {"SEED", "QUICK", "OUT"}) + [name for name in names if name not in SECTIONS]
    if wrong or not all(section(name) for name in names):
        sys.exit(f"{', '.join(wrong) or 'a section that is not there'}: {__doc__} Sections: {', '.join(SECTIONS)}")
    return options, names


def main() -> int:  # the exit code
    "Run the sections, and tell in one table."
    options, names = asked(sys.argv[1:])
    seed = int(options.get("SEED") or secrets.randbelow(1_000_000))
    rows: list[Row] = []
    for name in names:
        began = time.monotonic()
        print(f"{name}: SEED={seed}", flush=True)
        rows += section(name)(seed, options.get("QUICK", "") not in ("", "0"))
        print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
    Console(width=None if sys.stdout.isatty() else 160).print(table(rows))
    if options.get("OUT"):
        found = {"seed": seed, "rows": [dataclasses.asdict(row) for row in rows]}
        Path(options["OUT"]).write_text(json.dumps(found, indent=2) + "\n")
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
