"""What is reused and what runs again, on small stages and on the quick run."""

import contextlib
import copy
import functools
import json
import os
import re
import shutil
import subprocess
import sys
from random import Random
from unittest import mock

import pandas as pd
import pytest

from project_name.base import root, write_text
from project_name.engine.libraries import installed
from project_name.engine.pipeline import run_pipeline
from project_name.engine.plan import Job, nothing_to_do, plan
from project_name.engine.record import latest_run, sweep
from project_name.engine.secrets import redactor
from project_name.engine.trace import Artifacts, what_changed
from project_name.engine.verify import problems
from project_name.engine.world import World

from .conftest import command, write_tiny

USE = "from project_name.engine.runs import Run\nrun = Run(run_dir)\n"


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    "The folder of three stages, each reading what the one before wrote, that ran once."
    folder = tmp_path_factory.mktemp("ran")
    write_tiny(folder, "00_one", USE + "run.write('one.json', {'n': 1})")
    write_tiny(folder, "01_two", USE + "run.write('two.json', {'n': run.read('one.json')['n'] > 0})")
    write_tiny(folder, "02_three", USE + "run.write('three.json', run.read('two.json'))")
    assert run_pipeline(job_of(folder))[1] == 0
    return folder


def job_of(folder):
    "A job that runs all stages of a folder."
    return Job(sorted(folder.glob("*.ipynb")), {}, folder / "runs", folder)


@pytest.fixture
def project(ran, tmp_path):
    "A copy of these stages and their run, in a place of its own."
    return job_of(shutil.copytree(ran, tmp_path / "project", symlinks=True))


def edit(path, cell, source=None, **more):
    "Change a cell of a notebook in place."
    notebook = json.loads(path.read_text())
    notebook["cells"][cell].update({"source": source} if source is not None else {}, **more)
    path.write_text(json.dumps(notebook))


def states(job):
    "Which stages a run of the job would reuse, as a word of r (reused) and x (runs)."
    planned = plan(job)
    print(*(f"{stage.stem}: {found.why}" for stage, found in planned), sep="\n")  # shown when a test fails
    return "".join("r" if found.run else "x" for _, found in planned)


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


def test_another_environment_runs_everything(project):
    (project.project / "requirements.lock").write_text("numpy==1")
    project.world = World(project.project, {})
    assert states(project) == "xxx"


LATE = "import contextlib\nwith contextlib.suppress(OSError):\n    open('late.txt')"
LOOKS = {  # cells that look at something without saying so, and how that is changed
    "open": ("open('a.yaml').read()", lambda here: (here / "a.yaml").write_text("low: 2")),
    "pandas": ("import pandas as pd\npd.read_csv('a.csv')", lambda here: (here / "a.csv").write_text("a\n2\n")),
    "pyarrow": ("pd.read_parquet('a.parquet')", lambda here: pd.DataFrame({"a": [2]}).to_parquet(here / "a.parquet")),
    "shell": ("!cat b.*", lambda here: (here / "b.txt").write_text("2")),
    "listing": ("import os\nos.listdir('more')", lambda here: (here / "more" / "new.txt").touch()),
    "missing": (LATE, lambda here: (here / "late.txt").touch()),
    "module": (
        "import sys\nsys.path.insert(0, '.')\nimport beside",
        lambda here: (here / "beside.py").write_text("x = 2"),
    ),
    "variable": ("os.environ.get('A_REGION')", lambda here: os.environ.update(A_REGION="south")),
    "library": ("import sklearn", lambda here: None),
}


def test_what_a_stage_looks_at_unsaid_is_traced(tiny, tmp_path, monkeypatch):
    monkeypatch.setenv("A_REGION", "north")
    (tmp_path / "more").mkdir()
    for name, content in {"a.yaml": "low: 1", "a.csv": "a\n1\n", "b.txt": "1", "beside.py": "x = 1"}.items():
        (tmp_path / name).write_text(content)
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "a.parquet")
    tiny("00_looks", *(cell for cell, _ in LOOKS.values()))
    job = job_of(tmp_path)
    assert run_pipeline(job)[1] == 0 and states(job) == "r"
    (tmp_path / "unread.txt").touch()
    assert states(job) == "r"
    recorded = json.loads((latest_run(job.runs) / "run.json").read_text())["stages"][0]
    for way, (_, change) in LOOKS.items():
        with contextlib.ExitStack() as stack:
            stack.callback(
                restore, tmp_path, {path: path.read_bytes() for path in tmp_path.glob("*.*") if path.is_file()}
            )
            change(tmp_path)
            world = World(tmp_path, {}, runs=job.runs)
            world.versions.update({**installed(), **({"scikit-learn": "0"} if way == "library" else {})})
            assert what_changed(recorded, job.stages[0], {}, world, Artifacts()), way


def restore(folder, files):
    "Give the files of a folder the contents that they had, and remove the others."
    os.environ["A_REGION"] = "north"
    for path in [*folder.glob("*.*"), *(folder / "more").iterdir()]:
        if path.is_file() and path not in files:
            path.unlink()
    for path, content in files.items():
        path.write_bytes(content)


ASKS = {  # a stage each, and how what it asks for is changed
    "copy": ("dict(os.environ).get('A_TOWN')", lambda here: os.environ.update(A_TOWN="Bern")),
    "items": ("[v for k, v in os.environ.items() if k == 'A_TOWN']", lambda here: os.environ.update(A_TOWN="Bern")),
    "child": ("env = {**os.environ, 'X': '1'}", lambda here: os.environ.update(A_NEW="1")),
    "exists": ("os.path.exists('soon.txt'), Path('a/soon').exists()", lambda here: (here / "soon.txt").touch()),
    "folder": ("Path('a').is_dir()", lambda here: (here / "a").mkdir()),
    "stat": ("os.stat('c.yaml').st_size", lambda here: (here / "c.yaml").write_text("low: 2")),
    "size": ("os.path.getsize('c.yaml')", lambda here: (here / "c.yaml").unlink()),
    "bytes": ("os.environb.get(b'A_PORT')", lambda here: os.environ.update(A_PORT="80")),
    "nothing": ("1 + 1", lambda here: os.environ.update(SHLVL="7", MAKELEVEL="3", P="x=1")),
}


def test_what_a_stage_asks_for_without_opening_it_is_traced(tiny, tmp_path, monkeypatch):
    monkeypatch.setenv("A_TOWN", "Basel")
    (tmp_path / "c.yaml").write_text("low: 1")
    for place, (way, (cell, _)) in enumerate(ASKS.items()):
        tiny(f"{place:02}_{way}", f"import os\nfrom pathlib import Path\n{cell}")
    job = job_of(tmp_path)
    assert run_pipeline(job)[1] == 0 and states(job) == "r" * len(ASKS)
    depends = {way: {way} for way in ASKS} | {"nothing": set()}
    whole = {"copy", "items", "child"}
    depends |= dict.fromkeys(whole, whole) | {"bytes": whole | {"bytes"}}
    depends |= dict.fromkeys(("stat", "size"), {"stat", "size"})
    for way, (_, change) in ASKS.items():
        with mock.patch.dict(os.environ):
            change(tmp_path)
            job.world = World(tmp_path, {}, runs=job.runs)
            expected = "".join("x" if each in depends[way] else "r" for each in ASKS)
            assert states(job) == expected, way
        (tmp_path / "c.yaml").write_text("low: 1")
        (tmp_path / "soon.txt").unlink(missing_ok=True)
        if (tmp_path / "a").exists():
            (tmp_path / "a").rmdir()


BY_PATH = "from pathlib import Path\nhere = Path(run_dir)\n"


def test_an_artifact_by_path_is_an_artifact(tiny, tmp_path):
    tiny("00_one", BY_PATH + "(here / 'one.txt').write_text('one')")
    tiny("01_two", BY_PATH + "(here / 'two.txt').write_text((here / 'one.txt').read_text() + '!')")
    tiny("02_alone", USE + "run.write('alone.json', 1)")
    job = job_of(tmp_path)
    assert run_pipeline(job)[1] == 0 and states(job) == "rrr"
    edit(job.stages[0], 2, BY_PATH + "(here / 'one.txt').write_text('two')")
    assert states(job) == "xxr" and plan(job)[1][1].why == "unless 00_one leaves one.txt as it was"
    run, _ = run_pipeline(job)
    assert (run / "two.txt").read_text() == "two!"
    edit(job.stages[1], 2, BY_PATH + "(here / 'one.txt').unlink()\n(here / 'one.txt').write_text('x')")
    broken, code = run_pipeline(job)
    assert code == 1 and "changed one.txt" in json.loads((broken / "run.json").read_text())["error"]
    assert latest_run(job.runs) == run.resolve()


def test_a_path_that_nothing_was_written_to_is_told_and_reused(tiny, tmp_path):
    tiny("00_one", USE + "run.path('ghost.txt')")
    job = job_of(tmp_path)
    run, code = run_pipeline(job)
    (stage,) = json.loads((run / "run.json").read_text())["stages"]
    assert code == 0 and "ghost.txt" in stage["troubles"][0] and "ghost.txt" not in stage["writes"]
    assert problems(job.runs) == [] and states(job) == "r"


def test_a_page_that_was_changed_is_found_and_written_again(project):
    page = latest_run(project.runs) / "01_two.html"
    page.chmod(0o644)
    page.write_text(page.read_text().replace("two", "2"))
    assert any("01_two.html was changed" in problem for problem in problems(project.runs))
    run, code = run_pipeline(project)
    assert code == 0 and run != page.parent and states(project) == "rrr" and "two" in (run / "01_two.html").read_text()
    (run / "run.html").unlink()
    again, _ = run_pipeline(project)
    assert (again / "run.html").exists() and run_pipeline(project)[0] == again.resolve()


def forged(record, **values):
    "Change what a record says, as an editor would."
    record.chmod(0o644)
    record.write_text(json.dumps({**json.loads(record.read_text()), **values}))


def linked(page):
    "Put a link to a copy in the place of a page."
    page.rename(page.parent.parent / "elsewhere.html")
    page.symlink_to(page.parent.parent / "elsewhere.html")


BY_HAND = {  # what was done to a run, and what is said of it
    "other parameters": (
        lambda run: forged(run / "run.json", parameters={"seed": 7}),
        "run.json is no record .* changed",
    ),
    "another time": (lambda run: forged(run / "run.json", seconds=0.5), "run.json is no record .* changed"),
    "a file more": (lambda run: (run / "more.json").write_text("{}"), "more.json is a file that no stage"),
    "a file in a folder": (lambda run: write_text(run / "a" / "b.txt", "x"), "a/b.txt is a file that no stage"),
    "a page that is a link": (lambda run: linked(run / "01_two.html"), "01_two.html is a link to another file"),
}


@pytest.mark.parametrize("way", BY_HAND)
def test_verify_names_what_was_done_to_a_run_by_hand(way, project):
    act, says = BY_HAND[way]
    latest = latest_run(project.runs)
    assert problems(project.runs) == []
    act(latest)
    assert [sentence for sentence in problems(project.runs) if re.search(says, sentence)]
    if "file" not in way:  # what was written is not whole any more, and is written again
        run, code = run_pipeline(project)
        assert code == 0 and run.name != latest.name
        assert [sentence for sentence in problems(project.runs) if run.name in sentence] == []


def test_an_edit_in_one_run_changes_no_other_and_can_be_settled(project):
    before = latest_run(project.runs)
    edit(project.stages[2], 2, USE + "run.write('three.json', 3)")
    after, _ = run_pipeline(project)
    for name in ("00_one.ipynb", "01_two.html"):
        (after / name).chmod(0o644)
        with open(after / name, "a") as file:  # into the file itself, as JupyterLab saves
            file.write(" ")
    found = problems(project.runs)
    assert len(found) == 2 and all(sentence.startswith(after.name) for sentence in found), before
    assert all(f"`make pipeline` makes a whole one, and then `make prune RUN={after.name}`" in each for each in found)
    assert run_pipeline(project)[1] == 0 and len(problems(project.runs)) == 2
    assert command("prune", f"RUN={after.name}", runs=project.runs).returncode == 0 and problems(project.runs) == []
    latest = latest_run(project.runs).name
    for name, says in {"2O99": "no run '2O99'", latest: "is the latest good run"}.items():
        done = command("prune", f"RUN={name}", runs=project.runs)
        assert done.returncode == 2 and says in done.stderr


def places(value, at=()):
    "The ways to every value inside of a value."
    yield at
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*at, key))


def mutated(record, random):
    "A record with one value gone or replaced by another one, or as torn or foreign bytes."
    if random.random() < 0.2:
        whole = json.dumps(record).encode()
        return random.choice([b"", b"\xff\xfe", whole[: random.randrange(len(whole))], b"[" * 100_000])
    *way, last = random.choice([at for at in places(record) if at])
    record = copy.deepcopy(record)
    around = functools.reduce(lambda value, key: value[key], way, record)
    others = [None, {}, [], "", "../../x", "/etc/passwd", 5, -1, True, 1e308, {"a": 1}, [1], "running", "ok"]
    if random.random() < 0.2:
        del around[last]
    else:
        around[last] = random.choice(others)
    return json.dumps(random.choice([record, record, record, [], {}, None])).encode()


def test_a_bad_record_of_an_old_run_stops_nothing(project, monkeypatch):
    run, random = latest_run(project.runs), Random(7)
    record = json.loads((run / "run.json").read_text())
    told = 0
    for _ in range(200):
        (run / "run.json").unlink()
        (run / "run.json").write_bytes(mutated(record, random))
        planned = plan(project)
        assert [stage for stage, _ in planned] == project.stages
        nothing_to_do(project, planned)
        told += len(project.unreadable)
        assert all("\n" not in sentence for sentence in [*problems(project.runs), *project.unreadable])
        sweep(project.runs)
    assert told > 50
    (run / "run.json").unlink()
    (run / "run.json").mkdir()
    again, code = run_pipeline(project)
    assert code == 0 and again != run and "no record of a run" in project.unreadable[0]


def test_the_commands_go_on_beside_a_bad_record(quick_run, tmp_path):
    shutil.copytree(quick_run, tmp_path / quick_run.name, copy_function=os.link)
    if (key := quick_run.parent / ".key").exists():  # what hashes of variables were made with, if a stage asked for any
        shutil.copy(key, tmp_path)
    (tmp_path / "latest").symlink_to(quick_run.name)
    for name, text in {"2099-01-01T00-00-00Z": "{}", "2099-01-01T00-00-01Z": '{"state": "ru'}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text(text)
    for words, code, said in [("pipeline F=tests/quick.yaml", 0, "nothing to do"), ("verify", 1, "2 problems")]:
        done = command(*words.split(), runs=tmp_path)
        assert done.returncode == code and said in done.stdout and "Traceback" not in done.stderr, done.stderr
        assert done.stderr.count("is no record of a run") == 2, done.stderr
    assert command("prune", "KEEP=1", runs=tmp_path).returncode == 0 and latest_run(tmp_path)


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


def test_a_failed_run_resumes(project):
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
    run, code = run_pipeline(job_of(tmp_path))
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
    assert states(Job(job.stages, {}, job.runs, tmp_path, World(tmp_path, named))) == "r"
