"""With `-n`, tests of one file run in one worker: what they share is made once."""

from tests.conftest import share_of

_RAN = []


def test_the_first_of_a_file_is_remembered():
    _RAN.append(True)


def test_the_second_of_a_file_runs_where_the_first_ran(request):
    collected = {item.name for item in request.session.items}
    assert _RAN or test_the_first_of_a_file_is_remembered.__name__ not in collected


def test_the_chips_tests_are_one_share_and_every_other_file_is_one():
    assert share_of("tests/chip/test_a.py::test_x[1]") == share_of("tests/chip/test_b.py::test_y")
    assert share_of("tests/host/test_a.py::test_x[a::b]") == "tests/host/test_a.py"
    assert share_of("tests/host/test_b.py::test_x") == "tests/host/test_b.py"
