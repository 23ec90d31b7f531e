"""The envelope by itself: where it stands after each tick, and its thresholds at each level.

With a least I_open of 185 and at most 640 at compliance, all in 1/16 uA. At 10 mA/s it moves by
160 a millisecond, or by 1 in 6.25 us.
"""

import pytest

from ionto.core.envelope import Envelope

FLOOR_Q4 = 185
CAP_Q4 = 640
SLEW_UA_S = 10_000
NO_CURRENT_Q4 = -600_000  # less than any board can measure


def at(level_q4, target_q4=None):
    """An envelope that stands at a level, or leaves it for a target at the fastest slew."""
    envelope = Envelope(FLOOR_Q4, CAP_Q4)
    envelope.follow(level_q4, SLEW_UA_S, 0)
    envelope.jump()
    if target_q4 is not None:
        envelope.follow(target_q4, SLEW_UA_S, level_q4)
    return envelope


def expects_nothing(envelope):
    """Whether it is as if no ramp had ever begun."""
    return (
        envelope.is_at_zero()
        and (envelope.target_q4, envelope.expected_q4, envelope.max_q4) == (0, 0, 800)
        and envelope.moving is False
        and envelope.open_q4 < NO_CURRENT_Q4
        and envelope.open_high_q4() < NO_CURRENT_Q4
    )


def test_it_begins_at_0_and_a_reset_brings_it_back_there():
    envelope = Envelope(FLOOR_Q4, CAP_Q4)
    assert expects_nothing(envelope)
    for retracted in (False, True):
        envelope.follow(32_000, SLEW_UA_S, 0)
        envelope.jump()
        if retracted:
            envelope.retract(1000)
        envelope.move(1000)
        assert not expects_nothing(envelope)
        envelope.reset()
        assert expects_nothing(envelope)


def test_every_second_tick_moves_it_by_the_time_of_two():
    envelope = at(0, 16_000)
    found = []
    for dt_us in (1000, 1000, 1000, 1500, 2000, 1000):
        envelope.move(dt_us)
        found.append(envelope.expected_q4)
    assert found == [0, 320, 320, 720, 720, 1200]


def test_a_way_down_is_a_tick_ahead_and_a_way_up_is_not():
    assert at(16_000, 8000).expected_q4 == 16_000 - 160
    assert at(8000, 16_000).expected_q4 == 8000
    assert at(16_000, 16_000).expected_q4 == 16_000


@pytest.mark.parametrize("us_before", [0, 3])
@pytest.mark.parametrize(("us_after", "moved_q4"), [(6, 0), (7, 1)])
def test_after_a_follow_the_current_moves_by_the_time_since_it(us_before, us_after, moved_q4):
    envelope = at(0, 16_000)
    if us_before:
        envelope.move(us_before)
    envelope.follow(16_000, SLEW_UA_S, 0)
    envelope.move(1)
    envelope.move(us_after - us_before - 1)
    assert envelope.expected_q4 == moved_q4


def test_a_follow_first_moves_for_the_time_before_it_at_the_old_slew():
    envelope = at(0, 16_000)
    envelope.move(1000)
    envelope.follow(32_000, 100, 0)
    assert (envelope.expected_q4, envelope.target_q4) == (160, 32_000)


@pytest.mark.parametrize(("us", "moved_q4"), [(6, 0), (7, 1)])
def test_a_retraction_first_moves_for_the_time_before_it_and_costs_no_time(us, moved_q4):
    envelope = at(8000, 16_000)
    envelope.move(1000)
    envelope.retract(1000)
    assert envelope.max_q4 == 8160 + 816 + 800
    assert envelope.expected_q4 == 1340
    envelope.move(3)
    envelope.move(us - 3)
    assert envelope.expected_q4 == 1340 + moved_q4


@pytest.mark.parametrize(("us", "moved_q4"), [(6, 0), (7, 1)])
def test_a_jump_takes_no_time_from_a_retracted_reference(us, moved_q4):
    envelope = at(32_000)
    envelope.retract(1000)
    envelope.jump()
    envelope.move(3)
    envelope.move(us - 3)
    assert envelope.expected_q4 == 1340 + moved_q4


@pytest.mark.hazard("H-03")
@pytest.mark.parametrize(
    ("level_q4", "open_q4", "high_q4"),
    [
        (556, 185, 185),
        (1850, 185, 185),
        (1860, 186, 186),
        (3299, 329, 329),
        (6400, 640, 640),
        (6410, 641, 640),
        (80_000, 8000, 640),
    ],
)
def test_open_is_a_tenth_of_the_level_between_its_floor_and_its_cap(level_q4, open_q4, high_q4):
    envelope = at(level_q4)
    assert (envelope.open_q4, envelope.open_high_q4()) == (open_q4, high_q4)
    assert envelope.max_q4 == level_q4 + level_q4 // 10 + 800


@pytest.mark.hazard("H-06")
@pytest.mark.parametrize(("level_q4", "reached_q4"), [(32_000, 30_720), (1010, 659), (1011, 660)])
def test_the_programmed_ramp_is_reached_from_97_percent_of_it_less_20_ua(level_q4, reached_q4):
    envelope = at(level_q4)
    for _ in range(2):
        assert (envelope.reached_q4(), type(envelope.reached_q4())) == (reached_q4, int)
        envelope.retract(100)


def test_up_to_three_floors_nothing_is_open():
    envelope = at(3 * FLOOR_Q4)
    assert envelope.open_q4 < NO_CURRENT_Q4
    assert envelope.open_high_q4() < NO_CURRENT_Q4


def test_a_retracted_reference_arms_by_the_ramp_as_programmed_on_the_way_up_and_at_the_level():
    for envelope in (at(32_000), at(32_000, 64_000)):
        envelope.retract(0)
        assert (envelope.expected_q4, envelope.open_q4) == (320, FLOOR_Q4)
        assert envelope.open_high_q4() == CAP_Q4


def test_on_a_ramp_down_the_measured_current_decides_whether_the_open_check_is_armed():
    envelope = at(32_000)
    envelope.follow(0, SLEW_UA_S, 0)
    assert envelope.expected_q4 == 320 - 160
    assert envelope.open_q4 < NO_CURRENT_Q4


def test_while_retracted_open_is_at_most_a_quarter_of_the_reference():
    envelope = at(32_000)
    envelope.retract(4000)
    assert (envelope.expected_q4, envelope.open_q4) == (4400, 1100)
    envelope.retract(15_000)
    assert envelope.expected_q4 == 4400, "it comes down only"


def test_the_same_target_again_neither_retracts_nor_moves_the_reference():
    envelope = at(32_000)
    envelope.follow(32_000, SLEW_UA_S, 0)
    assert envelope.expected_q4 == 32_000
    envelope.retract(1000)
    envelope.follow(32_000, SLEW_UA_S, 0)
    assert envelope.expected_q4 == 1340


def test_a_lower_target_above_what_is_expected_does_not_retract_it():
    envelope = at(32_000)
    envelope.retract(1000)
    envelope.follow(8000, SLEW_UA_S, 0)
    assert envelope.expected_q4 == 1340 + 160


def test_it_moves_while_either_the_ramp_or_the_reference_is_not_at_the_target():
    envelope = at(16_000)
    assert envelope.moving is False
    envelope.retract(15_000)
    assert envelope.moving is True, "the ramp as programmed stands at its target"
    envelope.move(1000)
    envelope.move(1000)
    assert envelope.moving is True
    envelope.follow(0, SLEW_UA_S, 0)
    envelope.move(1000)
    envelope.move(1000)
    assert (envelope.expected_q4, envelope.is_at_zero(), envelope.moving) == (0, False, True)


def test_a_reference_that_has_caught_up_is_the_ramp_again():
    envelope = at(16_000)
    envelope.retract(15_000)
    for _ in range(10):
        envelope.move(1000)
    assert (envelope.expected_q4, envelope.moving) == (16_000, False)
    envelope.follow(32_000, SLEW_UA_S, 16_000)
    envelope.jump()
    assert (envelope.expected_q4, envelope.moving) == (32_000, False)
