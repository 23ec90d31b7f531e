"""Any load, any segments, any storm of commands: never more than 1 kOhm would have got.

Sessions on the virtual bench, with the stage's tolerances drawn by seed. The same program and
commands run on 1 kOhm, which never limits. What flowed is read from the plant.

There are 47 short sessions, of at most 5 s; in the long tier 500 of 10 s and 5,000 of half a
minute: all of every kind of segment, load and command.
"""

from functools import cache
from math import exp
from typing import NamedTuple

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.host.protocol_bench import Run, board_of
from tests.host.test_protocols_random import PROOF_UA, energised_ms
from tests.support.programs import hold_charge, hold_time, off, protocol_words, train

from ionto.core import codes, program
from iontobench.protocols.bounds import START_UC, bounds
from iontobench.sim.skin import RcParams, load_skin

PEAK_UA = 4000
DOWN_UA_S = 4000
LEVEL = st.integers(50, PEAK_UA)
SLEW = st.integers(1000, 8000)
EDGE = st.integers(1, 40)
COMMAND = st.one_of(
    st.builds("set {}".format, st.integers(1, 5000)), st.sampled_from(["pause", "resume"])
)
PULSE_SLEW = st.one_of(st.just(0), SLEW)
WAIT = st.builds(off, st.integers(1, 500))


class Length(NamedTuple):
    """How long the parts of a drawn session may last; its time wall ends it in any case."""

    hold_ms: int
    pulse_ms: int
    charge_uc: tuple[int, int]
    storm_s: int  # the last command; from a second later on, whatever is paused is resumed
    wall_s: int

    def hold(self):
        """A hold for a time."""
        return st.builds(hold_time, LEVEL, st.integers(50, self.hold_ms), SLEW)

    def charge(self):
        """A hold until its charge, which a load that limits stretches."""
        return st.builds(hold_charge, LEVEL, st.integers(*self.charge_uc), SLEW)

    def train(self):
        """A pulse train."""
        part = st.integers(10, self.pulse_ms)
        return st.builds(train, LEVEL, part, part, st.integers(1, 6), EDGE, PULSE_SLEW)

    def storm(self):
        """Up to eight commands: (hundredths of a second, text)."""
        at = st.integers(30, self.storm_s * 100)
        return st.lists(st.tuples(at, COMMAND), max_size=8)


SHORT = Length(hold_ms=300, pulse_ms=60, charge_uc=(30, 200), storm_s=1, wall_s=5)
MIDDLE = Length(hold_ms=600, pulse_ms=100, charge_uc=(30, 400), storm_s=2, wall_s=10)
LONG = Length(hold_ms=2000, pulse_ms=200, charge_uc=(300, 4000), storm_s=6, wall_s=30)


def program_of(*kinds):
    """One to three segments of these kinds, the first of them energised."""
    return st.builds(
        lambda first, others: [first, *others],
        st.one_of(*kinds),
        st.lists(st.one_of(*kinds, WAIT), max_size=2),
    )


OHM = st.one_of(
    *(st.integers(2, 100_000), st.integers(5_000, 30_000), st.integers(2, 400)),
)
Z = st.floats(-2.326, 2.326)  # the 1st to the 99th percentile of a site
SEED = st.integers(1, 1000)
DRAW = {"phases": [Phase.generate]}  # two sessions an example: no time to look for a smaller one


def made_of(segments, length=LONG):
    """A program whose charge wall is far away."""
    walls = {"time_s": length.wall_s, "charge_uc": 80_000}
    return protocol_words(
        segments, slew_ua_s=8000, down_slew_ua_s=DOWN_UA_S, peak_ua=PEAK_UA, **walls
    )


def storm_of(commands, length=LONG):
    """Commands at hundredths of a second; whatever they have paused goes on afterwards."""
    resumed = ((at_s, "resume") for at_s in range(length.storm_s + 1, 60))
    return (*((at / 100, text) for at, text in commands), *resumed)


@cache
def on_1_kohm(words_of, storm):
    """What the same script gets from a load that never limits, uC."""
    return Run(list(words_of), board_of("virtual"), "resistor:1000", storm).truth.gross_uc


def run_and_check(segments, load, commands, board_seed, length=LONG):
    """Run it; what flowed, and how it ended, is within every bound."""
    made, storm = made_of(segments, length), storm_of(commands, length)
    run = Run(made, board_of("virtual"), load, storm, seed=board_seed)
    proven = bounds(made)
    starts = sum(one.code == codes.EVENT_PROOF for one in run.events)
    charge_uc = proven.charge_uc + starts * START_UC
    assert run.truth.gross_uc <= charge_uc * 1.01 + 5
    assert energised_ms(run) <= proven.longest_s * 1000
    assert run.truth.peak_ua <= max(PEAK_UA * 1.01 + 5, PROOF_UA)
    return run, made, storm


def never_more_than_1_kohm(segments, load, commands, board_seed, length=LONG):
    """As `run_and_check`, and not more than 1 % + 5 uC above the same script on 1 kOhm."""
    run, made, storm = run_and_check(segments, load, commands, board_seed, length)
    assert run.truth.gross_uc <= on_1_kohm(tuple(made), storm) * 1.01 + 5
    return run


def resistor(ohm):
    """The load, and the only fault that it may end by."""
    load = RcParams(name="resistor", label="a resistor", r_ohm=float(ohm))
    return load, {None} if ohm >= 200 else {None, "low impedance"}


def timed(length):
    """Times and pulses, with a storm of commands, on any resistor."""
    drawn = program_of(length.hold(), length.train()), OHM, length.storm(), SEED

    def check(segments, ohm, commands, board_seed):
        load, allowed = resistor(ohm)
        run = never_more_than_1_kohm(segments, load, commands, board_seed, length)
        assert run.last["fault"] in allowed

    return drawn, check


def by_charge(length):
    """Every kind; without commands, for a stretched charge would meet them elsewhere."""
    drawn = program_of(length.hold(), length.train(), length.charge()), OHM, SEED

    def check(segments, ohm, board_seed):
        load, allowed = resistor(ohm)
        run = never_more_than_1_kohm(segments, load, (), board_seed, length)
        assert run.last["fault"] in allowed

    return drawn, check


def skins(length):
    """Every kind and a storm, on a forearm between its 1st and 99th percentile: no fault."""
    kinds = length.hold(), length.train(), length.charge()
    drawn = program_of(*kinds), Z, length.storm(), SEED

    def check(segments, z, commands, board_seed):
        skin = load_skin("forearm")
        skin = replace(skin, r0_kohm_cm2=skin.r0_kohm_cm2 * exp(0.8 * z))
        run, _, _ = run_and_check(segments, skin, commands, board_seed, length)
        assert run.last["fault"] is None

    return drawn, check


def hold_for(examples, drawn_and_check):
    """Check so many examples."""
    drawn, check = drawn_and_check

    @settings(max_examples=examples, **DRAW)
    @given(st.tuples(*drawn))
    def each(values):
        check(*values)

    each()


@pytest.mark.hazard("H-06", "H-15", "H-30")
def test_no_load_and_no_storm_gets_more_of_a_timed_program_than_1_kohm():
    hold_for(10, timed(SHORT))


@pytest.mark.hazard("H-06", "H-15")
def test_no_load_gets_more_of_any_program_than_1_kohm():
    hold_for(6, by_charge(SHORT))


@pytest.mark.hazard("H-06", "H-30")
def test_no_skin_and_no_storm_of_commands_ends_in_a_fault():
    hold_for(7, skins(SHORT))


@pytest.mark.long
@pytest.mark.parametrize(
    ("kind", "examples"),
    [(timed, 2500), (by_charge, 1000), (skins, 1500)],
    ids=["timed", "by charge", "skins"],
)
@pytest.mark.parametrize(("length", "share"), [(MIDDLE, 10), (LONG, 1)], ids=["10 s", "30 s"])
def test_thousands_of_longer_sessions_get_no_more_than_1_kohm_and_end_in_no_fault(
    kind, examples, length, share
):
    hold_for(examples // share, kind(length))


def test_a_load_that_got_more_would_be_seen(monkeypatch):
    """The check itself: a 1 kOhm that got a fifth less than it does."""
    hold = [hold_time(2000, 500, 4000)]
    never_more_than_1_kohm(hold, "resistor:3000", (), 1)
    less = on_1_kohm(tuple(made_of(hold)), storm_of(())) * 0.8
    monkeypatch.setitem(globals(), "on_1_kohm", lambda *_: less)
    with pytest.raises(AssertionError):
        never_more_than_1_kohm(hold, "resistor:3000", (), 1)


@pytest.mark.parametrize("kind", [program.HOLD_TIME, program.HOLD_CHARGE])
@pytest.mark.short_cases("1")
def test_a_set_in_a_limited_hold_adds_nothing(kind):
    held = hold_time(2000, 8000, 4000) if kind == program.HOLD_TIME else hold_charge(2000, 16_000)
    never_more_than_1_kohm([held], "resistor:18500", ((300, "set 3000"),), 1)
