"""Any load, any segments, any storm of commands: never more than 1 kOhm would have got.

Sessions on the virtual bench, with the stage's tolerances drawn by seed. The same program and
commands run on 1 kOhm, which never limits. What flowed is read from the plant.

`main` checks the 500 examples of `EXAMPLES`, of at most 10 s each; the first that does not hold
is a traceback. It is for a process that imports iontobench first, on the compiled modules.
"""

import json
from functools import cache
from math import exp
from typing import NamedTuple

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.host.protocol_bench import Run, board_of
from tests.host.test_protocols_random import PROOF_UA, energised_ms
from tests.support.programs import hold_charge, hold_time, off, protocol_words, train

from ionto.core import codes
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
DRAW = {
    "phases": [Phase.generate],  # two sessions an example: no time to look for a smaller one
    "derandomize": True,
    "deadline": None,
    "database": None,
    "suppress_health_check": [HealthCheck.too_slow],
}


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


KINDS = {"timed": timed, "by charge": by_charge, "skins": skins}
EXAMPLES = {"timed": 250, "by charge": 100, "skins": 150}


def hold_for(examples, drawn_and_check):
    """Check so many examples; returns how many there were."""
    drawn, check = drawn_and_check
    held = 0

    @settings(max_examples=examples, **DRAW)
    @given(st.tuples(*drawn))
    def each(values):
        nonlocal held
        check(*values)
        held += 1

    each()
    return held


def main():
    """Print how many examples of each kind held, as a JSON object."""
    print(json.dumps({kind: hold_for(EXAMPLES[kind], KINDS[kind](MIDDLE)) for kind in EXAMPLES}))
