"""The checker raises on each broken rule, and the ports keep all of them."""

import pytest
from tests.core.build import SMALL
from tests.core.fake_port import FakePort

from ionto.core.units import SAMPLE_LEN
from ionto.port import CALLS, CheckedPort, ContractError
from iontobench.tree import load_board

from .port_rules import PortRules


class TestFakePort(PortRules):
    def make(self):
        return FakePort(SMALL), SMALL


class TestVirtualPort(PortRules):
    def make(self):
        board = load_board("virtual")
        return board.make_port(skin="resistor:5000"), board.BOARD


class Nothing:
    """A port that allows everything, to show that it is the checker that raises."""

    def __getattr__(self, name):
        if name not in CALLS:
            raise AttributeError(name)
        return lambda *args: 0


BUF = [0] * SAMPLE_LEN
ARGS = {
    "sample": (BUF,),
    "resample": (BUF,),
    "actuate": (0, 0),
    "prove": (0, 0),
    "set_polarity": (1,),
    "probe": (0,),
    "lim_test": (0,),
    "read": (bytearray(1),),
    "write": (bytearray(4), 4),
    "put": (bytearray(1),),
}
ANY_TIME = {"begin", "off", "end", "now_us"}
AFTER_SAMPLE = {"resample", "actuate", "prove", "feed", "pump"}


def checked(*calls, port=None):
    """A checker with `calls` behind it: names, or (name, arguments...)."""
    made = CheckedPort(port or Nothing(), SMALL)
    for call in calls:
        name, *args = call if isinstance(call, tuple) else (call, *ARGS.get(call, ()))
        getattr(made, name)(*args)
    return made


def broken(text, *calls, port=None):
    """The last of `calls` raises, the ones before do not."""
    made = checked(*calls[:-1], port=port)
    name, *args = calls[-1] if isinstance(calls[-1], tuple) else (calls[-1],)
    call = getattr(made, name)
    with pytest.raises(ContractError, match=text):
        call(*(args or ARGS.get(name, ())))


TICK = ("begin", "wait", "sample")


@pytest.mark.parametrize("name", [name for name in CALLS if name not in ANY_TIME])
def test_a_call_before_begin_or_after_end_is_an_error(name):
    broken("before begin", name)
    broken("before begin", *TICK, "off", "end", name)


@pytest.mark.parametrize("name", sorted(AFTER_SAMPLE))
def test_a_call_that_needs_the_ticks_sample_is_an_error_without_it(name):
    broken("without sample", "begin", "wait", name)
    broken("without sample", *TICK, "wait", name)
    checked(*TICK, name)


@pytest.mark.parametrize("name", ["feed", "pump"])
def test_feed_and_pump_are_for_once_a_tick(name):
    broken("twice in a tick", *TICK, name, name)
    checked(*TICK, name, "wait", "sample", name)


def test_begin_is_not_repeated_and_off_always_passes():
    broken("twice", "begin", "begin")
    checked("off", "off", "begin", "off", "off", "end", "off", "begin")


@pytest.mark.parametrize("calls", [("begin",), TICK, (*TICK, ("actuate", 1, 5))])
def test_end_before_off_is_an_error_but_is_passed_on(calls):
    broken("may be on", *calls, "end")


@pytest.mark.parametrize(
    ("gate", "drive", "text"),
    [(2, 0, "gate"), (-1, 0, "gate"), (0, 1, "gate low"), (1, -1, "range"), (1, 65536, "range")],
)
def test_a_gate_or_drive_out_of_range_is_an_error(gate, drive, text):
    broken(text, *TICK, ("actuate", gate, drive))


@pytest.mark.parametrize(
    ("gate", "drive", "text"),
    [(2, 0, "gate"), (-1, 0, "gate"), (0, -1, "proof"), (0, 630, "proof"), (1, 630, "proof")],
)
def test_a_proof_drives_no_more_than_60_ua(gate, drive, text):
    broken(text, *TICK, ("prove", gate, drive))


def test_a_proof_may_keep_its_drive_with_the_gate_low():
    checked(*TICK, ("prove", 0, 629), ("prove", 1, 629))


def test_a_gate_and_drive_at_the_ends_of_their_range_pass():
    checked(*TICK, ("actuate", 0, 0), ("actuate", 1, 0), ("actuate", 1, 65535))


@pytest.mark.parametrize("call", [("set_polarity", 1), ("probe", 1), ("rearm",)])
def test_what_needs_the_gate_low_is_an_error_with_it_closed(call):
    broken("gate closed", *TICK, ("actuate", 1, 5), call)
    checked(*TICK, ("actuate", 1, 5), ("actuate", 0, 0), call)
    checked(*TICK, ("actuate", 1, 5), "off", call)
    broken("gate closed", *TICK, ("prove", 1, 5), call)
    checked(*TICK, ("prove", 0, 5), call)


@pytest.mark.parametrize("sign", [0, 2, -2])
def test_a_polarity_is_plus_or_minus_one(sign):
    broken("polarity", "begin", ("set_polarity", sign))


def test_a_probe_is_on_or_off():
    broken("probe", "begin", ("probe", 2))
    checked(*TICK, ("actuate", 1, 5), ("probe", 0))


@pytest.mark.parametrize("count", [0, -1, 5])
def test_a_write_is_of_what_the_buffer_holds(count):
    broken("write", "begin", ("write", bytearray(4), count))


class Lying(Nothing):
    """A port that returns what the contract forbids."""

    def __init__(self, value):
        self.value = value

    def now_us(self):
        return self.value

    def read(self, buf):
        return self.value

    def sample(self, buf):
        buf[0] = self.value


@pytest.mark.parametrize("value", [-1, 1 << 30, 0.5, None])
def test_a_port_that_lies_is_found(value):
    broken("now_us", "now_us", port=Lying(value))
    broken("read", "begin", "read", port=Lying(value))
    value = -(1 << 30) if value == -1 else value
    broken("sample", "begin", "wait", ("sample", [0] * SAMPLE_LEN), port=Lying(value))


def test_the_checker_counts_every_call():
    made = checked(*TICK, "off", "off")
    assert {name: count for name, count in made.calls.items() if count} == {
        "begin": 1,
        "wait": 1,
        "sample": 1,
        "off": 2,
    }
