"""JupyterLab: every stage runs from top to bottom in a plain kernel, on the latest run, into a scratch run."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

import papermill
import pytest
import yaml

from project_name.base import root, sha256
from project_name.engine.parameters import all_parameters, stage_notebooks

STAGES = stage_notebooks(root() / "nbs")


@pytest.fixture(scope="module")
def lab_runs(quick_run, tmp_path_factory):
    "A folder of runs of its own, with the quick run as the latest."
    runs = tmp_path_factory.mktemp("lab")
    shutil.copytree(quick_run, runs / quick_run.name)
    (runs / "latest").symlink_to(quick_run.name)
    return runs


@pytest.mark.parametrize("stage", STAGES, ids=lambda p: p.stem)
def test_a_stage_runs_from_top_to_bottom(stage, lab_runs, quick_run, tmp_path, monkeypatch):
    monkeypatch.setenv("RUNS_DIR", str(lab_runs))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    before = sha256(lab_runs / quick_run.name)
    output, quick = str(tmp_path / stage.name), yaml.safe_load((root() / "tests" / "quick.yaml").read_text())
    given = {name: value for name, value in quick.items() if name in all_parameters([stage])}
    papermill.execute_notebook(
        str(stage), output, given, kernel_name="python3", cwd=str(stage.parent), progress_bar=False
    )
    assert sha256(lab_runs / quick_run.name) == before
    assert (lab_runs / "scratch").is_dir()


def test_jupyterlab_starts(tmp_path):
    port = "18991"
    argv = [
        sys.executable,
        "-m",
        "jupyter",
        "lab",
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        "--port-retries=0",
    ]
    argv += ["--IdentityProvider.token=test", f"--notebook-dir={root() / 'nbs'}"]
    env = {**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path), "JUPYTER_DATA_DIR": str(tmp_path)}
    server = subprocess.Popen(
        argv, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        for _ in range(120):
            try:
                page = urllib.request.urlopen(f"http://127.0.0.1:{port}/lab?token=test", timeout=5).read().decode()
                break
            except OSError:
                assert server.poll() is None
                time.sleep(0.5)
        assert "JupyterLab" in page
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)
