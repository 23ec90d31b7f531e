"""What is left of a test in the short tier: the cases that it names, or a part of its grid."""

import itertools
import types

import pytest
from tests.support.tiers import mark_long, thinned


class Case:
    """A collected case of a test, as `mark_long` needs one."""

    nodeid = "tests/test_a.py::test_a[one]"

    def __init__(self, name, *named):
        self.callspec = types.SimpleNamespace(id=name)
        self._mark = pytest.mark.short_cases(*named).mark
        self.marks = []

    def get_closest_marker(self, name):
        return self._mark if name == "short_cases" else None

    def add_marker(self, name):
        self.marks.append(name)


def test_the_cases_that_a_test_does_not_name_are_long():
    cases = [Case(name, "one", "three") for name in ("one", "two", "three")]
    mark_long(cases)
    assert [case.marks for case in cases] == [[], ["long", "thinned"], []]


def test_a_case_that_there_is_not_is_an_error_with_the_names_that_there_are():
    with pytest.raises(pytest.UsageError, match=r"test_a: .* names \['four'\]; there are .*'two'"):
        mark_long([Case("two", "two", "four")])


def test_a_mark_without_a_case_is_an_error():
    with pytest.raises(pytest.UsageError, match="short_cases"):
        mark_long([Case("one")])


@pytest.mark.parametrize("case", ["short", "long"])
@pytest.mark.short_cases("short")
def test_a_named_case_is_short_and_the_other_is_long(case, request):
    assert (request.node.get_closest_marker("long") is not None) == (case == "long")


def test_a_thinned_grid_has_every_pair_of_values_in_the_short_tier():
    axes = "abc", "def", "ghi"
    found = thinned(*axes, part=3)
    short = [one.values for one in found if not one.marks]
    assert len(found) == 27
    for (at, one), (other_at, other) in itertools.combinations(enumerate(axes), 2):
        pairs = {(values[at], values[other_at]) for values in short}
        assert pairs == set(itertools.product(one, other))
