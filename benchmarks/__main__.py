"""`make bench`: medians and ratios, measured side by side. ROUNDS=n: how often; FLIGHTS=0: without the long part."""

import os
import tempfile
from pathlib import Path

from . import flights, light, parallel
from .measure import measure, table


def main() -> None:
    "Measure, and print the tables."
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


if __name__ == "__main__":
    main()
