"""Any load, any segments, any storm of commands: never more than 1 kOhm would have got.

Sessions of at most 10 s on the virtual bench, with the stage's tolerances drawn by seed. The same
program and commands run on 1 kOhm, which never limits. What flowed is read from the plant.
"""

from functools import cache
from math import exp

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.host.protocol_bench import Run, board_of
from tests.host.protocol_sessions import hold_charge, hold_time, off, pulses, words
from tests.host.test_protocols_random import PROOF_UA, energised_ms

from ionto.core import codes, program
from iontobench.protocols.bounds import START_UC, bounds
from iontobench.sim.skin import RcParams, load_skin

PEAK_UA = 4000
DOWN_UA_S = 4000
LEVEL = st.integers(50, PEAK_UA)
SLEW = st.integers(1000, 8000)
HOLD = st.builds(hold_time, LEVEL, st.integers(50, 2000), SLEW)
CHARGE = st.builds(hold_charge, LEVEL, st.integers(300, 4000), SLEW)
TRAIN = st.builds(
    pulses,
    *(LEVEL, st.integers(10, 200), st.integers(10, 200), st.integers(1, 6)),
    *(st.integers(1, 40), st.one_of(st.just(0), SLEW)),
)
WAIT = st.builds(off, st.integers(1, 500))


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
COMMAND = st.one_of(
    st.builds("set {}".format, st.integers(1, 5000)), st.sampled_from(["pause", "resume"])
)
STORM = st.lists(st.tuples(st.integers(30, 600), COMMAND), max_size=8)
SEED = st.integers(1, 1000)
DRAW = {"phases": [Phase.generate]}  # two sessions an example: no time to look for a smaller one
END = tuple((at_s, "resume") for at_s in range(8, 60))  # whatever the storm has paused goes on


def made_of(segments):
    """A program whose walls are far away."""
    return words(segments, slew=8000, down=DOWN_UA_S, time_s=30, peak=PEAK_UA, wall_uc=80_000)


def storm_of(commands):
    """Commands at hundredths of a second."""
    return (*((at / 100, text) for at, text in commands), *END)


@cache
def on_1_kohm(words_of, storm):
    """What the same script gets from a load that never limits, uC."""
    return Run(list(words_of), board_of("virtual"), "resistor:1000", storm).truth.gross_uc


def run_and_check(segments, load, commands, board_seed):
    """Run it; what flowed, and how it ended, is within every bound."""
    made, storm = made_of(segments), storm_of(commands)
    run = Run(made, board_of("virtual"), load, storm, seed=board_seed)
    proven = bounds(made)
    starts = sum(one.code == codes.EVENT_PROOF for one in run.events)
    charge_uc = proven.charge_uc + starts * START_UC
    assert run.truth.gross_uc <= charge_uc * 1.01 + 5
    assert energised_ms(run) <= proven.longest_s * 1000
    assert run.truth.peak_ua <= max(PEAK_UA * 1.01 + 5, PROOF_UA)
    return run, made, storm


def never_more_than_1_kohm(segments, load, commands, board_seed):
    """As `run_and_check`, and not more than 1 % + 5 uC above the same script on 1 kOhm."""
    run, made, storm = run_and_check(segments, load, commands, board_seed)
    assert run.truth.gross_uc <= on_1_kohm(tuple(made), storm) * 1.01 + 5
    return run


def resistor(ohm):
    """The load, and the only fault that it may end by."""
    load = RcParams(name="resistor", label="a resistor", r_ohm=float(ohm))
    return load, {None} if ohm >= 200 else {None, "low impedance"}


TIMED = (program_of(HOLD, TRAIN), OHM, STORM, SEED)
BY_CHARGE = (program_of(HOLD, TRAIN, CHARGE), OHM, SEED)
ANYTHING = (program_of(HOLD, TRAIN, CHARGE), Z, STORM, SEED)


def timed(segments, ohm, commands, board_seed):
    """Times and pulses, with a storm of commands."""
    load, allowed = resistor(ohm)
    run = never_more_than_1_kohm(segments, load, commands, board_seed)
    assert run.last["fault"] in allowed


def by_charge(segments, ohm, board_seed):
    """Every kind; without commands, for a stretched charge would meet them elsewhere."""
    load, allowed = resistor(ohm)
    run = never_more_than_1_kohm(segments, load, (), board_seed)
    assert run.last["fault"] in allowed


def skins(segments, z, commands, board_seed):
    """Every kind and a storm, on a forearm between its 1st and 99th percentile: no fault."""
    skin = load_skin("forearm")
    skin = replace(skin, r0_kohm_cm2=skin.r0_kohm_cm2 * exp(0.8 * z))
    run, _, _ = run_and_check(segments, skin, commands, board_seed)
    assert run.last["fault"] is None


@pytest.mark.hazard("H-06", "H-15", "H-30")
@settings(max_examples=250, **DRAW)
@given(*TIMED)
def test_no_load_and_no_storm_gets_more_of_a_timed_program_than_1_kohm(
    segments, ohm, commands, board_seed
):
    timed(segments, ohm, commands, board_seed)


@pytest.mark.hazard("H-06", "H-15")
@settings(max_examples=100, **DRAW)
@given(*BY_CHARGE)
def test_no_load_gets_more_of_any_program_than_1_kohm(segments, ohm, board_seed):
    by_charge(segments, ohm, board_seed)


@pytest.mark.hazard("H-06", "H-30")
@settings(max_examples=150, **DRAW)
@given(*ANYTHING)
def test_no_skin_and_no_storm_of_commands_ends_in_a_fault(segments, z, commands, board_seed):
    skins(segments, z, commands, board_seed)


@pytest.mark.long
@pytest.mark.parametrize(
    ("drawn", "check", "examples"),
    [(TIMED, timed, 2500), (BY_CHARGE, by_charge, 1000), (ANYTHING, skins, 1500)],
    ids=["timed", "by charge", "skins"],
)
def test_five_thousand_examples_keep_to_it_too(drawn, check, examples):
    @seed(1)
    @settings(max_examples=examples, **DRAW)
    @given(st.tuples(*drawn))
    def of_them(values):
        check(*values)

    of_them()


def test_a_load_that_got_more_would_be_seen(monkeypatch):
    """The check itself: a 1 kOhm that got a fifth less than it does."""
    hold = [hold_time(2000, 500, 4000)]
    never_more_than_1_kohm(hold, "resistor:3000", (), 1)
    less = on_1_kohm(tuple(made_of(hold)), storm_of(())) * 0.8
    monkeypatch.setitem(globals(), "on_1_kohm", lambda *_: less)
    with pytest.raises(AssertionError):
        never_more_than_1_kohm(hold, "resistor:3000", (), 1)


@pytest.mark.parametrize("kind", [program.HOLD_TIME, program.HOLD_CHARGE])
def test_a_set_in_a_limited_hold_adds_nothing(kind):
    held = hold_time(2000, 8000, 4000) if kind == program.HOLD_TIME else hold_charge(2000, 16_000)
    never_more_than_1_kohm([held], "resistor:18500", ((300, "set 3000"),), 1)
