"""Command line: writes a data set as JSON lines."""
import argparse
import json
import sys
from multiprocessing import Pool

from .generate import sample


def _line(task):
    return json.dumps(sample(*task), ensure_ascii=False)


def main():
    """Each line depends on the seed and its number alone, so the number of processes changes nothing."""
    parser = argparse.ArgumentParser(prog="kernelgen", description=main.__doc__)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", default="-")
    parser.add_argument("--jobs", type=int, default=1)
    a = parser.parse_args()
    tasks = ((a.seed, k) for k in range(a.count))
    out = sys.stdout if a.output == "-" else open(a.output, "w", encoding="utf-8", newline="\n")
    with out:
        if a.jobs > 1:
            with Pool(a.jobs) as pool:
                for line in pool.imap(_line, tasks, chunksize=200):
                    out.write(line + "\n")
        else:
            for task in tasks:
                out.write(_line(task) + "\n")


if __name__ == "__main__":
    main()
