"""Names every change of a file below the folder `TORTURE`, in every Python process of a trial, and makes one fail.

Python imports a module of this name at its start when its folder is on PYTHONPATH. Each point is a line in the file
`FAULT_LOG`: process, operation, file, occurrence. `FAULT=point|error` makes it raise "no space left", a write after
half of its bytes; `FAULT=point|kill` kills the process there. A fault happens once.
"""

import builtins
import collections
import errno
import functools
import io
import os
import re
import signal
import sys
import threading

PROJECT, LOG = os.environ.get("TORTURE", ""), os.environ.get("FAULT_LOG", "")
POINT, _, ACTION = os.environ.get("FAULT", "").partition("|")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
RANDOM = [
    (r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ(-\d+)?", "RUN"),
    (r"\.[a-z0-9_]{8}\.tmp$", ".tmp"),
    (r"\.latest\.\d+\.tmp$", ".latest.tmp"),
    (r"\btmp/run-[a-z0-9_]{8}", "tmp/run"),
    (r"\btmp/run/k[a-z0-9_]{8}", "tmp/run/k"),
    (r"^tmp/[a-z0-9_]{8}$", "tmp/probe"),  # by which `tempfile` tries whether it can write
]
real_open, real_os_open, real_write, real_kill = io.open, os.open, os.write, os.kill
seen: collections.Counter = collections.Counter()
lock = threading.Lock()
role = "other"


def set_role(forked: bool = False) -> None:
    "Name this process by what it runs; what the fork server forks is a kernel."
    global role, lock
    code = " ".join(sys.orig_argv[1:3])
    known = {
        "run_pipeline": "runner",
        "engine.supervisor": "supervisor",
        "engine.warm": "fork server",
        "engine.kernel": "kernel",
    }
    role = next((name for part, name in known.items() if part in code), "other")
    if forked:
        role, lock = "kernel" if role == "fork server" else role, threading.Lock()
        seen.clear()


def short(path: object, folder: int | None = None) -> str:
    "The name of a file of the trial without what differs from run to run; empty for every other file."
    if isinstance(path, int):
        path = os.readlink(f"/proc/self/fd/{path}")
    name = os.fsdecode(os.fspath(path))
    base = os.readlink(f"/proc/self/fd/{folder}") if folder is not None else os.getcwd()
    name = os.path.join(base, name)
    if not name.startswith(PROJECT + "/"):
        return ""
    name = name.removeprefix(PROJECT + "/")
    for pattern, word in RANDOM:
        name = re.sub(pattern, word, name)
    return name


def reached(operation: str, name: str) -> bool:
    "Note a point, and tell whether it is the one that must fail now."
    if not name:
        return False
    with lock:
        seen[operation, name] += 1
        point = f"{role} {operation} {name} #{seen[operation, name]}"
    append(LOG, point + "\n")
    if point != POINT:
        return False
    try:
        os.close(real_os_open(LOG + ".fired", os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return False
    return True


def append(path: str, text: str) -> None:
    "Append a short text to a file in one step."
    file = real_os_open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    real_write(file, text.encode())
    os.close(file)


def fail(name: str) -> None:
    "Do what was asked for at the point."
    if ACTION == "kill":
        real_kill(os.getpid(), signal.SIGKILL)
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)


def wrapped(operation: str, real: object, place: int = 0) -> object:
    "A function of `os` that is a point; `place` is which of its arguments names the file."

    @functools.wraps(real)
    def call(*args: object, **options: object) -> object:
        name = short(args[place], options.get("dir_fd")) if len(args) > place else ""
        if reached(operation, name):
            fail(name)
        return real(*args, **options)

    return call


def watched(file: object, name: str) -> object:
    "An open file whose writes are points."
    real = file.write

    def write(data: object) -> int:
        if reached("write", name):
            real(data[: len(data) // 2])
            file.flush()
            fail(name)
        return real(data)

    file.write = write
    return file


@functools.wraps(io.open)
def open_file(file: object, mode: str = "r", *args: object, **options: object) -> object:
    "As `open`; opening for writing is a point, and so is each write."
    if not set(mode) & set("wax+"):
        return real_open(file, mode, *args, **options)
    name = short(file)
    if not isinstance(file, int) and reached("open", name):
        fail(name)
    opened = real_open(file, mode, *args, **options)
    return watched(opened, name) if name else opened


@functools.wraps(os.open)
def open_low(path: object, flags: int, *args: object, **options: object) -> int:
    "As `os.open`; opening for writing is a point."
    name = short(path, options.get("dir_fd")) if flags & WRITING else ""
    if reached("open", name):
        fail(name)
    return real_os_open(path, flags, *args, **options)


def put(module: object, name: str, new: object) -> None:
    "Replace a function, also where `os` lists what it can do."
    old = getattr(module, name)
    for known in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
        if old in known:
            known.add(new)
    setattr(module, name, new)


if PROJECT and LOG:
    set_role()
    os.register_at_fork(after_in_child=lambda: set_role(forked=True))
    put(builtins, "open", open_file)
    put(io, "open", open_file)
    put(os, "open", open_low)
    for each in ("fsync", "unlink", "remove", "mkdir", "chmod", "rmdir", "truncate", "ftruncate"):
        put(os, each, wrapped(each, getattr(os, each)))
    for each in ("replace", "rename", "link", "symlink"):
        put(os, each, wrapped(each, getattr(os, each), place=1))
