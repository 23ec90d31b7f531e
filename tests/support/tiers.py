"""What is in the short tier of a test: a part of its grid, cases that it names, fewer examples."""

from itertools import product

import pytest
from hypothesis import settings

_LEFT_OUT = pytest.mark.long, pytest.mark.thinned
_SHORT_EXAMPLES = 25  # of the profile `ci`


def examples(short, long):
    """How many examples hypothesis makes: so many in the short tier, so many in the long one."""
    return short if settings.default.max_examples <= _SHORT_EXAMPLES else long


def thinned(*axes, part):
    """Every combination of `axes`; one in `part` is short, the others are marked long and
    `thinned`.

    The short ones are those whose places along the axes add up to a multiple of `part`: with axes
    of at least `part` values, each value of one axis meets each of another.
    """
    found = []
    for places in product(*(range(len(axis)) for axis in axes)):
        values = [axis[place] for axis, place in zip(axes, places, strict=True)]
        marks = _LEFT_OUT if sum(places) % part else ()
        found.append(pytest.param(*values, marks=marks))
    return found


def mark_long(items):
    """Mark the cases of one test long that its mark `short_cases` does not name by their ids.

    Each of them is marked `thinned` too, unless it is long by a mark of its own.

    Raises:
        UsageError: the mark names a case that there is not, or none.
    """
    if not items:
        return
    mark = items[0].get_closest_marker("short_cases")
    if mark is None:
        return
    found = {item.callspec.id if hasattr(item, "callspec") else "": item for item in items}
    unknown = sorted(set(mark.args) - set(found))
    if unknown or not mark.args:
        test = items[0].nodeid.partition("[")[0]
        raise pytest.UsageError(f"{test}: short_cases names {unknown}; there are {list(found)}")
    for case, item in found.items():
        if case not in mark.args and item.get_closest_marker("long") is None:
            item.add_marker("long")
            item.add_marker("thinned")
