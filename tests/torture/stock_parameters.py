"""What stock papermill does with bad parameters, measured with its own command up to where a kernel would start."""

import tempfile
from pathlib import Path

import nbformat
from click.testing import CliRunner
from papermill.cli import papermill

CASES: dict[str, list[str]] = {  # a kind of bad parameter -> papermill's words for it
    "a typo of a name": ["-p", "treees", "3"],
    "a wrong type": ["-p", "trees", "many"],
    "a number that is no whole one": ["-p", "trees", "1.5"],
    "out of bounds": ["-p", "sample", "2"],
    "nan": ["-p", "sample", "nan"],
    "a keyword as a name": ["-p", "class", "1"],
    "a line break in a name": ["-p", "x=1\nimport os\ny", "1"],
    "a name of Python's own": ["-p", "__name__", "1"],
    "no name at all": ["-p", "", "1"],
    "a name given twice": ["-p", "trees", "1", "-p", "trees", "2"],
    "a word without =": ["-p", "trees"],
    "a file: nested": ["-y", "{trees: {most: 3}}"],
    "a file: a name twice": ["-y", "{trees: 3, trees: 4}"],
    "a file: a list": ["-y", "[trees]"],
    "a file: broken": ["-y", "{trees: [1"],
    "a file that is not there": ["-f", "gone.yaml"],
}


def notebook(folder: Path) -> Path:
    "A notebook that declares two parameters."
    declared = nbformat.v4.new_code_cell("trees: int = 3\nsample: float = 1.0", metadata={"tags": ["parameters"]})
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=[declared], metadata=kernel), folder / "in.ipynb")
    return folder / "in.ipynb"


def refused_by_papermill() -> tuple[dict[str, bool], int]:  # each kind, refused or not; how many
    "Which kinds stock papermill refuses before a kernel would start."
    with tempfile.TemporaryDirectory() as temporary:
        source, target = notebook(Path(temporary)), Path(temporary) / "out.ipynb"
        words = [str(source), str(target), "--prepare-only", "--no-progress-bar"]
        assert CliRunner().invoke(papermill, [*words, "-p", "trees", "5"]).exit_code == 0
        codes = {kind: CliRunner().invoke(papermill, [*words, *case]).exit_code for kind, case in CASES.items()}
    return {kind: code != 0 for kind, code in codes.items()}, len(codes)
