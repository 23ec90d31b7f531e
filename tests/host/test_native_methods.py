"""What a tick calls becomes native code; what runs once, at boot, stays bytecode."""

import pytest

from iontobench.device.native_methods import as_native

SOURCE = '''LIMIT = 5


def most(one, other):
    return one if one > other else other


@micropython.viper
def walk(words: ptr32) -> int:
    return words[0]


class Count:
    """Counts."""

    def __init__(self):
        self.at = 0

    def step(self, by):
        self.at += by

    def rest(self):
        self.at = 0
'''
MADE = '''LIMIT = 5

@micropython.native
def most(one, other):
    return one if one > other else other


@micropython.viper
def walk(words: ptr32) -> int:
    return words[0]


class Count:
    """Counts."""

    def __init__(self):
        self.at = 0
    @micropython.native
    def step(self, by):
        self.at += by
    @micropython.native
    def rest(self):
        self.at = 0
'''


def test_functions_and_methods_become_native_and_init_stays_bytecode():
    assert as_native(SOURCE) == MADE


def test_native_source_keeps_the_number_of_each_line():
    assert len(as_native(SOURCE).splitlines()) == len(SOURCE.splitlines())


@pytest.mark.parametrize("source", ["def step():\n    pass\n", "AT = 1\ndef step():\n    pass\n"])
def test_function_without_an_empty_line_above_is_refused_by_its_name(source):
    with pytest.raises(LookupError, match="step"):
        as_native(source)
