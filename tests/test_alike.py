"""A notebook shows the same in a warm kernel, in a plain one, and under stock papermill."""

import json
import os

import pytest

from project_name.engine.pipeline import Job, run_pipeline
from project_name.engine.record import read_record

from .alike import ALONE, DIFFERS, KNOWN, PYTHON, SHARED, shown, write_notebooks


def run_all(folder, kind):
    "What all notebooks show in kernels of a kind."
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERNELS", kind)
        patch.delenv("OMP_NUM_THREADS", raising=False)
        for name in [name for name in os.environ if name.startswith("KMP")]:  # another test's import of sklearn set it
            patch.delenv(name)
        paths = write_notebooks(folder)
        run, code = run_pipeline(Job(paths, {}, folder / "runs", folder))
    assert code == 0, read_record(run)["error"]
    found = {}
    for path in paths:
        found |= shown(run / path.name, folder)
    return found


@pytest.fixture(scope="module")
def warm(tmp_path_factory):
    return run_all(tmp_path_factory.mktemp("warm"), "warm")


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return run_all(tmp_path_factory.mktemp("plain"), "plain")


def test_there_are_many():
    assert len(SHARED) + len(ALONE) >= 60 and set(DIFFERS) <= set(SHARED) | set(ALONE)


@pytest.mark.parametrize("name", [*SHARED, *ALONE])
def test_a_notebook_shows_the_same_everywhere(name, warm, plain):
    assert warm[name] == plain[name]
    known = json.loads(KNOWN.read_text())
    if name not in DIFFERS and known["python"] == PYTHON:  # another Python words its errors otherwise
        assert warm[name] == known[name]
