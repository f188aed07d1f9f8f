"""Small notebooks of every kind; `python -m tests.alike` keeps what stock papermill makes of them in alike.json."""

# ruff: noqa: E501

import hashlib
import json
import re
import shutil
import sys
import tempfile
from pathlib import Path

import nbformat
import papermill
from papermill.exceptions import PapermillExecutionError

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
KNOWN = Path(__file__).with_name("alike.json")
FILES = {  # beside the notebooks
    "beside.py": "WHERE = __name__\n",
    "fails.py": "print('begins')\nraise ValueError('in a file')\n",
    "prints.py": "print('printed by a script', __name__)\n",
    "extension.py": "def load_ipython_extension(shell):\n    shell.push({'loaded': 'by an extension'})\n",
    "noisy.py": "import logging, sys, warnings\nprint('printed at import')\nprint('on stderr', file=sys.stderr)\n"
    "warnings.warn('warned at import')\nlogging.getLogger('noisy').warning('logged at import')\n",
    "changes.py": "import os, signal, sys, warnings\nos.environ['CHANGED'] = 'at import'\nsys.path.append('/added')\n"
    "signal.signal(signal.SIGUSR1, lambda *_: print('a signal'))\nwarnings.simplefilter('error', UserWarning)\n",
    "pooled.py": "import queue, threading\nfrom concurrent.futures import ThreadPoolExecutor\n"
    "POOL = ThreadPoolExecutor(1)\nPOOL.submit(int).result()\nTASKS, DONE = queue.Queue(), queue.Queue()\n"
    "threading.Thread(target=lambda: DONE.put(TASKS.get()), daemon=True).start()\n",
    "looks.py": "from IPython import get_ipython\nINSIDE = get_ipython() is not None\n",
    "threads.py": "import os\nos.environ['OPENBLAS_NUM_THREADS'] = '1'\n",
    "six.py": "print('a module with the name of a library')\n__version__ = '1.0'\ndef add_metaclass(kind): return lambda c: c\n",
    "data.csv": "a,b\n1,x\n2,y\n",
}
TELL = """import os, sys, warnings
loaded = sorted({name.split('.')[0] for name in sys.modules} & {'numpy', 'pandas', 'scipy', 'sklearn', 'yaml'})
print(loaded, [name for name in os.environ if name.startswith('KMP')])
for each in warnings.filters: print(each[0], each[1] and each[1].pattern, each[2].__name__, each[3], each[4])"""
STATE = """import faulthandler, gc, locale, logging, resource, signal, sys, threading, warnings, os
print([str(signal.getsignal(n)).split(' at ')[0] for n in sorted(signal.valid_signals())])
print(len(warnings.filters), logging.root.level, logging.root.handlers, sys.getrecursionlimit(), threading.active_count())
print([getattr(sys.flags, n) for n in dir(sys.flags) if n[0] != '_' and n not in ('hash_randomization', 'count', 'index')], locale.setlocale(locale.LC_ALL), gc.isenabled(), faulthandler.is_enabled(), sys.stdin.read())
print([resource.getrlimit(n) for n in range(10)], os.path.basename(sys.argv[0]), len(sys.argv), os.nice(0))
print(sorted(n for n in dir(sys.modules['__main__']) if not n.startswith('_')), __name__, sys.path.index('') > 0)
print(signal.pthread_sigmask(signal.SIG_BLOCK, []), os.umask(0o22), os.getcwd() == os.path.dirname(os.path.abspath('data.csv')))"""
PLOT = "import matplotlib.pyplot as plt\nfor n in 'ab':\n    print('model', n); plt.plot([1, 2]); plt.show()"
SHARED = {  # these follow each other in one kernel
    "printed": ["print('one')", "print('two', end='')\nprint(' three')"],
    "long line": ["print('long line\\rsh')", "print('ab\\bc')", "for n in range(3): print(f'\\r{n}', end='')"],
    "colours": ["print('\\x1b[31mred\\x1b[0m')"],
    "unicode": ["print('Grüße, Ω, 漢字, 🙂')\n'naïve'", "print('a\\u2028b\\x00c')"],
    "a lone surrogate": ["'\\ud800'"],
    "stderr": ["import sys\nprint('on stderr', file=sys.stderr)"],
    "expression": ["1 + 1", "None", "2;", "'text'", "[1, {'a': 2}]", "x = 3"],
    "several expressions": ["1\n2\n3", "_", "_1 if False else 4"],
    "display": ["from IPython.display import display\ndisplay(1, 'two')\ndisplay({'a': 1})"],
    "text between figures": [PLOT, "plt.plot([1]);", "fig, ax = plt.subplots()\nax.bar(['a'], [1])\nfig"],
    "a closed figure": ["fig = plt.figure(); plt.close(fig)", "plt.gcf().number", "plt.get_backend()"],
    "matplotlib inline": [
        "%matplotlib inline",
        "plt.scatter([1], [2]);",
        "%config InlineBackend.figure_format = 'svg'",
    ],
    "html": ["from IPython.display import HTML\nHTML('<b>bold</b>')"],
    "markdown and latex": ["from IPython.display import Latex, Markdown\ndisplay(Markdown('# A'), Latex('$x$'))"],
    "other kinds": ["from IPython.display import JSON, SVG, Javascript\ndisplay(JSON({'a': 1}), Javascript('1'))"],
    "image": ["from IPython.display import Image\nImage(data=b'\\x89PNG\\r\\n\\x1a\\n', format='png', width=3)"],
    "audio and video": ["from IPython.display import Audio\nAudio([0.0, 0.1], rate=8)"],
    "raw mime": [
        "display({'text/plain': 'p', 'application/x-own+json': {'a': [1, None]}}, raw=True, metadata={'m': 1})"
    ],
    "rich reprs": ["class R:\n    def _repr_html_(self): return '<i>r</i>'\n    def __repr__(self): return 'R'\nR()"],
    "mime bundle": [
        "class B:\n    def _repr_mimebundle_(self, **_): return {'text/plain': 'b'}, {'text/plain': {'k': 1}}\nB()"
    ],
    "a broken repr": [
        "# tags: raises-exception\nclass Bad:\n    def _repr_html_(self): raise ValueError('in a repr')\nBad()"
    ],
    "pretty": ["class P:\n    def _repr_pretty_(self, p, cycle): p.text('pretty')\nP()"],
    "display id": [
        "h = display('first', display_id='an-id')",
        "h.update('second')",
        "display('third', display_id=True);",
    ],
    "clear output": ["from IPython.display import clear_output\nprint('a'); clear_output(); print('b')"],
    "clear output and wait": [
        "for n in range(3):\n    clear_output(wait=True); print(n); display(n)",
        "clear_output(wait=True)",
    ],
    "captured": ["%%capture kept\nprint('inside')\ndisplay(1)", "kept.stdout, len(kept.outputs)"],
    "output hook": [
        "from IPython.utils.capture import capture_output\nwith capture_output() as c: print('x')\nc.stdout"
    ],
    "redirected": [
        "import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()) as f: print('y')\nf.getvalue()"
    ],
    "pager": ["len?", "?len"],
    "await": ["import asyncio\nawait asyncio.sleep(0.01)\nprint('awaited')", "async def f(): return 7\nawait f()"],
    "tasks": [
        "task = asyncio.create_task(f())",
        "await task",
        "[n async for n in asyncio.as_completed([f()])] if 0 else 1",
    ],
    "async with": ["async with asyncio.timeout(5): print('in time')"],
    "thread": ["import threading\nt = threading.Thread(target=print, args=['from a thread']); t.start(); t.join()"],
    "thread that fails": ["t = threading.Thread(target=lambda: 1 / 0, name='bad'); t.start(); t.join()"],
    "pool of threads": [
        "from concurrent.futures import ThreadPoolExecutor\nlist(ThreadPoolExecutor(2).map(abs, [-1]))"
    ],
    "pool of processes": [
        "import multiprocessing\nwith multiprocessing.get_context('fork').Pool(2) as p: print(p.map(abs, [-1, 2]))"
    ],
    "subprocess": ["import subprocess\nsubprocess.run(['echo', 'hello'], capture_output=True, text=True).stdout"],
    "a child is killed": ["p = subprocess.Popen(['sleep', '9']); p.terminate(); p.wait()"],
    "shell line": ["!echo from the shell", "words = !echo a b\nwords", "!cat data.csv", "!false", "_exit_code"],
    "bash cell": ["%%bash\necho one\necho two >&2"],
    "time": ["%time 1 + 1", "%%time\nn = 1", "%timeit -n1 -r1 pass"],
    "run a script": ["%run prints.py", "%run -i prints.py"],
    "load an extension": ["%load_ext extension", "loaded"],
    "environment magic": ["%env IN_MAGIC=1", "import os\nos.environ['IN_MAGIC']", "!echo $IN_MAGIC"],
    "write a file": ["%%writefile written.txt\ntext", "open('written.txt').read()", "%pycat written.txt"],
    "other magics": ["%pwd\n1", "%who_ls str", "%precision 3", "3.14159", "%precision", "%automagic off"],
    "own magic": [
        "from IPython.core.magic import register_line_magic\n@register_line_magic\ndef own(line): return line * 2\n%own ab"
    ],
    "post run hook": [
        "get_ipython().events.register('post_run_cell', hook := lambda r: print('after'))",
        "1",
        "get_ipython().events.unregister('post_run_cell', hook)",
    ],
    "input": ["# tags: raises-exception\ninput('?')"],
    "environment": ["os.environ['MINE'] = 'yes'\nsubprocess.run('echo $MINE', shell=True, capture_output=True).stdout"],
    "signal": [
        "import signal\nsignal.signal(signal.SIGUSR2, lambda *_: print('usr2')); os.kill(os.getpid(), signal.SIGUSR2)",
        "1",
    ],
    "alarm": [
        "import time\nsignal.signal(signal.SIGALRM, lambda *_: print('alarm')); signal.setitimer(signal.ITIMER_REAL, 0.05); time.sleep(0.3)"
    ],
    "warning": [
        "import warnings\nwarnings.warn('careful')",
        "warnings.warn('old', DeprecationWarning)",
        "def w(): warnings.warn('f')\nw(); w()",
    ],
    "logging": ["import logging\nlogging.warning('logged')\nlogging.info('not')", "logging.getLogger('a').error('e')"],
    "exception": ["# tags: raises-exception\n1 / 0", "'after'"],
    "chained exception": ["# tags: raises-exception\ntry: {}['k']\nexcept KeyError as e: raise ValueError('v') from e"],
    "exception group": ["# tags: raises-exception\nraise ExceptionGroup('g', [ValueError(1), TypeError(2)])"],
    "syntax error": ["# tags: raises-exception\ndef (:", "1"],
    "own exception": [
        "# tags: raises-exception\nclass E(Exception):\n    def _render_traceback_(self): return ['shown my way']\nraise E()"
    ],
    "interrupted": ["# tags: raises-exception\nraise KeyboardInterrupt()", "1"],
    "error in a nested cell": ["get_ipython().run_cell('1 / 0');", "1"],
    "script that fails": ["%run fails.py", "1"],
    "skipped": ["# tags: skip-execution\nskipped = 1", "'skipped' in globals()"],
    "seed of hashes": ["import sys\nsys.flags.hash_randomization"],
    "empty": ["", "# a comment", "   "],
    "much": ["print('x' * 300_000)", "for n in range(3000): print(n)", "list(range(2000))"],
    "many outputs": ["for n in range(200): display(n)"],
    "a module beside": ["import beside\nbeside.WHERE, beside.__file__ == os.path.abspath('beside.py')"],
    "state kept": ["a = [1]", "a.append(2)\na", "del a", "# tags: raises-exception\na"],
    "payload": ["get_ipython().set_next_input('next')", "%load prints.py", "1"],
    "comm": [
        "from comm import create_comm\nc = create_comm(target_name='t', data={'a': 1}); c.send({'b': 2}); c.close()"
    ],
    "exit handler": ["import atexit\n_ = atexit.register(print, 'bye')"],
}
ALONE = {  # each needs a fresh kernel
    "state of the process": [STATE],
    "filters before and after numpy": [TELL, "import numpy", TELL],
    "pandas first": ["import pandas as pd", TELL, "pd.read_csv('data.csv')", "pd.Series([1]).plot();"],
    "sklearn at the top": [
        "from sklearn.linear_model import Ridge\nimport sklearn",
        TELL,
        "hasattr(sklearn, 'cluster'), Ridge()",
    ],
    "submodules": [
        "import sklearn.metrics, scipy\nimport yaml",
        "import sklearn\n[hasattr(sklearn, n) for n in ('metrics', 'ensemble')]",
        "import pickle, numpy as np\npickle.loads(pickle.dumps(np.float64(1.5))), np.__spec__.name, yaml.__spec__.loader.__class__.__name__",
    ],
    "noisy at import": ["import numpy\nimport noisy"],
    "changes at import": [
        "import pandas\nimport changes",
        "import os, signal, sys\nprint(os.environ['CHANGED'], sys.path[-1]); os.kill(os.getpid(), signal.SIGUSR1)",
        "# tags: raises-exception\nimport warnings\nwarnings.warn('now an error')",
    ],
    "pool at import": [
        "import pooled\npooled.POOL.submit(abs, -3).result(timeout=5)",
        "pooled.TASKS.put(4); pooled.DONE.get(timeout=5)",
    ],
    "looks for the notebook": ["import looks\nlooks.INSIDE"],
    "threads by the environment": [
        "import threads\nimport numpy\nfrom threadpoolctl import threadpool_info\n[i['num_threads'] for i in threadpool_info()]"
    ],
    "a module in the way": ["import six, dateutil\nimport pandas as pd", "six.__version__"],
    "warnings made errors": [
        "import warnings\nwarnings.simplefilter('error')\nimport yaml",
        "len(warnings.filters) and warnings.filters[0][0]",
    ],
    "a library that logs": ["import optuna\noptuna.logging.get_logger('optuna.x').info('told')"],
}
DIFFERS = {  # name -> what differs from stock papermill, and why
    "error in a nested cell": "the run goes on after an error that the cell itself did not end with, as in JupyterLab",
    "script that fails": "the same",
    "seed of hashes": "sets have one order, so that the same seed gives the same artifacts",
    "state of the process": "it tells of the machine, so it is only compared between warm and plain",
}
TIMES = re.compile(r"(CPU times|Wall time|\d+(\.\d+)? .?s ± ).*")
CHANGING = {
    r"0x[0-9a-f]{6,}": "0x",
    r"/tmp/ipykernel_\d+/\d+\.py": "cell.py",
    r"/[^\s\"']*/(site-packages|python3[.]\d+)/": "library/",
    r"[0-9a-f]{32}": "id",
    r"\[[IWE] [\d-]+ [\d:,]+\]": "[time]",
    r"Thread-\d+": "Thread",
    r"\(\d+\.py, line": "(cell.py, line",
    r"data:image/png;base64,[^\"]+": "png",
}


def write_notebooks(folder: Path) -> list[Path]:
    "Write all notebooks: one with those that share a kernel, and one for each of the others."
    for name, text in FILES.items():
        (folder / name).write_text(text)
    together = {"shared": [cell for cells in SHARED.values() for cell in cells], **ALONE}
    return [
        write(folder / f"{n:02}_{name.replace(' ', '_')}.ipynb", cells)
        for n, (name, cells) in enumerate(together.items())
    ]


def write(path: Path, cells: list[str]) -> Path:
    "Write a notebook; a cell can begin with its tag."
    declared = nbformat.v4.new_code_cell('run_dir: str = ""', metadata={"tags": ["parameters"]}, id="declared")
    notebook = nbformat.v4.new_notebook(cells=[declared])
    for number, source in enumerate(cells):
        tag = re.match(r"# tags: (\S+)\n", source)
        metadata = {"tags": [tag[1]]} if tag else {}
        notebook.cells.append(nbformat.v4.new_code_cell(source, metadata=metadata, id=f"c{number}"))
    notebook.metadata.kernelspec = {"name": "python3", "language": "python", "display_name": "Python 3"}
    nbformat.write(notebook, path)
    return path


def shown(path: Path, folder: Path) -> dict[str, list]:
    "What each small notebook in an executed one shows, without what differs from run to run; they ran in `folder`."
    cells = {cell.id: cell for cell in nbformat.read(path, as_version=4).cells}
    name = path.stem[3:].replace("_", " ")
    parts, found, number = SHARED if name == "shared" else {name: ALONE[name]}, {}, 0
    for part, sources in parts.items():
        found[part] = [joined(cells[f"c{number + k}"].outputs, folder) for k in range(len(sources))]
        number += len(sources)
    return found


def joined(outputs: list, folder: Path) -> list:
    "The outputs of a cell: neighbours on one stream joined, pictures only named, changing numbers taken out."
    found: list[dict] = []
    for output in outputs:
        output = json.loads(json.dumps(output))
        if found and "text" in output and output.get("name") == found[-1].get("name"):
            found[-1]["text"] += output["text"]
        else:
            found.append(output)
        for kind in output.get("data", {}):
            if kind.startswith("image/") or kind == "text/html" and "<audio" in str(output["data"][kind]):
                output["data"][kind] = kind
    text = json.dumps(found, sort_keys=True).replace(str(folder), "folder")
    for pattern, instead in CHANGING.items():
        text = re.sub(pattern, instead, text)
    found = json.loads(text)
    for output in found:
        if "text" in output:
            output["text"] = brief(TIMES.sub("time", output["text"]))
        if "text/plain" in output.get("data", {}):
            output["data"]["text/plain"] = brief(output["data"]["text/plain"])
    return found


def brief(text: str) -> str:
    "A text, or its length and its hash."
    return text if len(text) < 2000 else f"{len(text)} characters, {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def main() -> None:
    "Run all notebooks, or those that are named, by stock papermill, and keep what they show."
    folder, asked = Path(tempfile.mkdtemp()), sys.argv[1:]
    known = json.loads(KNOWN.read_text()) if asked else {}
    for path in write_notebooks(folder):
        if asked and not any(word in path.stem for word in asked):
            continue
        try:
            papermill.execute_notebook(path, path, {"run_dir": "x"}, cwd=folder, progress_bar=False, allow_errors=True)
        except PapermillExecutionError as error:  # raised at the end, for the errors that are allowed as well
            print(path.stem, error.ename)
        known |= shown(path, folder)
    shutil.rmtree(folder)
    known["python"] = PYTHON
    KNOWN.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
