"""Plans of treatments on a shared bench: how often a load may be run, by what was recorded.

`loader` reads a plan, a strict TOML file. `ledger` takes the runs of a load from the verified
records of a folder; there is no second store. `rules` says when the next run is allowed. Times
are whole seconds of UTC since 1970 (`moments`); nothing here reads a clock.
"""

from .ledger import Ledger, Response, Run, read_ledger, write_response
from .loader import load_plan
from .rules import Due, judge
from .schema import Plan, PlanError

__all__ = [
    "Due",
    "Ledger",
    "Plan",
    "PlanError",
    "Response",
    "Run",
    "judge",
    "load_plan",
    "read_ledger",
    "write_response",
]
