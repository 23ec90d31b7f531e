"""The checker raises on each broken rule, and the words, checker and fake port agree."""

import inspect
import re

import pytest
from tests.support.fake_port import FakePort
from tests.support.programs import SMALL

from ionto import port as contract
from ionto.core.units import SAMPLE_LEN, TICK_US
from iontobench.testing import CALLS, CheckedPort, ContractError


class Nothing:
    """A port that allows everything, to show that it is the checker that raises."""

    def __init__(self, tick_us=TICK_US):
        self._at_us = 0
        self._tick_us = tick_us

    def now_us(self):
        return self._at_us

    def wait(self):
        self._at_us += self._tick_us

    def __getattr__(self, name):
        if name not in CALLS:
            raise AttributeError(name)
        return lambda *args: 0


BUF = [0] * SAMPLE_LEN
ARGS = {
    "timing": (0,),
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
ANY_TIME = {"begin", "off", "end", "now_us", "timing"}
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
NEXT = ("wait", "sample")
PUMPED = ("begin", *(*NEXT, "feed", "pump") * 10, *NEXT)  # the gate may close
CLOSED = (*PUMPED, ("actuate", 1, 5))


def test_the_words_the_calls_and_the_checker_name_the_same_methods():
    told = re.findall(r"^    (\w+)\(([\w, ]*)\)  ", contract.__doc__, re.MULTILINE)
    assert [name for name, _ in told] == list(CALLS)
    for name, parameters in told:
        taken = list(inspect.signature(getattr(CheckedPort, name)).parameters)[1:]
        assert parameters == ", ".join(taken), name


@pytest.mark.parametrize("name", [name for name in CALLS if name not in ANY_TIME])
def test_a_call_before_begin_or_after_end_is_an_error(name):
    broken("before begin", name)
    broken("before begin", *TICK, "off", "end", name)


@pytest.mark.parametrize("name", sorted(AFTER_SAMPLE))
def test_a_call_that_needs_the_ticks_sample_is_an_error_without_it(name):
    broken("without sample", "begin", "wait", name)
    broken("without sample", *TICK, "wait", name)
    checked(*TICK, name)


@pytest.mark.parametrize("name", ["sample", "feed", "pump"])
def test_sample_feed_and_pump_are_for_once_a_tick(name):
    before = ("begin", "wait") if name == "sample" else TICK
    broken("twice in a tick", *before, name, name)
    checked(*before, name, *before[1:], name)


@pytest.mark.parametrize("call", ["actuate", "prove"])
def test_the_gate_never_closes_with_the_probe_on(call):
    closes = (call, 1, 5)
    broken("probe on", *PUMPED, ("probe", 1), closes)
    checked(*PUMPED, ("probe", 1), ("probe", 0), closes)
    checked(*PUMPED, ("probe", 1), (call, 0, 0))


@pytest.mark.parametrize("call", ["actuate", "prove"])
def test_the_gate_rests_5_ms_before_it_closes_again(call):
    opened = (*CLOSED, *(*NEXT, "pump"), (call, 0, 0))
    rest = (*NEXT, "pump")
    broken("within 5 ms", *opened, *rest * 4, (call, 1, 5))
    checked(*opened, *rest * 5, (call, 1, 5))
    checked(*CLOSED, *rest, (call, 1, 6))


@pytest.mark.parametrize("call", ["actuate", "prove"])
def test_the_gate_closes_only_after_10_ms_of_pumping(call):
    closes = (call, 1, 5)
    broken("10 ms of pumping", *TICK, closes)
    broken("10 ms of pumping", "begin", *(*NEXT, "pump") * 9, *NEXT, closes)
    checked("begin", *(*NEXT, "pump") * 10, *NEXT, closes)
    broken("10 ms of pumping", *PUMPED, "off", "end", *TICK, closes)


@pytest.mark.parametrize("call", ["actuate", "prove"])
def test_a_gap_of_more_than_6_ms_is_a_new_start_of_pumping(call):
    before = ("begin", *(*NEXT, "pump") * 10)
    closes = (call, 1, 5)
    checked(*before, *NEXT * 6, closes)
    broken("10 ms of pumping", *before, *NEXT * 7, closes)
    broken("10 ms of pumping", *before, *NEXT * 7, "pump", *NEXT, closes)


@pytest.mark.hazard("H-10")
def test_pumping_begins_behind_a_gate_that_was_low_for_10_ms():
    # While ENABLE stood still the stage may have wound up behind the closed gate.
    starved = (*CLOSED, *NEXT * 7)
    broken("gate closed", *starved, "pump")
    checked(*CLOSED, *NEXT * 5, "pump")  # the chain has not opened
    opened = (*starved, ("prove", 0, 5))
    broken("within 10 ms", *opened, *NEXT * 9, "pump")
    checked(*opened, *NEXT * 10, "pump")
    ended = (*CLOSED, "off", "end", "begin")
    broken("within 10 ms", *ended, *NEXT * 9, "pump")
    checked(*ended, *NEXT * 10, "pump")


@pytest.mark.hazard("H-10")
def test_the_limiter_is_rearmed_behind_a_gate_that_was_low_for_10_ms():
    pumped = (*NEXT, "pump")
    opened = (*CLOSED, *pumped, ("prove", 0, 0))
    broken("within 10 ms", *opened, *pumped * 9, "rearm")
    checked(*opened, *pumped * 10, "rearm")
    ended = (*CLOSED, "off", "end", "begin")
    broken("within 10 ms", *ended, *NEXT * 9, "rearm")
    checked(*ended, *NEXT * 10, "rearm")


@pytest.mark.parametrize("call", ["actuate", "prove"])
def test_the_gate_closes_10_ms_after_the_limiter_is_rearmed_at_the_earliest(call):
    pumped = (*NEXT, "pump")
    broken("10 ms of rearm", *PUMPED, "rearm", *pumped * 8, *NEXT, (call, 1, 5))
    checked(*PUMPED, "rearm", *pumped * 9, *NEXT, (call, 1, 5))


@pytest.mark.hazard("H-10")
def test_the_limiters_threshold_falls_1_ms_after_the_gate_has_closed_at_the_earliest():
    broken("closed for 1 ms", *PUMPED, ("lim_test", 1))
    broken("closed for 1 ms", *CLOSED, ("lim_test", 1))
    checked(*CLOSED, *NEXT, ("lim_test", 1), ("lim_test", 1))
    opened = (*CLOSED, *NEXT, ("actuate", 0, 0))
    broken("closed for 1 ms", *opened, ("lim_test", 1))
    checked(*opened, ("lim_test", 0))
    checked(*CLOSED, "off", ("lim_test", 1))


@pytest.mark.parametrize("call", ["actuate", "prove"])
def test_the_gate_never_closes_with_the_limiters_test_threshold(call):
    pumped = (*NEXT, "pump")
    opened = (*CLOSED, *pumped, ("lim_test", 1), (call, 0, 0), *pumped * 5)
    broken("test threshold", *opened, (call, 1, 5))
    checked(*opened, ("lim_test", 0), (call, 1, 5))


def test_a_watchdog_is_fed_every_100_ms_at_the_latest():
    broken("starved", "begin", *["wait"] * 101)
    checked("begin", *["wait"] * 100)
    checked("begin", *["wait"] * 99, "sample", "feed", *["wait"] * 100)
    broken("starved", "begin", *["wait"] * 99, "sample", "feed", *["wait"] * 101)
    broken("starved", "begin", *["wait"] * 33, "wait", port=Nothing(3000))


def test_a_begin_starts_afresh():
    broken("without sample", *TICK, "off", "end", "begin", "resample")
    checked("begin", *["wait"] * 60, "off", "end", "begin", *["wait"] * 60)
    checked(*PUMPED, ("probe", 1), "off", "end", *PUMPED, ("actuate", 1, 5))
    left_on = (*CLOSED, *NEXT, ("lim_test", 1), "off", "end", "begin", *NEXT * 10)
    checked(*left_on, *(*NEXT, "feed", "pump") * 10, *NEXT, ("actuate", 1, 5))


def test_after_off_a_late_call_to_close_the_gate_is_no_error():
    checked(*TICK, "off", ("probe", 1), ("actuate", 1, 5), ("prove", 1, 5), ("set_polarity", 1))


def test_begin_is_not_repeated_and_off_always_passes():
    broken("twice", "begin", "begin")
    checked("off", "off", "begin", "off", "off", "end", "off", "begin")


@pytest.mark.parametrize("calls", [("begin",), TICK, CLOSED])
def test_end_before_off_is_an_error_but_is_passed_on(calls):
    broken("may be on", *calls, "end")


@pytest.mark.parametrize(
    ("gate", "drive", "text"),
    [
        (2, 0, "neither"),
        (-1, 0, "neither"),
        (0, 1, "gate low"),
        (1, -1, "range"),
        (1, 65536, "range"),
    ],
)
def test_a_gate_or_drive_out_of_range_is_an_error(gate, drive, text):
    broken(text, *TICK, ("actuate", gate, drive))


@pytest.mark.parametrize(
    ("gate", "drive", "text"),
    [
        (2, 0, "neither"),
        (-1, 0, "neither"),
        (0, -1, "proof"),
        (0, 630, "proof"),
        (1, 630, "proof"),
    ],
)
def test_a_proof_drives_no_more_than_60_ua(gate, drive, text):
    broken(text, *TICK, ("prove", gate, drive))


def test_a_proof_may_keep_its_drive_with_the_gate_low():
    checked(*PUMPED, ("prove", 0, 629), ("prove", 1, 629))
    broken("gate low", *TICK, ("prove", 0, 629), ("actuate", 0, 629))


def test_a_gate_and_drive_at_the_ends_of_their_range_pass():
    checked(*PUMPED, ("actuate", 0, 0), ("actuate", 1, 0), ("actuate", 1, 65535))


@pytest.mark.parametrize("call", [("set_polarity", 1), ("probe", 1), ("rearm",)])
def test_what_needs_the_gate_low_is_an_error_with_it_closed(call):
    low = NEXT * 10
    broken("gate closed", *CLOSED, call)
    checked(*CLOSED, ("actuate", 0, 0), *low, call)
    checked(*CLOSED, "off", *low, call)
    broken("gate closed", *PUMPED, ("prove", 1, 5), call)
    checked(*PUMPED, ("prove", 0, 5), call)


@pytest.mark.parametrize("sign", [0, 2, -2])
def test_a_polarity_is_plus_or_minus_one(sign):
    broken("polarity", "begin", ("set_polarity", sign))


@pytest.mark.parametrize("name", ["probe", "lim_test"])
def test_a_probe_and_a_test_threshold_are_on_or_off(name):
    broken(name, "begin", (name, 2))
    checked(*CLOSED, (name, 0))


def test_a_fake_bridge_is_not_switched_under_current():
    port = FakePort(SMALL)
    port.probe_on = 1
    with pytest.raises(ContractError, match=r"set_polarity\(-1\) with \d+ _q4 flowing"):
        port.set_polarity(-1)


@pytest.mark.parametrize("count", [0, -1, 5])
def test_a_write_of_more_bytes_than_the_buffer_holds_is_an_error(count):
    broken("write", "begin", ("write", bytearray(4), count))


class Lying(Nothing):
    """A port that returns what the contract forbids."""

    def __init__(self, value):
        super().__init__()
        self.value = value
        self.begun = False

    def begin(self):
        self.begun = True

    def now_us(self):
        return super().now_us() if self.begun else self.value

    def timing(self, which):
        return self.value

    def read(self, buf):
        return self.value

    def put(self, buf):
        return self.value

    def sample(self, buf):
        buf[0] = self.value


@pytest.mark.parametrize("value", [-1, 1 << 30, 0.5, None])
def test_a_port_that_lies_is_found(value):
    broken("now_us", "now_us", port=Lying(value))
    broken("read", "begin", "read", port=Lying(value))
    broken("put", "begin", "put", port=Lying(value))
    value = -(1 << 30) if value == -1 else value
    broken("timing", "timing", port=Lying(value))
    broken("sample", "begin", "wait", ("sample", [0] * SAMPLE_LEN), port=Lying(value))


def test_the_checker_counts_every_call():
    made = checked(*TICK, "off", "off")
    assert {name: count for name, count in made.calls.items() if count} == {
        "begin": 1,
        "wait": 1,
        "sample": 1,
        "off": 2,
    }
