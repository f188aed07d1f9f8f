"""`make bench`: medians and ratios, measured side by side. ROUNDS=n: how often; FLIGHTS=0, TABLES=0: without that part.

`python -m benchmarks tables [name ...]`: only the models, beside skrub's on tables of many kinds.
`python -m benchmarks honest`: how often the checks of tables and scores are wrong.
"""

import os
import sys
import tempfile
from pathlib import Path

from . import flights, honest, light, parallel, tables
from .measure import measure, table


def main() -> None:
    "Measure, and print the tables."
    if sys.argv[1:2] == ["tables"]:
        return tables.main(sys.argv[2:])
    if sys.argv[1:2] == ["honest"]:
        return honest.main()
    rounds = int(os.environ.get("ROUNDS") or 5)
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
        folder = Path(temporary)
        ways = light.ways(folder)
        measure(ways, rounds)
        print(table(f"six light notebooks, {rounds} rounds", ways), flush=True)
        print(f"the same results: {'yes' if light.same_results(folder) else 'NO'}\n", flush=True)
        print(parallel.table(folder / "parallel", rounds), flush=True)
        if os.environ.get("FLIGHTS") != "0":
            ways = flights.ways(folder / "flights")
            measure(ways, 1)
            print("\n" + table("the flights pipeline, 1 round", ways))
    if os.environ.get("TABLES") != "0":
        print("\nthe models beside skrub's", flush=True)
        tables.main([])


if __name__ == "__main__":
    main()
