"""Which cases of a grid are in the short tier: a part in which all pairs of values occur."""

from itertools import product

import pytest


def thinned(*axes, part):
    """Every combination of `axes`; one in `part` is short, the others are marked long.

    The short ones are those whose places along the axes add up to a multiple of `part`: with axes
    of at least `part` values, each value of one axis meets each of another.
    """
    found = []
    for places in product(*(range(len(axis)) for axis in axes)):
        values = [axis[place] for axis, place in zip(axes, places, strict=True)]
        marks = pytest.mark.long if sum(places) % part else ()
        found.append(pytest.param(*values, marks=marks))
    return found
