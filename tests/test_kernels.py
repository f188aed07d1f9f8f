"""A warm kernel does what a plain one does, and nothing in a cell can end the run with it."""

import json
import os
import re
import time

import nbformat
import pytest

from project_name.engine.pipeline import Job, run_pipeline
from project_name.engine.record import read_record
from project_name.engine.settings import EngineError

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


ALLOWED = """
print("before")
get_ipython().run_cell("1 / 0");
"""


def test_an_error_that_is_allowed_ends_nothing(tiny, tmp_path):
    path = tiny(
        "00_allowed", "1 / 0", ALLOWED, "%run bad.py", "never = 1", "assert 'never' not in globals()\nprint('after')"
    )
    (tmp_path / "bad.py").write_text("raise ValueError('in a file')")
    notebook = nbformat.read(path, as_version=4)
    for cell, tag in zip(notebook.cells[2:6], ["raises-exception", "", "", "skip-execution"], strict=True):
        cell.metadata["tags"] = [tag] * bool(tag)
    nbformat.write(notebook, path)
    run, code = run_pipeline(job_of(tmp_path))
    stage, shown = read_record(run)["stages"][0], nbformat.read(run / path.name, as_version=4).cells[2:]
    assert (code, stage["state"]) == (0, "ok") and stage["trace"]
    assert [cell["state"] for cell in stage["cells"]][2:] == ["ok", "ok", "ok", "skipped", "ok"]
    assert [len(cell.outputs) for cell in shown if cell.cell_type == "code"][1:] == [1, 2, 1, 0, 1]
    assert "In [4]: it shows ZeroDivisionError: division by zero" in stage["troubles"] and len(stage["troubles"]) == 2
    assert "This cell failed" not in (run / "00_allowed.html").read_text()


def test_what_nobody_thought_of_leaves_a_true_record(tiny, tmp_path, monkeypatch, capfd):
    def surprise(shown, *_):
        if shown:
            raise RuntimeError("a surprise")

    tiny("00_first", "print('kept')", "x = 1")
    monkeypatch.setattr("project_name.engine.client.bound_cell", surprise)
    run, code = run_pipeline(job_of(tmp_path))
    record, cells = read_record(run), nbformat.read(run / "00_first.ipynb", as_version=4).cells
    assert (code, record["state"]) == (1, "failed") and "RuntimeError: a surprise" in record["error"]
    assert [cell["state"] for cell in record["stages"][0]["cells"]] == ["ok", "ok", "failed", "not_run"]
    assert cells[3].outputs[0].text == "kept\n"
    monkeypatch.undo()
    monkeypatch.setattr("project_name.engine.stage.make_trace", surprise)
    run, code = run_pipeline(job_of(tmp_path))
    assert code == 1 and read_record(run)["error"] == "the engine could not go on: RuntimeError: a surprise"
    assert "Traceback" in read_record(run)["log"] and "Traceback" not in "".join(capfd.readouterr())


def test_a_page_that_cannot_be_written_is_a_warning(tiny, tmp_path, monkeypatch):
    def unthought(*_, **__):
        raise KeyError("state")

    tiny("00_first", "1 + 1")
    monkeypatch.setattr("project_name.engine.page.render_page", unthought)
    run, code = run_pipeline(job_of(tmp_path))
    assert code == 0 and "KeyError" in read_record(run)["stages"][0]["troubles"][0]
    assert "00_first.ipynb" in (run / "00_first.html").read_text()
    assert run_pipeline(job_of(tmp_path)) == (run.resolve(), 0)


def test_text_stays_between_the_figures(tiny, tmp_path):
    show = "for n in 'ab':\n    print('model', n); display(n)\n"
    tiny("00_show", show, "print('long line\\rsh')\nprint('more')")
    run, _ = run_pipeline(job_of(tmp_path))
    cells = nbformat.read(run / "00_show.ipynb", as_version=4).cells
    told = [output.get("text") or output.data["text/plain"] for cell in cells[-2:] for output in cell.outputs]
    assert told == ["model a\n", "'a'", "model b\n", "'b'", "long line\rsh\nmore\n"]
    assert "shng line\nmore" in (run / "00_show.html").read_text()


def test_a_notebook_in_another_language_is_refused(tiny, tmp_path):
    path = tiny("00_r", "x <- 1")
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.kernelspec = {"name": "ir", "language": "R", "display_name": "R"}
    nbformat.write(notebook, path)
    with pytest.raises(EngineError, match="00_r.ipynb is in R"):
        job_of(tmp_path)


def test_an_exit_handler_that_is_cut_off_is_told(tiny, tmp_path):
    tiny("00_slow", "import atexit, time\n_ = atexit.register(time.sleep, 60)")
    run, code = run_pipeline(job_of(tmp_path))
    (told,) = read_record(run)["stages"][0]["troubles"]
    assert code == 0 and "killed 5 s after" in told


def test_a_module_beside_the_notebook_is_found(tiny, tmp_path):
    (tmp_path / "nbs").mkdir()
    (tmp_path / "nbs" / "beside.py").write_text("HERE = 1")
    tiny("00_import", "import beside\nbeside.HERE").rename(tmp_path / "nbs" / "00_import.ipynb")
    job = Job(sorted((tmp_path / "nbs").glob("*.ipynb")), {}, tmp_path / "runs", tmp_path)
    assert run_pipeline(job)[1] == 0


def test_data_that_are_refused_are_no_failure_of_a_cell(tiny, tmp_path):
    raising = "raise ProjectError('60 rows: min_rows=60', exit_code=65)"
    tiny("00_ask", "from project_name.base import ProjectError", raising)
    tiny("01_later", "1 + 1")
    run, code = run_pipeline(job_of(tmp_path))
    page = (run / "00_ask.html").read_text()
    assert code == 65 and "The run stopped here" in page and "min_rows=60" in page
    assert "This cell failed" not in page and "most recent call" not in page and ">raise<" not in page
    for shown in run.glob("*.html"):
        assert all((run / name).exists() for name in re.findall(r'href="([\w.-]+\.html)"', shown.read_text())), shown


def test_an_allowed_refusal_does_not_name_a_later_failure(tiny, tmp_path):
    allowed = "from project_name.base import ProjectError\nget_ipython().run_cell('raise ProjectError(1, 65)');"
    tiny("00_both", allowed, "1 / 0")
    run, code = run_pipeline(job_of(tmp_path))
    assert code == 1 and "This cell failed" in (run / "00_both.html").read_text()
