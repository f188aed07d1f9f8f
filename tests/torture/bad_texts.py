"""The texts that bad parameters are made of: numbers that are none, values out of bounds, odd names, broken files."""

TABLE = "table.csv"  # a small good source beside the bad parameters; its columns are a, b, when and y
ROWS = [f"{n},{n % 7},2024-01-{n % 28 + 1:02},{'yes' if n % 3 else 'no'}" for n in range(90)]
COLUMNS = "\n".join(["a,b,when,y", *ROWS]) + "\n"

INTS = "many|1.0|1.5|1e3|0x10|0b1|1_000|１２|+-1|nan|True|None|1,2|[1]|9999999999999999999|1 2||-|١٢|2²|1;2|ten"
FLOATS = "many|nan|inf|-inf|NaN|1e999|0x1p3|1_0.0|1,5|True|None|１.０|1e|.|--1|1 2|1f||50%|1/2|1.2.3|1e1.5"
BOUNDS = {
    "min_rows": "29 0 -1",
    "sample": "0 -0.1 1.0001 2",
    "most_aside": "0 -1 1.01",
    "look_rows": "99 0 -5",
    "figures": "-1 11 100",
    "trees": "0 -1 10000 999999",
    "trials": "0 -1 10000",
    "minutes": "0 -0.5 -1e9",
    "resamples": "20 0 -20",
    "golden": "0 -1 1001",
    "calls": "99 0 -100",
    "least_rows": "1 0 -2",
    "alpha": "0 1 -0.01 1.5",
    "effect": "-0.1 1.1 2",
    "beyond": "0.99 0 -1",
    "tolerance": "-0.01 1 1.5",
    "alarms": "0 -1 -9",
    "window": "0 -1 -9",
    "draws": "19 0 -20",
    "simulations": "9 0 -10",
    "most": "2 31 0 -3",
}
DATES = ("yesterday", "2024-13-45", "2023-02-29", "31/12", "soon", "not a date")
DUNDERS = (
    "__import__ __builtins__ __class__ __name__ __doc__ __file__ __dict__ __init__ __loader__ __spec__ _ ___ print"
)
SEPARATED = "x;y|x y|x.y|x-y|x[0]|x()|x,y|x:int|1x|x!|%x|!x|?x|x\\y|x#|'x'|\"x\""
BROKEN = "| |\t|\n|x\n|\nx|x\ny|x\r\ny|x\x0by|x\x0cy|x\u2028y|x\x85y|\ufeffx"
RUN_DIRS = "run_dir|run_dir |RUN_DIR|rundir"

FILES: dict[str, tuple[bytes, str]] = {  # what is wrong -> the bytes, what must be named
    "nested": (b"trees:\n  most: 3\n", "line 1"),
    "nested in a list": (b"seed: 1\ndrop: [a, [b]]\n", "line 2"),
    "a name twice": (b"trees: 3\nseed: 1\ntrees: 4\n", "trees"),
    "a name twice, quoted": (b'trees: 3\n"trees": 4\n', "trees"),
    "broken": (b"trees: [1, 2\n", "parameter file"),
    "broken quotes": (b'trees: "3\n', "parameter file"),
    "a tab": (b"trees: 3\n\tseed: 1\n", "parameter file"),
    "binary": (bytes(range(256)), "parameter file"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "parameter file"),
    "UTF-16": ("trees: 3".encode("utf-16"), "parameter file"),
    "Latin-1": ("positive: déjà".encode("latin-1"), "parameter file"),
    "a list": (b"- trees\n- seed\n", "parameters.yaml"),
    "a text": (b"trees\n", "parameters.yaml"),
    "a number": (b"3\n", "parameters.yaml"),
    "empty": (b"", "parameters.yaml"),
    "only a comment": (b"# trees: 3\n", "parameters.yaml"),
    "two documents": (b"trees: 3\n---\nseed: 1\n", "parameter file"),
    "a mark and a wrong name": ("\ufefftreees: 3".encode(), "treees"),
    "a mark and a wrong value": ("\ufefftrees: many".encode(), "trees"),
    "a list for a number": (b"trees: [1, 2]\n", "trees"),
    "nothing for a number": (b"trees:\n", "trees"),
    "a tag": (b"trees: !!python/object/apply:os.getcwd []\n", "trees"),
    "a merge": (b"<<: {trees: 3}\n", "line 1"),
    "a loop": (b"drop: &a [*a]\n", "line 1"),
    "a key that is a list": (b"? [trees]\n: 3\n", "line 1"),
    "no key": (b"? \n: 3\n", "''"),
    "very deep": (b"drop: " + b"[" * 3000 + b"]" * 3000, "parameters.yaml"),
    "JSON, nested": (b'{"trees": {"most": 3}}', "line 1"),
    "JSON, twice": (b'{"trees": 3, "trees": 4}', "trees"),
    "JSON, cut off": (b'{"trees": 3', "parameter file"),
}
