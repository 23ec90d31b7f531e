"""Ports keep the rules of `iontobench.testing`, and each rule finds a port that breaks it.

Also the how-to of that package, followed to the letter in a folder of its own.
"""

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from textwrap import dedent

import pytest
from tests.support.fake_port import FakePort
from tests.support.programs import LARGE, RESEARCH, SMALL, UNPROVABLE

import ionto
import iontobench
from ionto.core.units import (
    INPUT_LIMITER,
    SAMPLE_A,
    SAMPLE_B,
    SAMPLE_INPUTS,
    SAMPLE_SUPPLY,
    SAMPLE_V,
    TIMING_LATE,
    TIMING_LEAST,
    TIMING_LONGEST,
    TIMING_MOST,
)
from iontobench import testing
from iontobench.device.calibration_bench import calibrate_seeded
from iontobench.resources import load_board
from iontobench.sim.port import simulated
from iontobench.testing import CALLS, ContractError, PortRules, rule_load_ohm

RULES = sorted(name for name in vars(PortRules) if name.startswith("test_"))


class TestFakePort(PortRules):
    def make(self):
        return FakePort(SMALL), SMALL


class TestFakePortOf30Ma(PortRules):
    def make(self):
        return FakePort(LARGE), LARGE


class TestFakePortOf500Ua(PortRules):
    def make(self):
        return FakePort(RESEARCH), RESEARCH


class TestFakePortWithoutLimTest(PortRules):
    def make(self):
        return FakePort(UNPROVABLE), UNPROVABLE


class TestVirtualPort(PortRules):
    def make(self):
        board = load_board("virtual")
        return board.make_port(skin="resistor:5000"), board.BOARD


class TestVirtualPortOfAResistiveStageWithoutABridge(PortRules):
    def make(self):
        board = load_board("pico_demo").BOARD
        return simulated(board, skin=f"resistor:{rule_load_ohm(board)}"), board


@cache
def calibration():
    return calibrate_seeded(load_board("virtual").BOARD, "rp2040", 1)


class TestCalibratedVirtualPortWithTheChipsConverter(PortRules):
    def make(self):
        board = load_board("virtual")
        options = {"skin": "resistor:5000", "adc": "rp2040", "calibration": calibration()}
        return board.make_port(**options), board.BOARD


def altered(**methods):
    """A class of `FakePort` with `methods` in place of its own; each is given the fake's first."""

    def method(name, act):
        real = getattr(FakePort, name, None)
        return lambda port, *args: act(real, port, *args)

    return type("Altered", (FakePort,), {n: method(n, act) for n, act in methods.items()})


def nothing(real, port, *args):
    """A method that does nothing."""


def sampled(entry, value):
    """A `sample` that leaves `value` in `entry`; `value` may be a function of the right one."""

    def act(real, port, buf):
        real(port, buf)
        buf[entry] = value(buf[entry]) if callable(value) else value

    return altered(sample=act)


def off_without_begin(real, port):
    if not port.begun:
        raise AttributeError("no pin")
    real(port)


def off_once(real, port):
    if port.last_act == "off":
        raise RuntimeError("off twice")
    real(port)


def replace(name):
    return lambda real, port: setattr(port, name, list)


def tick_of(dt_us):
    def act(real, port):
        port.dt_us = dt_us
        real(port)

    return act


def begin_once(real, port):
    if not port.tick:
        real(port)


def always_on(real, port, on):
    real(port, 1)


def twice_the_drive(real, port, gate, drive):
    real(port, gate, drive * 2)


def told(entry, value):
    """A `timing` that says `value` for one of its entries."""
    return lambda real, port, which: value if which == entry else real(port, which)


def begin_late(real, port):
    """A `begin` that counts an interval of before."""
    real(port)
    port.timings[TIMING_LONGEST] = 1001


def resample_takes_time(real, port, buf):
    real(port, buf)
    port.clock_us += 150


def slow(real, port, *args):
    port.clock_us += 1001
    return real(port, *args)


def resample_all(real, port, buf):
    real(port, buf)
    buf[SAMPLE_B] = 0


def sample_by_itself(real, port, buf):
    real(port, buf)
    FakePort.resample(port, buf)


def leave_supply(real, port, buf):
    kept = buf[SAMPLE_SUPPLY]
    real(port, buf)
    buf[SAMPLE_SUPPLY] = kept


def gate_stays(real, port, gate, drive):
    real(port, port.gate or gate, drive or port.drive)


def alive_after_off(real, port, gate, drive):
    port.live = True
    real(port, gate, drive)


def pump_for_ever(real, port):
    real(port)
    port.pumped_us = float("inf")  # a dead-man that never lets go


def probe_outlives_off(real, port):
    on = port.probe_on
    real(port)
    port.probe_on = on


def threshold_outlives_off(real, port):
    testing = port.lim_testing
    real(port)
    port.lim_testing = testing


def never_low(real, port, gate, drive):
    real(port, 1, drive)


def clear_buffer(real, port, buf):
    buf[0] = 0
    return 0


BREAKS = {  # rule: (what it says, a port that breaks it)
    "test_every_call_is_there_and_is_never_replaced": [
        *((f"replaced .*: {name}", altered(begin=replace(name))) for name in CALLS),
        ("the port has no put", type("Lacking", (FakePort,), {"put": None})),
    ],
    "test_off_needs_no_begin_and_may_be_repeated": [
        ("must not raise", altered(off=off_without_begin)),
        ("must not raise", altered(off=off_once)),
    ],
    "test_a_tick_is_1_ms_modulo_the_wrap": [
        ("20020, allowed 20000", altered(wait=tick_of(1001))),
        ("19980, allowed 20000", altered(wait=tick_of(999))),
    ],
    "test_the_timing_is_that_of_the_ticks_since_begin": [
        ("a late tick", altered(timing=told(TIMING_LATE, 1))),
        ("longest interval", altered(timing=told(TIMING_LONGEST, 999))),
        ("longest interval", altered(begin=begin_late)),
        ("woken 5 to -1 us", altered(timing=told(TIMING_LEAST, 5))),
        ("woken -1 to 1000 us", altered(timing=told(TIMING_MOST, 1000))),
    ],
    "test_a_resample_does_not_delay_the_next_tick": [
        ("begin of tick 2", altered(resample=resample_takes_time)),
    ],
    "test_a_sample_fills_every_entry_after_eight_ticks_at_the_latest": [
        (r"entries \[3\]", altered(sample=leave_supply)),
    ],
    "test_a_sample_at_rest_reads_next_to_nothing": [
        *(("sense A at rest", sampled(SAMPLE_A, q4)) for q4 in (-2001, 2001)),
        *(("sense B at rest", sampled(SAMPLE_B, q4)) for q4 in (-2001, 2001)),
        *(("load voltage at rest", sampled(SAMPLE_V, mv)) for mv in (-801, 801)),
        *(("inputs at rest", sampled(SAMPLE_INPUTS, bit)) for bit in (1, 2)),
        *(("supply", sampled(SAMPLE_SUPPLY, mv)) for mv in (0, 65_001)),
    ],
    "test_a_drive_makes_its_part_of_full_scale_and_b_follows_the_polarity": [
        ("sense A at a tenth", altered(actuate=nothing)),
        ("sense A at a tenth", sampled(SAMPLE_A, lambda q4: q4 * 8 // 9)),
        ("sense A at a tenth", sampled(SAMPLE_A, lambda q4: q4 * 10 // 9)),
        ("sense B at a tenth, polarity -1", sampled(SAMPLE_B, abs)),
        ("sense B at a tenth, polarity -1", altered(set_polarity=nothing)),
        (r"sense B at a tenth, polarity \+1", sampled(SAMPLE_B, lambda q4: -q4)),
        ("load voltage", sampled(SAMPLE_V, 0)),
    ],
    "test_a_resample_reads_the_current_again_and_nothing_else": [
        ("changes more than sense A", altered(resample=resample_all)),
        ("sense A read again", altered(resample=nothing, sample=sample_by_itself)),
    ],
    "test_a_gate_that_opens_stops_the_current": [
        ("after the gate opened", altered(actuate=gate_stays)),
    ],
    "test_after_off_nothing_actuates_until_the_next_begin": [
        (r"sense A after off\(\)", altered(off=nothing)),
        (r"sense A after off\(\)", altered(actuate=alive_after_off)),
        (r"sense A proven after off\(\)", altered(prove=alive_after_off)),
        (r"after the next begin\(\)", altered(begin=begin_once)),
    ],
    "test_off_switches_the_probe_off": [
        (r"load voltage after off\(\)", altered(off=probe_outlives_off)),
    ],
    "test_a_starved_dead_man_stops_the_current": [
        (r"after the last pump\(\)", altered(begin=pump_for_ever, pump=nothing)),
    ],
    "test_the_probe_lifts_the_voltage_by_its_divider": [
        ("probe on", altered(probe=nothing)),
        ("probe on", sampled(SAMPLE_V, lambda mv: mv * 2)),
        ("probe off", altered(probe=always_on)),
    ],
    "test_a_proof_drives_a_small_current_and_none_with_the_gate_low": [
        ("30 µA proven", altered(prove=nothing)),
        ("30 µA proven", altered(prove=twice_the_drive)),
        ("gate low and the drive on", altered(prove=never_low)),
    ],
    "test_the_limiter_trips_at_its_test_threshold_and_can_be_rearmed": [
        (r"with lim_test\(1\)", altered(lim_test=nothing)),
        ("is not set", sampled(SAMPLE_INPUTS, lambda bits: bits & ~INPUT_LIMITER)),
        ("is still set", altered(rearm=nothing)),
        (r"before lim_test\(1\)", altered(prove=nothing)),
        (r"45 µA after rearm\(\)", altered(lim_test=always_on)),
    ],
    "test_off_restores_the_limiters_threshold": [
        (r"45 µA after off\(\) and begin\(\)", altered(off=threshold_outlives_off)),
    ],
    "test_a_read_with_nothing_waiting_returns_0": [
        ("returned 1", altered(read=lambda real, port, buf: 1)),
        ("changes its buffer", altered(read=clear_buffer)),
    ],
    "test_a_write_and_a_put_do_not_outlast_a_tick": [
        (r"write\(\) took 1001 us", altered(write=slow)),
        (r"put\(\) took 1001 us", altered(put=slow)),
    ],
}
CASES = [(rule, *case) for rule, cases in BREAKS.items() for case in cases]


def test_every_rule_has_a_port_that_breaks_it():
    assert sorted(BREAKS) == RULES


@pytest.mark.parametrize(("rule", "said", "port"), CASES, ids=lambda one: str(one)[:60])
def test_a_port_that_breaks_a_rule_is_found_by_it(rule, said, port):
    class Rules(PortRules):
        def make(self):
            return port(SMALL), SMALL

    with pytest.raises(ContractError, match=said):
        getattr(Rules(), rule)()


def test_rules_without_a_port_say_what_is_missing():
    with pytest.raises(NotImplementedError, match=r"make\(\) has to return a new port"):
        PortRules().test_a_tick_is_1_ms_modulo_the_wrap()


GOOD = "class MyPort(FakePort):\n    def __init__(self):\n        super().__init__(BOARD)\n"
BAD = GOOD + "    def read(self, buf):\n        return 2\n"


def follow_the_how_to(folder, port):
    """What pytest says of `port` in a project that has the files and runs the command told."""
    board = "from tests.support.programs import SMALL as BOARD\n"
    board += f"from tests.support.fake_port import FakePort\n\n{port}"
    (folder / "my_board.py").write_text(board)
    told = testing.__doc__
    code = re.search(r"Write (test_\w+\.py)\.[\s\S]*?\n\n((?:    .*\n|\n)+)", told)
    (folder / code[1]).write_text(dedent(code[2]))
    python, *arguments = re.search(r"`(python -m pytest .*?)`", told)[1].split()
    assert python == "python"
    packages = [Path(one.__file__).parents[1] for one in (ionto, iontobench)]
    path = os.pathsep.join(str(one) for one in [Path(__file__).parents[2], *packages])
    environment = os.environ | {"PYTHONPATH": path, "PYTEST_ADDOPTS": "-p no:cacheprovider"}
    return subprocess.run(
        [sys.executable, *arguments],
        **{"cwd": folder, "env": environment, "capture_output": True, "text": True},
        check=False,
    )


def test_a_boards_author_who_follows_the_how_to_sees_each_rule_pass(tmp_path):
    done = follow_the_how_to(tmp_path, GOOD)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{len(RULES)} passed" in done.stdout


@pytest.mark.long
def test_a_boards_author_who_follows_the_how_to_sees_which_rule_a_port_breaks(tmp_path):
    done = follow_the_how_to(tmp_path, BAD)
    assert done.returncode == 1
    assert "ContractError: read() returned 2, neither 0 nor 1" in done.stdout
    assert f"1 failed, {len(RULES) - 1} passed" in done.stdout
