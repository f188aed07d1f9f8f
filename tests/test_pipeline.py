"""The quick run of the whole pipeline: complete, true, reproducible, and fit to be shown."""

import json
import re

import nbformat

from project_name.base import root, sha256
from project_name.engine.parameters import stage_notebooks

from .conftest import command, latest_run

STAGES = [stage.stem for stage in stage_notebooks(root() / "nbs")]
VARIES = re.compile(r"(\.html|\.ipynb|^run\.json)$")  # files that may hold times and ids


def refuse(token: str) -> None:
    raise AssertionError(f"{token} is no JSON")


def test_a_run_is_complete(quick_run):
    names = {path.name for path in quick_run.iterdir()}
    assert {f"{stage}.{end}" for stage in STAGES for end in ("ipynb", "html")} <= names
    assert {"report.html", "run.json", "metrics.json", "model", "clean.parquet", "aside.parquet"} <= names
    assert not [path for path in quick_run.rglob("*") if path.name.endswith(".tmp")]


def test_the_record_says_what_happened(quick_run):
    record = json.loads((quick_run / "run.json").read_text(), parse_constant=refuse)
    assert record["state"] == "ok" and [stage["name"] for stage in record["stages"]] == STAGES
    for stage in record["stages"]:
        assert stage["state"] == "ok" and stage["seconds"] > 0 and stage["cells"]
        for name, digest in stage.get("writes", {}).items():
            assert sha256(quick_run / name) == digest, name


def test_every_artifact_read_was_written_by_an_earlier_stage(quick_run):
    written = set()
    for stage in json.loads((quick_run / "run.json").read_text())["stages"]:
        for name in stage.get("reads", {}):
            assert name.split("/")[0] in {path.split("/")[0] for path in written}, f"{stage['name']} reads {name}"
        written |= set(stage.get("writes", {}))


def test_all_json_is_strict(quick_run):
    files = [*quick_run.rglob("*.json"), *quick_run.glob("*.ipynb")]
    assert len(files) > len(STAGES)
    for path in files:
        json.loads(path.read_text(), parse_constant=refuse)


def test_notebooks_are_valid_and_ran_to_the_end(quick_run):
    for stage in STAGES:
        notebook = nbformat.read(quick_run / f"{stage}.ipynb", as_version=4)
        nbformat.validate(notebook)
        code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
        assert all(cell.execution_count for cell in code)


def test_metrics_have_intervals_baselines_and_verdicts(quick_run):
    metrics = json.loads((quick_run / "metrics.json").read_text())
    assert metrics["task"] == "binary" and metrics["primary"] == "roc_auc"
    tested = [metrics["test"], *metrics["baselines"].values(), *metrics["difference"].values()]
    for figures in tested:
        assert figures["roc_auc"]["low"] <= figures["roc_auc"]["value"] <= figures["roc_auc"]["high"]
    assert {"dummy", "linear", "default_boosting"} <= set(metrics["baselines"])
    assert metrics["test"]["roc_auc"]["value"] > metrics["baselines"]["dummy"]["roc_auc"]["value"]
    stated = {row["requirement"].split()[0]: row for row in metrics["gate"]}
    assert {"roc_auc", "slice_gap", "p99_ms", "bundle_mb"} <= set(stated)
    assert isinstance(stated["roc_auc"]["met"], bool)


def test_pages_need_no_network_and_show_no_warning(quick_run):
    for path in quick_run.glob("*.html"):
        text = path.read_text()
        shown = re.sub(r'<div class="code">.*?</div>', "", text, flags=re.DOTALL)
        assert "Content-Security-Policy" in text and not re.search(r'(src|href)="https?://[^"]+\.(js|css)"', text), (
            path.name
        )
        assert "Warning:" not in re.sub(r"<details class=.method.*", "", shown, flags=re.DOTALL), path.name
        for link in re.findall(r'href="([^"#:]+\.html)"', text):
            assert (quick_run / link).exists(), f"{path.name} links to {link}"


def test_the_report_shows_no_code(quick_run):
    text = (quick_run / "report.html").read_text()
    assert 'class="highlight' not in text and 'id="show-code"' not in text and text.count("data:image/svg+xml") >= 3


def test_a_run_that_ended_is_read_only(quick_run):
    assert all(path.stat().st_mode & 0o222 == 0 for path in quick_run.rglob("*") if path.is_file())


def test_the_same_seed_gives_the_same_bytes(quick_run, tmp_path):
    done = command("pipeline", "F=tests/quick.yaml", runs=tmp_path)
    assert done.returncode == 0, done.stderr
    again = latest_run(tmp_path)
    names = {p.relative_to(quick_run) for p in quick_run.rglob("*") if p.is_file() and not VARIES.search(p.name)}
    assert names == {p.relative_to(again) for p in again.rglob("*") if p.is_file() and not VARIES.search(p.name)}
    differ = [str(name) for name in sorted(names) if sha256(quick_run / name) != sha256(again / name)]
    assert [name for name in differ if name != "serving.json"] == []
    assert without_latency(quick_run) == without_latency(again)


def without_latency(run):
    "What stage 06 found, but whether the latency was met: that depends on what else the machine was doing."
    served = json.loads((run / "serving.json").read_text())
    timed = [line for line in served.pop("gate") if not line["requirement"].startswith("p99_ms")]
    return timed, {name: value for name, value in served.items() if name not in ("promote", "not_promoted")}
