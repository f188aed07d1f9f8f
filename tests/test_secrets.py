"""No secret in anything that is written: a canary goes through every way out of a stage, and every byte is searched."""

import base64
import json
import os
from urllib.parse import quote

from project_name.engine.pipeline import Job, run_pipeline
from project_name.engine.secrets import redactor

from .conftest import command

CANARY = "c4n&ry Größe/'\"<x>"
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
    tiny("00_leaks", LEAKS, SHELL)
    tiny("01_raises", "import os", RAISES)
    job = Job(sorted(tmp_path.glob("*.ipynb")), {}, tmp_path / "runs", tmp_path, redact=redactor({}))
    run, code = run_pipeline(job)
    assert code == 1
    record = json.loads((run / "run.json").read_text())
    assert [stage["state"] for stage in record["stages"]] == ["ok", "failed"]
    assert "[secret CANARY_PASSWORD]" in record["error"] and len(record["stages"][0]["troubles"]) == 2
    files = [path for path in run.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".ipynb", ".html", ".json"}
    found = {(path.name, form) for path in files for form in forms() if form in path.read_bytes()}
    assert found == set()
    assert "[secret CANARY_PASSWORD]" in (run / "00_leaks.ipynb").read_text()


def test_a_parameter_that_holds_a_secret_is_refused(tmp_path):
    env = {**os.environ, "CANARY_PASSWORD": CANARY}
    for word in ("api_key=x", f"query={CANARY}", f"source=mysql://me:{CANARY}@db/shop", "query=AKIAABCDEFGHIJKLMNOP"):
        done = command("pipeline", word, env=env, runs=tmp_path)
        assert done.returncode == 2 and "environment" in done.stderr and CANARY not in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []
