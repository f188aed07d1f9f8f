"""The shape of the project: who may import whom, and what every notebook keeps to."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from project_name.base import root
from project_name.engine.parameters import all_parameters, declared_parameters, stage_notebooks
from project_name.engine.sync import exports, out_of_step

NOTEBOOKS = sorted(p for p in (root() / "nbs").rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
STAGES = stage_notebooks(root() / "nbs")
PACKAGE = root() / "project_name"
STAGE_MODULES = {module: path.stem for module, path in exports(root() / "nbs").items() if path in STAGES}
GROUND = {"base", "figures", "look", "numbers"}


def imported(path: Path) -> set[str]:
    "The modules of this package that a module imports, anywhere in it, without the package's name."
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            package = "project_name." + path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", ".")
            base = package.rsplit(".", node.level)[0] + "." if node.level else ""
            name = base + (node.module or "")
            found |= {name, *(f"{name}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    known = set(exports(root() / "nbs"))
    return {name.removeprefix("project_name.") for name in found if name.startswith("project_name.")} & known


def test_the_package_is_what_the_notebooks_export():
    assert out_of_step(root()) == []


@pytest.mark.parametrize("module", sorted(exports(root() / "nbs")))
def test_imports_keep_the_direction(module):
    names = imported(PACKAGE / (module.replace(".", "/") + ".py")) - {module}
    if module in GROUND:
        assert names <= GROUND
    elif module.startswith("engine."):
        assert all(name in GROUND or name.startswith("engine.") for name in names)
    elif module.startswith("product."):
        assert all(name in GROUND or name.startswith("product.") for name in names)
    elif module.startswith("methods."):
        assert all(name in GROUND or name.startswith(("methods.", "product.")) for name in names)
    elif module in STAGE_MODULES:
        assert all(name in GROUND | {"engine.runs"} or name.startswith(("methods.", "product.")) for name in names)


@pytest.mark.parametrize("path", STAGES, ids=lambda p: p.stem)
def test_a_stage_imports_methods_and_no_other_stage(path):
    found = [node for node in ast.walk(ast.parse(code_of(path))) if isinstance(node, ast.ImportFrom)]
    names = {
        (node.module or "").removeprefix("project_name.") for node in found if "project_name" in (node.module or "")
    }
    assert all(name in GROUND | {"engine.runs"} or name.startswith(("methods.", "product.")) for name in names)


@pytest.mark.parametrize("path", STAGES, ids=lambda p: p.stem)
def test_a_stage_declares_its_parameters_once(path):
    assert "run_dir" in declared_parameters(path)
    text = json.dumps([cell["source"] for cell in json.loads(path.read_text())["cells"]])
    assert "## The run" in text, "the page shows what follows this heading"


def test_stages_agree_about_their_parameters():
    wanted = {"source", "query", "target", "positive", "time", "group", "drop", "sample", "seed", "trees", "trials"}
    assert wanted <= set(all_parameters(STAGES))


@pytest.mark.parametrize("path", STAGES, ids=lambda p: p.stem)
def test_a_stage_speaks_of_any_table(path):
    for cell in json.loads(path.read_text())["cells"]:
        source = "".join(cell["source"])
        assert not re.search(r"\b(flight|flights|airport|airline|nycflights\w*)\b", source, re.IGNORECASE), source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_exported_cells_are_short(path):
    for cell in json.loads(path.read_text())["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and re.match(r"#\|\s*export\b", source):
            lines = [line for line in source.splitlines() if line.strip()]
            assert len(lines) <= 51, f"{len(lines)} lines: {lines[1]}"


def test_every_name_in_the_package_is_defined():
    "A notebook may import for its lessons what an exported cell forgot to import."
    argv = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", "F821", str(PACKAGE)]
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_importing_the_package_is_light():
    heavy = ("pandas", "nbformat", "sklearn")
    code = f"import sys\nimport project_name.cli\nprint([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_importing_every_module_writes_nothing(tmp_path):
    names = [f"project_name.{module}" for module in exports(root() / "nbs") if module != "__init__"]
    code = f"import importlib\nfor name in {names!r}: importlib.import_module(name)"
    done = subprocess.run(
        [sys.executable, "-W", "error::SyntaxWarning", "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "" and list(tmp_path.iterdir()) == []


def test_the_lock_holds_hashes_and_no_address():
    text = (root() / "requirements.lock").read_text()
    assert "--hash=sha256:" in text and "://" not in text


def test_the_readme_names_every_parameter_and_every_target():
    text = (root() / "README.md").read_text()
    missing = [name for name in all_parameters(STAGES) if f"`{name}`" not in text]
    targets = re.findall(r"^([a-z]+):.*##", (root() / "Makefile").read_text(), re.MULTILINE)
    assert missing == [] and [t for t in targets if t != "help" and f"`make {t}`" not in text] == []
    for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", text):
        assert (root() / picture).exists()


def raw_formats(source: str) -> list[str]:
    "The formats such as `.4g` or `.1%` by which the texts of some code would write a number."
    specs = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FormattedValue) and node.format_spec:
            specs += [ast.unparse(part).strip("'") for part in node.format_spec.values]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            specs += re.findall(r"\{[^{}:]*:([^{}]*)\}", node.value)
    return [spec for spec in specs if re.fullmatch(r"[-+ ,.0-9]*[gGeEfF%]", spec)]


def code_of(path: Path) -> str:
    "The code of a notebook without the lines that are no Python."
    cells = [cell for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]
    lines = "\n\n".join("".join(cell["source"]) for cell in cells).splitlines()
    return "\n".join(line for line in lines if not line.startswith(("%", "!")))


@pytest.mark.parametrize(
    "path", [p for p in NOTEBOOKS if p in STAGES or p.parent.name == "methods"], ids=lambda p: p.stem
)
def test_pages_write_every_number_one_way(path):
    assert raw_formats("say('{a:.4g} {b:%Y-%m-%d}', a=f'{c:+.1%} {d:,}')") == [".4g", "+.1%"]
    assert raw_formats(code_of(path)) == [], "project_name.numbers says how a number is written"
