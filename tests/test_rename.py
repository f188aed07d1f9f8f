"""The package under a name of the user's own, by the recipe of the README."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from project_name.base import root


def recipe(name: str) -> list[str]:
    "The commands of the README that rename the package, for another name; those that make an environment are left out."
    block = re.search(r"```sh\n(git grep .*?)```", (root() / "README.md").read_text(), re.DOTALL)[1]
    lines = re.sub(r" && rm -rf .*", "", block).replace("churn", name).splitlines()
    assert len(lines) == 2 and "make tidy export check" in block
    return lines


def done(folder: Path, *argv: str) -> None:
    env = {**os.environ, "PYTHONPATH": str(folder)}
    ended = subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize("name", ["churn", "customer_lifetime_value"])
def test_a_renamed_package_is_laid_out_and_exported(name, tmp_path):
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root(), capture_output=True, text=True, check=True).stdout
    for path in filter(None, listed.split("\0")):
        if (root() / path).exists():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root() / path, tmp_path / path)
    done(tmp_path, "git", "init", "--quiet")
    done(tmp_path, "git", "add", "--all")
    for line in recipe(name):
        done(tmp_path, "sh", "-c", line)
    ruff = (sys.executable, "-m", "ruff")
    for words in ("check --quiet --fix --select I .", "format --quiet ."):  # make tidy
        done(tmp_path, *ruff, *words.split())
    for word in ("export", "check") if name == "churn" else ():
        done(tmp_path, sys.executable, "-c", f"from {name}.cli import main; main()", word)
    for words in ("check .", "format --check ."):  # make lint
        done(tmp_path, *ruff, *words.split())
