"""Programs that nobody has thought of, run on the virtual bench: no bound is ever passed.

Generated programs of at most 10 s of current, on loads and with commands drawn too. The plant
says what really flowed. The loop's own error, 1 % + 5 uA, is not in the bounds [bounds.py].
"""

from itertools import pairwise

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from tests.host.protocol_bench import Run, board_of
from tests.support.programs import hold_charge, hold_time, off, protocol_words, train
from tests.support.tiers import examples

from ionto.core import codes, limits, program
from iontobench.protocols.bounds import START_UC, bounds

PROOF_UA = 60.0  # no program: its limiter's test, with its own tolerance
_WINDOW_MS = 200
_GATE = range(codes.STATE_RAMP, codes.STATE_PAUSED)

PEAK = 4000
LEVEL = st.integers(200, PEAK)
SLEW = st.integers(500, 8000)
SIGN = st.sampled_from([1, -1])
SEGMENT = st.one_of(
    st.builds(hold_charge, LEVEL, st.integers(500, 8000), SLEW, SIGN),
    st.builds(hold_time, LEVEL, st.integers(50, 3000), SLEW, SIGN),
    st.builds(
        train,
        *(LEVEL, st.integers(10, 200), st.integers(10, 200), st.integers(1, 12)),
        *(st.integers(1, 40), st.one_of(st.just(0), SLEW), SIGN),
    ),
)
SEGMENTS = st.builds(
    lambda first, others: [first, *others],
    SEGMENT,
    st.lists(st.one_of(SEGMENT, st.builds(off, st.integers(1, 500), SIGN)), max_size=3),
)
LOAD = st.sampled_from(
    ["resistor:1000", "resistor:8000", "resistor:30000", "rc:5000:100", "forearm"]
)
COMMAND = st.one_of(
    st.builds("set {}".format, st.integers(1, 6000)), st.sampled_from(["pause", "stop"])
)
COMMANDS = st.lists(st.tuples(st.integers(3, 100), COMMAND), max_size=4)


def spoken(commands):
    """Commands at tenths of a second; every pause is resumed, and the session ends at last."""
    said = [(tenths / 10, text) for tenths, text in commands]
    said += [(at_s + 2.0, "resume") for at_s, text in said if text == "pause"]
    return [*said, (60.0, "stop")]


def energised_ms(run):
    """How long the gate was closed for ramps, holds and pulses, by the firmware's own events."""
    states = [one for one in run.events if one.code == codes.EVENT_STATE]
    total_ms = 0
    for one, following in pairwise(states):
        if one.a in _GATE:
            total_ms += following.t_ms - one.t_ms
    return total_ms


def steepest_ua(currents_ua):
    """The largest rise within the window."""
    pairs = zip(currents_ua, currents_ua[_WINDOW_MS:], strict=False)
    return max((late - early for early, late in pairs), default=0.0)


def never_beyond(segments, time_s, load, commands):
    """Run it, and compare what flowed with every bound of its words."""
    slew = max(500, *(segment[program.S_SLEW_UA_S] for segment in segments))
    made = protocol_words(
        segments, slew_ua_s=slew, down_slew_ua_s=500, time_s=time_s, peak_ua=PEAK, charge_uc=60000
    )
    made[program.H_AREA_MM2] = 2000
    board, currents_ua = board_of("virtual"), []
    run = Run(
        made,
        board,
        load,
        spoken(commands),
        each=lambda plant: currents_ua.append(plant.load_ua),
    )
    proven = bounds(made)
    starts = sum(one.code == codes.EVENT_PROOF for one in run.events)
    charge_uc = proven.charge_uc + starts * START_UC
    assert run.last["dose_uc"] <= charge_uc
    assert run.truth.gross_uc <= charge_uc * 1.01 + 5
    assert run.truth.peak_ua <= max(proven.peak_ua * 1.01 + 5, PROOF_UA)
    assert energised_ms(run) <= proven.longest_s * 1000
    allowed_ua = max(20.0, board.full_scale_ua / 1000)
    assert all(flowed_ua <= allowed_ua for flowed_ua in run.plant.switched_ua)
    if load.startswith("resistor") and all(
        one[program.S_KIND] != program.PULSES for one in segments
    ):
        rise_ua = proven.slew_ua_s * _WINDOW_MS / 1000
        assert steepest_ua(currents_ua) <= rise_ua + PEAK / 100 + 5


PROGRAM = (SEGMENTS, st.integers(1, 10), LOAD, COMMANDS)


@settings(max_examples=examples(10, 25))
@given(*PROGRAM)
def test_no_generated_program_passes_its_bounds_on_the_virtual_bench(
    segments, time_s, load, commands
):
    never_beyond(segments, time_s, load, commands)


@pytest.mark.long
@pytest.mark.parametrize("share", range(4))
def test_ten_thousand_generated_programs_pass_no_bound_on_the_virtual_bench(share):
    @seed(share)
    @settings(max_examples=2500)
    @given(*PROGRAM)
    def of_this_share(segments, time_s, load, commands):
        never_beyond(segments, time_s, load, commands)

    of_this_share()


def test_a_program_beyond_its_bounds_would_be_seen():
    made = protocol_words([hold_time(2000, 500)], peak_ua=2000)
    run = Run(made, board_of("virtual"), "resistor:1000")
    made[program.H_PEAK_UA] = 1900
    assert run.truth.peak_ua > bounds(made).peak_ua * 1.01 + 5
    assert limits.TIME_WALL_S > energised_ms(run) / 1000 > 0.5


def test_a_time_limit_that_is_reached_during_a_reversal_is_within_the_bound():
    held = hold_time(2454, 1200, 4591), hold_time(3249, 174, 4308, -1)
    never_beyond([*held, train(3430, 68, 153, 9, 1, 0, -1)], 8, "rc:5000:100", [])
