"""What every shipped protocol and some sessions with faults do: is it still the same? `make net`.

Compares with what is stored, item by item, and says what changed. Ends with 1 where anything did.
`--write` stores what is found instead: then the commit says why, item by item.
"""

import argparse
import sys
import time

from iontobench.campaign.parallel import in_order

from .cases import FOLDER, TIERS
from .recording import record
from .stored import Net, differences, read, write


def main() -> int:
    """Run, compare or write; return the exit code."""
    parser = argparse.ArgumentParser(prog="make net", description=__doc__.splitlines()[0])
    parser.add_argument("tiers", nargs="*", metavar="tier", help=f"{', '.join(TIERS)}; or both")
    parser.add_argument("--write", action="store_true", help="store what is found")
    parser.add_argument("--workers", type=int, default=2, help="how many at once (2)")
    args = parser.parse_args()
    wrong = sorted(set(args.tiers) - set(TIERS))
    if wrong:
        parser.error(f"no tier called {wrong[0]}; there are {', '.join(TIERS)}")
    told = 0
    for tier in args.tiers or TIERS:
        began_s = time.monotonic()
        net = found(tier, args.workers)
        path = FOLDER / f"{tier}.txt"
        if args.write:
            write(path, net)
            print(f"{tier}: {len(net)} sessions stored in {path.name}")
        else:
            changed = differences(read(path), net)
            told += len(changed)
            summary = f"{tier}: {len(net)} sessions, {len(changed)} items changed"
            print("\n".join([*changed, summary]))
        print(f"{tier}: {time.monotonic() - began_s:.0f} s", file=sys.stderr)
    return 1 if told else 0


def found(tier: str, workers: int) -> Net:
    """What a tier's sessions do now."""
    cases = TIERS[tier]()
    titles = [case.title for case in cases]
    return dict(zip(titles, in_order(record, cases, workers), strict=True))


if __name__ == "__main__":
    sys.exit(main())
