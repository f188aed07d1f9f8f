"""What is reused and what runs again, on small stages and on the quick run."""

import json
import os
import subprocess
import sys

import pytest

from project_name.base import root
from project_name.engine.pipeline import Job, plan, run_pipeline
from project_name.engine.record import latest_run
from project_name.engine.secrets import redactor
from project_name.engine.trace import World

from .conftest import command

USE = "from project_name.engine.runs import Run\nrun = Run(run_dir)\n"


@pytest.fixture
def project(tiny, tmp_path):
    "Three stages, each reading what the one before wrote, that ran once."
    tiny("00_one", USE + "run.write('one.json', {'n': 1})")
    tiny("01_two", USE + "run.write('two.json', {'n': run.read('one.json')['n'] > 0})")
    tiny("02_three", USE + "run.write('three.json', run.read('two.json'))")
    job = Job(sorted(tmp_path.glob("*.ipynb")), {}, tmp_path / "runs", tmp_path)
    assert run_pipeline(job)[1] == 0
    return job


def edit(path, cell, source=None, **more):
    "Change a cell of a notebook in place."
    notebook = json.loads(path.read_text())
    notebook["cells"][cell].update({"source": source} if source is not None else {}, **more)
    path.write_text(json.dumps(notebook))


def states(job):
    "Which stages a run of the job would reuse, as a word of r (reused) and x (runs)."
    return "".join("r" if found.run else "x" for _, found in plan(job))


def test_nothing_changed(project):
    assert states(project) == "rrr"


@pytest.mark.parametrize(
    "change",
    [
        {"source": "# Another title\n\nand other prose"},
        {"metadata": {"tags": ["a tag"], "collapsed": True}},
        {"id": "another-id"},
    ],
    ids=["prose", "metadata", "id"],
)
def test_what_changes_no_result_runs_nothing(project, change):
    edit(project.stages[0], 0, **change)
    assert states(project) == "rrr"


def test_comments_and_layout_run_nothing(project):
    edit(
        project.stages[1],
        2,
        "# why\n" + USE + "\n\nrun.write( 'two.json',   {'n': run.read('one.json')['n'] > 0})  # so",
    )
    assert states(project) == "rrr"


def test_a_change_stops_where_the_content_is_the_same(project):
    edit(project.stages[0], 2, USE + "run.write('one.json', {'n': 2})")
    run, _ = run_pipeline(project)
    record = json.loads((run / "run.json").read_text())["stages"]
    assert [stage["state"] for stage in record] == ["ok", "ok", "reused"]
    assert record[1]["why"] == "one.json differs" and record[0]["why"] == "its code changed"


def test_a_changed_byte_is_never_reused(project):
    artifact = latest_run(project.runs) / "one.json"
    stat = artifact.stat()
    artifact.chmod(0o644)
    artifact.write_text(artifact.read_text().replace("1", "2"))
    os.utime(artifact, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert artifact.stat().st_size == stat.st_size
    assert "changed by another hand" in plan(project)[0][1].why


def test_another_environment_runs_everything(project, tmp_path):
    (tmp_path / "requirements.lock").write_text("numpy==1")
    project.world = World(tmp_path, {})
    assert states(project) == "xxx"


def test_force_and_from(project):
    project.force_from = "01_two"
    assert states(project)[:2] == "rx"
    run, _ = run_pipeline(project)
    record = json.loads((run / "run.json").read_text())["stages"]
    assert [stage["state"] for stage in record] == ["reused", "ok", "ok"]


def test_only_one_stage_on_a_past_run(project):
    latest = latest_run(project.runs)
    project.only = "01_two"
    run, code = run_pipeline(project)
    record = json.loads((run / "run.json").read_text())["stages"]
    assert code == 0 and [stage["state"] for stage in record] == ["reused", "ok", "not_run"]
    assert latest_run(project.runs) == latest


def test_a_failed_run_resumes(project, tmp_path):
    good = project.stages[1].read_text()
    edit(project.stages[0], 2, USE + "run.write('one.json', {'n': 3})")
    edit(project.stages[1], 2, "1 / 0")
    assert run_pipeline(project)[1] == 1
    project.stages[1].write_text(good)
    run, code = run_pipeline(project)
    record = json.loads((run / "run.json").read_text())["stages"]
    assert code == 0 and [stage["state"] for stage in record] == ["reused", "ok", "reused"]


def test_a_stage_is_the_same_in_a_plain_kernel(project, monkeypatch):
    warm = latest_run(project.runs)
    monkeypatch.setenv("KERNELS", "plain")
    project.force_from = "00_one"
    plain, code = run_pipeline(project)
    assert code == 0 and plain != warm
    assert all(
        (plain / name).read_bytes() == (warm / name).read_bytes() for name in ("one.json", "two.json", "three.json")
    )


def test_a_figure_is_shown_by_a_warm_kernel(tiny, tmp_path):
    tiny("00_plot", "import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    run, code = run_pipeline(Job(sorted(tmp_path.glob("*.ipynb")), {}, tmp_path / "runs", tmp_path))
    assert code == 0 and "image/png" in (run / "00_plot.ipynb").read_text()


def test_with_nothing_to_do_nothing_heavy_is_imported(quick_run):
    code = "from project_name.cli import main; main()"
    argv = [sys.executable, "-X", "importtime", "-c", code, "pipeline", "F=tests/quick.yaml"]
    env = {**os.environ, "RUNS_DIR": str(quick_run.parent)}
    done = subprocess.run(argv, cwd=root(), env=env, capture_output=True, text=True)
    assert done.returncode == 0 and "nothing to do" in done.stdout, done.stdout
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert not imported & {"pandas", "numpy", "nbformat", "papermill", "matplotlib"}


def test_status_says_what_would_run_and_why(quick_run):
    done = command("status", "F=tests/quick.yaml", "trees=41", runs=quick_run.parent)
    assert "parameter trees 40 -> 41" in done.stdout
    lines = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert lines["00_requirements"].startswith("reused") and lines["04_train"].startswith("will run")


def test_verify_finds_nothing_wrong(quick_run):
    done = command("verify", runs=quick_run.parent)
    assert done.returncode == 0 and "0 problems" in done.stdout


def test_a_page_does_not_outlive_a_secret_that_was_named_later(tiny, tmp_path, monkeypatch):
    monkeypatch.setenv("WAREHOUSE", "a vault of ginger")
    tiny("00_show", "import os; os.environ['WAREHOUSE']")
    job = Job([tmp_path / "00_show.ipynb"], {}, tmp_path / "runs", tmp_path)
    run, _ = run_pipeline(job)
    assert "a vault of ginger" in (run / "00_show.html").read_text()
    named = {"secrets": {"names": "WAREHOUSE"}}
    world = World(tmp_path, named)
    run, _ = run_pipeline(Job(job.stages, {}, job.runs, tmp_path, world, redact=redactor(named)))
    assert json.loads((run / "run.json").read_text())["stages"][0]["why"] == "what counts as a secret changed"
    pages = [path.read_bytes() for path in latest_run(job.runs).iterdir()]
    assert not any(b"a vault of ginger" in page for page in pages)
    assert [found.run for _, found in plan(Job(job.stages, {}, job.runs, tmp_path, World(tmp_path, named)))] == [run]
