"""The transition table for readers and for walks: names of its numbers, rows, the page's table.

`python -m tests.core.transition_table` writes the table into firmware/DESIGN.md.
"""

from pathlib import Path
from typing import NamedTuple

from ionto.core import codes, transitions

PAGE = Path(__file__).parents[2] / "firmware" / "DESIGN.md"
BEGIN, END = "<!-- transitions: begin -->", "<!-- transitions: end -->"

LIVE = [state for state in codes.STATE_NAMES if codes.STATE_PROBE <= state < codes.STATE_DONE]
ENDS = [codes.STATE_DONE, codes.STATE_FAULT]
ENERGISED = {state for state in LIVE if codes.STATE_RAMP <= state <= codes.STATE_PAUSING}


class Row(NamedTuple):
    """One row of the table, of one state."""

    state: int
    event: int
    guard: int
    actions: int
    following: int


def _names(module, *prefixes):
    """The constants whose name begins so, by value."""
    return {
        value: name
        for name, value in vars(module).items()
        if name.startswith(prefixes) and isinstance(value, int)
    }


def _between(first, last):
    """The constants of `transitions` from `first` to `last`, as they stand there."""
    names = [name for name, value in vars(transitions).items() if isinstance(value, int)]
    chosen = names[names.index(first) : names.index(last) + 1]
    return {getattr(transitions, name): name for name in chosen}


STATES = {state: name.removeprefix("STATE_") for state, name in _names(codes, "STATE_").items()}
EVENTS = _names(codes, "ASK_") | _between("LOAD_FOUND", "TRIPPED")
GUARDS = _between("ALWAYS", "IF_COMPLETE")
ACTIONS = _between("STOP", "GO_ON")


def expanded(table=transitions.TRANSITIONS):
    """The rows of `table`, those of ANY once for each state that is no end."""
    rows = []
    for state, *rest in table:
        states = LIVE if state == transitions.ANY else [state]
        rows += [Row(one, *rest) for one in states]
    return rows


def rows_of(rows, state, event):
    """The rows of a state and an event, in their order."""
    return [row for row in rows if (row.state, row.event) == (state, event)]


def taken(rows, state, event, true_guards):
    """The row that is taken where exactly `true_guards` hold; None where nothing happens."""
    for row in rows_of(rows, state, event):
        if row.guard == transitions.ALWAYS or row.guard in true_guards:
            return row
    return None


def as_markdown(table=transitions.TRANSITIONS):
    """The table as a page shows it."""
    lines = ["| state | event | guard | actions | next state |", "|---|---|---|---|---|"]
    for state, event, guard, actions, following in table:
        doing = ", ".join(name for bit, name in ACTIONS.items() if actions & bit)
        lines.append(
            f"| {STATES.get(state, 'ANY')} | {EVENTS[event]} "
            f"| {'' if guard == transitions.ALWAYS else GUARDS[guard]} | {doing} "
            f"| {STATES[following]} |"
        )
    return "\n".join(lines)


def on_the_page():
    """The table that the page shows now."""
    return PAGE.read_text("utf-8").partition(BEGIN)[2].partition(END)[0].strip()


if __name__ == "__main__":
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{as_markdown()}\n{END}{after}", "utf-8")
