"""A method of plain Python becomes one for viper, line for line, and means the same."""

import pytest

from iontobench.device.machine_integers import Viper, as_machine_integers

SOURCE = '''class Count:
    """Counts."""

    def __init__(self):
        self.at = 0
        self.inner = Inner()

    def step(self, buf, by):
        """One step."""
        inner = self.inner
        if by > self.most and not inner.is_open:
            self.look(by)
            return self.look(by) + buf[0]
        self.at = inner.at + by
        return self.at

    def rest(self):
        self.at = 0
'''


@pytest.fixture
def made():
    return as_machine_integers(SOURCE, Viper("Count.step", ("buf",), ("inner",)))


def test_attributes_and_calls_that_are_numbers_are_converted_and_nothing_else(made):
    lines = made.splitlines()
    assert lines[6] == "    @micropython.viper"
    assert lines[7] == "    def step(self, buf: ptr32, by: int) -> int:"
    assert lines[9] == "        inner = self.inner"
    assert lines[10] == "        if by > int(self.most) and not int(inner.is_open):"
    assert lines[11] == "            self.look(by)"
    assert lines[12] == "            return int(self.look(by)) + buf[0]"
    assert lines[13] == "        self.at = int(inner.at) + by"
    assert lines[14] == "        return int(self.at)"


def test_every_other_line_stays_where_it_was(made):
    before, after = SOURCE.splitlines(), made.splitlines()
    assert len(before) == len(after)
    same = [at for at, line in enumerate(before) if line == after[at]]
    assert set(range(len(before))) - set(same) == {6, 7, 10, 12, 13, 14}


def test_method_without_a_result_gets_no_type_for_one():
    made = as_machine_integers(SOURCE, Viper("Count.rest"))
    assert "    def rest(self):" in made


@pytest.mark.parametrize("name", ["Count.stop", "Counter.step", "step"])
def test_method_that_is_not_there_is_an_error(name):
    with pytest.raises(LookupError, match=f"no method {name}"):
        as_machine_integers(SOURCE, Viper(name))


def test_method_without_an_empty_line_above_is_an_error():
    source = "class One:\n    at = 0\n    def step(self):\n        self.at = 1\n"
    with pytest.raises(LookupError, match=r"no empty line above One\.step"):
        as_machine_integers(source, Viper("One.step"))
