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


TABLES = '''class Course:
    """Takes rows."""

    def step(self, buf, number):
        """One step."""
        rows = self.rows
        at = ROWS[number][1] + self.first[number]
        row = ROWS[at]
        self.at += row[0] - at
        at = min(at, self.most)
        self.look(max(at, 1), not at)
        for one in self.poll(at):
            at += self.look(one) + buf[0]
        return at < self.most

    def is_whole(self):
        return self.first == ~self.second and self.at == 1
'''


def test_items_sums_choices_and_answers_are_converted_as_well():
    made = as_machine_integers(TABLES, Viper("Course.step", ("buf",), ("rows",), ("ROWS",)))
    lines = made.splitlines()
    assert lines[3] == "    def step(self, buf: ptr32, number: int) -> int:"
    assert lines[5] == "        rows = self.rows"
    assert lines[6] == "        at = int(ROWS[number][1]) + int(self.first[number])"
    assert lines[7] == "        row = ROWS[at]"
    assert lines[8] == "        self.at = int(self.at) + (int(row[0]) - at)"
    assert lines[9] == "        at = (at if at < int(self.most) else int(self.most))"
    assert lines[10] == "        self.look((at if at > 1 else 1), 0 if at else 1)"
    assert lines[11] == "        for one in self.poll(at):"
    assert lines[12] == "            at += int(self.look(one)) + buf[0]"
    assert lines[13] == "        return int(at < int(self.most))"


def test_answer_of_several_comparisons_is_a_number():
    made = as_machine_integers(TABLES, Viper("Course.is_whole"))
    answer = "int(int(self.first) == ~int(self.second) and int(self.at) == 1)"
    assert f"        return {answer}\n" in made


def test_parameter_that_is_an_object_stays_without_a_type():
    made = as_machine_integers(TABLES, Viper("Course.step", objects=("buf", "rows")))
    assert "    def step(self, buf, number: int) -> int:" in made
    assert "int(buf[0])" in made


def test_choice_between_results_of_calls_stays_a_call():
    source = TABLES.replace("min(at, self.most)", "min(self.look(at), 3)")
    made = as_machine_integers(source, Viper("Course.step", ("buf",), ("rows",), ("ROWS",)))
    assert "        at = int(min(int(self.look(at)), 3))\n" in made
