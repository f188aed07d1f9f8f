"""A warm kernel does what a plain one does, and nothing in a cell can end the run with it."""

import json
import os
import time

import pytest

from project_name.engine.pipeline import Job, run_pipeline
from project_name.engine.record import read_record

LOOKS = """
import os, signal, sys, threading
os.environ["OPENBLAS_NUM_THREADS"] = "1"
"""
TELLS = """
import numpy, atexit, json, subprocess
from threadpoolctl import threadpool_info
from pathlib import Path
from project_name.engine.runs import Run
child = subprocess.Popen(["sleep", "20"]); child.terminate()
told = {"threads": [pool["num_threads"] for pool in threadpool_info() if pool["internal_api"] == "openblas"],
    "argv": len(sys.argv), "term": int(signal.getsignal(signal.SIGTERM)), "child": child.wait(), "cwd": os.getcwd()}
goodbye = Path("goodbye"); goodbye.unlink(missing_ok=True); atexit.register(goodbye.write_text, "bye")
Run(run_dir).write("told.json", told)
"""


def job_of(folder, **more):
    "A job for the stages in a folder."
    return Job(sorted(folder.glob("*.ipynb")), {}, folder / "runs", folder, **more)


def test_warm_and_plain_kernels_are_alike(tiny, tmp_path, monkeypatch):
    tiny("00_tell", LOOKS, TELLS)
    told = {}
    for kind in ("warm", "plain"):
        monkeypatch.setenv("KERNELS", kind)
        run, code = run_pipeline(job_of(tmp_path, force_from="00_tell"))
        assert code == 0 and (tmp_path / "goodbye").read_text() == "bye"
        stage = read_record(run)["stages"][0]
        told[kind] = json.loads((run / "told.json").read_text()), stage["trace"]["modules"]
    assert told["warm"] == told["plain"]
    assert told["warm"][0]["child"] == -15 and told["warm"][0]["threads"] == [1]


def test_a_cell_inside_of_a_cell_is_one_cell(tiny, tmp_path):
    tiny("00_nested", "x = 1", "%%capture\ny = bytearray(100_000_000)", "z = 3")
    run, code = run_pipeline(job_of(tmp_path))
    cells = read_record(run)["stages"][0]["cells"]
    assert code == 0 and [cell["state"] for cell in cells] == ["ok"] * 5
    assert cells[3]["peak_mb"] > cells[2]["peak_mb"] + 50 and all("peak_mb" in cell for cell in cells)


def test_an_import_that_never_ends_is_stopped(tiny, tmp_path):
    (tmp_path / "endless.py").write_text("import time\ntime.sleep(600)")
    tiny("00_first", "1 + 1")
    tiny("01_endless", "import endless")
    began = time.monotonic()
    run, code = run_pipeline(job_of(tmp_path, stage_seconds=4))
    assert code == 124 and time.monotonic() - began < 40
    assert [stage["state"] for stage in read_record(run)["stages"]] == ["ok", "timed_out"]


@pytest.mark.parametrize("read", ["run.read('parts/one.json')", "run.find('parts')"], ids=["file", "folder"])
def test_a_folder_is_an_artifact(tiny, tmp_path, read):
    use = "from project_name.engine.runs import Run\nrun = Run(run_dir)\n"
    tiny("00_write", use + "run.write('parts/one.json', {'n': 1}); run.path('empty').mkdir(exist_ok=True)")
    tiny("01_read", use + f"found = {read}; run.find('empty')")
    tiny("02_last", "1 + 1")
    run_pipeline(job_of(tmp_path))
    tiny("02_last", "1 + 2")
    run, code = run_pipeline(job_of(tmp_path))
    assert code == 0 and [s["state"] for s in read_record(run)["stages"]] == ["reused", "reused", "ok"]
    assert (run / "empty").is_dir()


def test_what_a_cell_shows_has_a_limit(tiny, tmp_path):
    show = "from IPython.display import HTML, display\nhandle = display(HTML('x'), display_id=True)\n"
    tiny("00_show", show + "handle.update(HTML('y' * 3_000_000))\nfor _ in range(9): display(HTML('z' * 900_000))")
    run, code = run_pipeline(job_of(tmp_path, output_mb=1))
    assert code == 0 and os.path.getsize(run / "00_show.ipynb") < 6_000_000
