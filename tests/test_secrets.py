"""No secret in anything that is written: a canary goes through every way out of a stage, and every byte is searched."""

import base64
import json
import os
import subprocess
import sys
from urllib.parse import quote

from project_name.base import root
from project_name.engine.pipeline import Job, run_pipeline
from project_name.engine.secrets import redactor
from project_name.engine.tokens import LOGGED_IN, tokens

from .conftest import command

CANARY = "c4n&ry Größe/'\"<x>"
TOKENS = (
    "glpat-" + "Zq7Rk2Wm9Xc4Vb1Nt8Lp",
    "hf_" + "Zq7Rk2Wm9Xc4Vb1Nt8LpQw3Er5Ty6Ui0As",
    "sk-proj-" + "Zq7Rk2Wm9Xc4Vb1Nt8Lp",
)
LEAKS = """
import base64, logging, os, subprocess, sys, threading, warnings
from urllib.parse import quote
from IPython.display import HTML, Markdown, display
secret = os.environ["CANARY_PASSWORD"]
print(secret); print(secret, file=sys.stderr); logging.warning(secret); warnings.warn(secret)
print(quote(secret), base64.b64encode(b"me:" + secret.encode()).decode(), repr(secret), {"a": secret})
display(HTML(f"<b>{secret}</b>")); display(Markdown(f"# {secret}")); display({"text/plain": secret}, raw=True)
thread = threading.Thread(target=lambda: int(secret)); thread.start(); thread.join()
subprocess.run(["echo", secret]); os.write(1, secret.encode())
secret
"""
PASTED = f"print({TOKENS!r}); print('https://{TOKENS[0]}@git.example/x', 'db://me:hun/ter22@db/x'); {TOKENS[1]!r}"
SHELL = "!echo $CANARY_PASSWORD; false"
RAISES = "raise ValueError(f'no connection to mysql://me:{os.environ[\"CANARY_PASSWORD\"]}@db')"


def forms() -> list[bytes]:
    "How the canary may look inside of a file."
    core = base64.b64encode(CANARY.encode()).decode()[4:20]
    texts = [
        CANARY,
        quote(CANARY),
        quote(CANARY, safe=""),
        json.dumps(CANARY)[1:-1],
        "c4n&amp;ry",
        "c4n&ry",
        "c4n%26ry",
        core,
    ]
    return [text.encode(coding) for text in texts for coding in ("utf-8", "utf-16-le")]


def test_no_secret_is_written_anywhere(tiny, tmp_path, monkeypatch):
    monkeypatch.setenv("CANARY_PASSWORD", CANARY)
    tiny("00_leaks", LEAKS, PASTED, SHELL)
    tiny("01_raises", "import os", RAISES)
    job = Job(sorted(tmp_path.glob("*.ipynb")), {}, tmp_path / "runs", tmp_path, redact=redactor({}))
    run, code = run_pipeline(job)
    assert code == 1
    record = json.loads((run / "run.json").read_text())
    assert [stage["state"] for stage in record["stages"]] == ["ok", "failed"]
    assert "[secret CANARY_PASSWORD]" in record["error"] and len(record["stages"][0]["troubles"]) == 2
    files = [path for path in run.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".ipynb", ".html", ".json"}
    forbidden = [*forms(), *(token.encode() for token in TOKENS), b"hun/ter22"]
    found = {(path.name, form) for path in files for form in forbidden if form in path.read_bytes()}
    assert found == set()
    assert "[secret CANARY_PASSWORD]" in (run / "00_leaks.ipynb").read_text()


def test_a_parameter_that_holds_a_secret_is_refused(tmp_path):
    env = {**os.environ, "CANARY_PASSWORD": CANARY}
    for word in ("api_key=x", f"query={CANARY}", f"source=mysql://me:{CANARY}@db/shop", "query=AKIAABCDEFGHIJKLMNOP"):
        done = command("pipeline", word, env=env, runs=tmp_path)
        assert done.returncode == 2 and "environment" in done.stderr and CANARY not in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_collection_of_tokens_is_imported_only_for_a_text_that_may_hold_one():
    for text, loaded in (("target=late source=flights.csv", "False"), (TOKENS[0], "True")):
        code = f"import sys; from project_name.engine.secrets import redactor; redactor({{}})({text!r})"
        argv = [sys.executable, "-c", f"{code}; print('detect_secrets' in sys.modules)"]
        assert subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip() == loaded


def test_nothing_of_the_project_is_taken_for_a_token():
    paths = [*(root() / "nbs").rglob("*.ipynb"), *root().glob("[!.]*.*"), *(root() / "project_name").rglob("*.py")]
    texts = {path.name: path.read_text(errors="replace") for path in paths if path.is_file()}
    found = {(name, text[start:end], what) for name, text in texts.items() for start, end, what in tokens(text)}
    own = ("secrets.ipynb", "tokens.ipynb")
    alarms = {(name, text) for name, text, what in found if what != LOGGED_IN and name not in own}
    assert alarms == set() and "requirements.lock" in texts
