"""What a steady hold shows over seconds, each rule exact at its border: 1 mA, so 1 mV is 1 ohm."""

import pytest

from ionto.core import codes
from ionto.core.steady import (
    DRIFT,
    LIFT,
    LOW,
    OVER,
    Steady,
)

SAMPLE_MS = 16
SAMPLES = 62  # a second
CAUSES = {
    codes.WARN_DRIFT: DRIFT,
    codes.WARN_LIFT: LIFT,
    codes.WARN_LOW_LOAD: LOW,
    codes.WARN_OVER: OVER,
}


class Hold:
    """A hold that is given second by second; `found` lists (second, fault) and (second, warning,
    from, now), with the number of the second that was judged.
    """

    def __init__(self, least_ohm=0, accuracy_ua=10, lift_percent=6):
        self.steady = Steady(accuracy_ua)
        self.steady.arm(least_ohm, lift_percent)
        self.clock_ms = 0
        self.second = 0
        self.found = []

    def sample(self, load_mv, judged, current_q4=16_000, expected_q4=16_000, settled=1):
        """One sample, and what it told of the second `judged`."""
        self.clock_ms += SAMPLE_MS
        steady = self.steady
        code = steady.step(current_q4, expected_q4, load_mv, settled, self.clock_ms)
        if code:
            self.found.append((judged, code))
        for bit, cause in CAUSES.items():
            if steady.warning & bit:
                pair = steady.from_ohm[cause], steady.now_ohm[cause]
                if cause == OVER:
                    pair = steady.over_mean_q4, steady.over_expected_q4
                self.found.append((judged, bit, *pair))
        steady.warning = 0

    def hold(self, *means_mv, **given):
        """Seconds of these mean voltages, then the three samples in which the last is judged."""
        for mean_mv in means_mv:
            for number in range(1, SAMPLES + 1):
                judged = self.second if number == SAMPLES else self.second - 1
                self.sample(mean_mv, judged, **given)
            self.second += 1
        for _ in range(3):
            self.sample(means_mv[-1], self.second - 1, **given)
        return self.found


@pytest.mark.hazard("H-01")
@pytest.mark.parametrize(
    ("over_q4", "expected_q4", "told"),
    [
        (400, 16_000, []),
        (401, 16_000, [(0, codes.WARN_OVER, 16_401, 16_000)]),
        (800, 16_000, [(0, codes.WARN_OVER, 16_800, 16_000)]),
        (801, 16_000, [(0, codes.FAULT_OVERCURRENT)]),
        (80, 1600, []),
        (81, 1600, [(0, codes.WARN_OVER, 1681, 1600)]),
        (160, 1600, [(0, codes.WARN_OVER, 1760, 1600)]),
        (161, 1600, [(0, codes.FAULT_OVERCURRENT)]),
        (-9000, 16_000, []),
    ],
)
@pytest.mark.parametrize("settled", [0, 1])
def test_a_mean_above_5_percent_or_the_accuracy_trips_and_half_of_it_warns(
    over_q4, expected_q4, told, settled
):
    hold = Hold()
    given = {"current_q4": expected_q4 + over_q4, "expected_q4": expected_q4, "settled": settled}
    assert hold.hold(5000, **given) == told


@pytest.mark.hazard("H-01")
def test_the_mean_is_of_62_samples_and_not_of_single_ones():
    hold = Hold()
    for number in range(SAMPLES):
        hold.sample(5000, 0, current_q4=16_000 + (SAMPLES * 801 if number == 40 else 0))
    assert hold.found == [(0, codes.FAULT_OVERCURRENT)]
    hold = Hold()
    for number in range(SAMPLES):
        hold.sample(5000, 0, current_q4=16_000 + (9000 if number % 2 else -9000))
    assert hold.found == []


@pytest.mark.hazard("H-01")
@pytest.mark.parametrize("seconds_before", [0, 1])
def test_the_mean_is_a_whole_number_and_the_rest_is_cut_off(seconds_before):
    hold = Hold()
    before = SAMPLES * seconds_before
    for number in range(before + SAMPLES):
        over_q4 = 400 if number == before else 401  # the mean is 400 and 61 of 62
        hold.sample(5000, 0, current_q4=16_000 + (over_q4 if number >= before else 0))
    assert hold.found == []


@pytest.mark.hazard("H-01")
def test_a_second_begins_with_nothing_of_the_one_before():
    hold = Hold()
    assert hold.hold(5000, current_q4=16_400) == []
    assert hold.hold(5000, current_q4=16_400) == []


@pytest.mark.hazard("H-32")
@pytest.mark.parametrize(
    ("before", "now_mv", "from_mv"),
    [
        ([5000] * 12, 5300, None),
        ([5000] * 12, 5301, 5000),
        ([5000] * 11, 9000, None),
        ([5100, *[5000] * 11], 5310, None),
        ([5100, *[5000] * 11], 5311, 5010),
        ([*[5000] * 9, 5100, 5000, 5000], 5311, 5010),
        ([*[5000] * 10, 5300, 5300], 5301, 5000),
        ([6000, *[5000] * 12], 5301, 5000),
        ([6000, 6000, *[5000] * 12], 5300, None),
        ([*[5001] * 9, 5000, 5000, 5000], 5301, 5000),
        ([*[5001] * 10, 5000, 5000], 5301, None),
    ],
)
@pytest.mark.parametrize("held_before_s", [0, 4, 15, 16, 17])
def test_a_rise_of_6_percent_above_the_ten_seconds_that_ended_2_s_before_is_a_lift(
    before, now_mv, from_mv, held_before_s
):
    hold = Hold()
    for _ in range(held_before_s):
        hold.hold(2000)
    hold.steady.forget()
    hold.second = 0
    told = hold.hold(*before, now_mv)
    lifts = [] if from_mv is None else [(len(before), codes.WARN_LIFT, from_mv, now_mv)]
    assert told == lifts


@pytest.mark.hazard("H-32")
@pytest.mark.parametrize("lift_percent", [1, 4, 100])
@pytest.mark.parametrize("above_mv", [0, 1])
def test_the_program_says_how_far_a_voltage_rises_in_a_lift(lift_percent, above_mv):
    now_mv = 5000 + 50 * lift_percent + above_mv
    told = Hold(lift_percent=lift_percent).hold(*[5000] * 12, now_mv)
    assert told == ([(12, codes.WARN_LIFT, 5000, now_mv)] if above_mv else [])


@pytest.mark.hazard("H-32")
@pytest.mark.parametrize(
    ("rest_mv", "told"), [(61, []), (62, [(12, codes.WARN_LIFT, 50_000, 53_010)])]
)
def test_a_mean_voltage_is_a_whole_number_and_so_are_its_loads(rest_mv, told):
    hold = Hold()
    hold.hold(5005, *[5000] * 11, current_q4=1600, expected_q4=1600)
    sum_mv = SAMPLES * 5300 + rest_mv - 3 * 5000  # three samples of it have been given
    for number in range(SAMPLES):
        now_mv = sum_mv - 58 * 5000 if number == 0 else 5000
        hold.sample(now_mv, 12, current_q4=1600, expected_q4=1600)
    assert hold.found == told


@pytest.mark.hazard("H-32")
def test_a_lift_that_lasts_is_told_once_a_minute():
    stairs = [5000] * 13
    for step in range(1, 20):
        stairs += [round(5000 * 1.1**step)] * 13
    told = [second for second, warning, *_ in Hold().hold(*stairs) if warning == codes.WARN_LIFT]
    assert told == [13, 78, 143, 208]  # stairs of 13 s: the first one after 60 s each time


def test_a_minute_is_60_000_ms_of_the_supervisors_clock():
    for again_ms, times in ((59_999, 1), (60_000, 2)):
        hold = Hold(least_ohm=3000)
        hold.hold(999)
        hold.steady.forget()
        hold.clock_ms = again_ms
        hold.second = 0
        assert len(hold.hold(999)) == times


@pytest.mark.hazard("H-07")
@pytest.mark.parametrize(
    ("means_mv", "told"),
    [
        ([5000, 5000, 2500, 2500], []),
        ([5000, 5000, 2499, 2499], [(2, codes.WARN_LOW_LOAD, 5000, 2499)]),
        ([5000, 2499, 2499], [(2, codes.WARN_LOW_LOAD, 5000, 2499)]),
        ([5000, 3000, 2499], [(2, codes.WARN_LOW_LOAD, 5000, 2499)]),
        ([5000, 2499], []),
        ([5000, 5000, 2400, 1250], [(2, codes.WARN_LOW_LOAD, 5000, 2400)]),
        (
            [5000, 5000, 2400, 1249],
            [(2, codes.WARN_LOW_LOAD, 5000, 2400), (3, codes.FAULT_LOW_IMPEDANCE)],
        ),
        (
            [5000, 5000, 10, 1300, 1249],
            [(2, codes.WARN_LOW_LOAD, 5000, 10), (4, codes.FAULT_LOW_IMPEDANCE)],
        ),
        (
            [5000, 5000, 10, 2499, 1249],
            [(2, codes.WARN_LOW_LOAD, 5000, 10), (4, codes.FAULT_LOW_IMPEDANCE)],
        ),
        ([5000, 5000, 10, 2500, 2500, 1249], [(2, codes.WARN_LOW_LOAD, 5000, 10)]),
        (
            [26_999, 26_999, 9000, 6000],
            [(2, codes.WARN_LOW_LOAD, 26_999, 9000), (3, codes.FAULT_LOW_IMPEDANCE)],
        ),
        ([27_000, 27_000, 9000, 6000, 100], [(2, codes.WARN_LOW_LOAD, 27_000, 9000)]),
        (
            [5000, 2400, 10, 10],
            [(2, codes.WARN_LOW_LOAD, 5000, 10), (3, codes.FAULT_LOW_IMPEDANCE)],
        ),
        (
            [5000, 5000, 10, 2500, *[5000] * 3, 10, 10],
            [(2, codes.WARN_LOW_LOAD, 5000, 10), (8, codes.FAULT_LOW_IMPEDANCE)],
        ),
        ([round(20_000 * 0.75**second) for second in range(20)], []),
    ],
)
def test_a_load_that_falls_by_half_in_a_second_is_told_and_a_quarter_of_it_trips(means_mv, told):
    assert Hold().hold(*means_mv) == told


@pytest.mark.hazard("H-07")
@pytest.mark.parametrize(
    ("means_mv", "told"),
    [
        ([1000, 1000, 1000], []),
        ([999, 999, 999], [(0, codes.WARN_LOW_LOAD, 0, 999)]),
        ([3000, 3000, 1400, 1000], [(2, codes.WARN_LOW_LOAD, 3000, 1400)]),
        (
            [3000, 3000, 1400, 999],
            [(2, codes.WARN_LOW_LOAD, 3000, 1400), (3, codes.FAULT_LOW_IMPEDANCE)],
        ),
        (
            [32_000, 32_000, 9000, 999],
            [(2, codes.WARN_LOW_LOAD, 32_000, 9000), (3, codes.FAULT_LOW_IMPEDANCE)],
        ),
        ([1800, 1300, 1001, 999, 999], [(3, codes.WARN_LOW_LOAD, 0, 999)]),
    ],
)
def test_a_third_of_the_sites_least_load_trips_after_a_fall_and_is_told_without_one(
    means_mv, told
):
    assert Hold(least_ohm=3000).hold(*means_mv) == told


@pytest.mark.hazard("H-07")
@pytest.mark.parametrize(("ohm", "told"), [(333, []), (332, [(0, codes.WARN_LOW_LOAD, 0, 332)])])
def test_a_third_of_the_least_load_is_a_whole_number_of_ohm(ohm, told):
    assert Hold(least_ohm=1001).hold(ohm) == told


@pytest.mark.hazard("H-07")
def test_a_hold_begins_with_no_voltage_of_the_one_before():
    hold = Hold(least_ohm=3003)
    for number in range(SAMPLES + 1):
        hold.sample(1000 if number == 30 else 1001, 0)  # the mean is 1000 and 61 of 62
    assert hold.found == [(0, codes.WARN_LOW_LOAD, 0, 1000)]


@pytest.mark.parametrize(
    ("from_mv", "now_mv", "told"),
    [
        (5000, 5300, []),
        (5000, 5301, [(180, codes.WARN_DRIFT, 5000, 5301)]),
        (5000, 4000, []),
    ],
)
def test_a_rise_of_6_percent_over_three_minutes_is_a_drift_and_a_fall_is_none(
    from_mv, now_mv, told
):
    hold = Hold()
    found = hold.hold(*[from_mv] * 180, now_mv)
    assert [one for one in found if one[1] == codes.WARN_DRIFT] == told


def test_three_minutes_begin_with_the_first_second_of_a_hold():
    told = Hold().hold(5000, *[5200] * 179, 5301)
    assert told == [(180, codes.WARN_DRIFT, 5000, 5301)]


def test_three_minutes_begin_anew_with_each_judgement():
    hold = Hold()
    means = [*[5000] * 180, *[5250] * 180, *[5500] * 180, *[5900] * 180]
    told = [one for one in hold.hold(*means) if one[1] == codes.WARN_DRIFT]
    assert told == [(540, codes.WARN_DRIFT, 5500, 5900)]


def test_a_drift_is_judged_once_in_three_minutes_and_not_once_in_half_of_them():
    told = [
        one for one in Hold().hold(*[5000] * 90, *[5200] * 90, 5400) if one[1] == codes.WARN_DRIFT
    ]
    assert told == [(180, codes.WARN_DRIFT, 5000, 5400)]


@pytest.mark.parametrize(
    ("means_mv", "least_ohm", "warning", "sample"),
    [
        ([999], 3000, codes.WARN_LOW_LOAD, 1),
        ([*[5000] * 12, 5301], 0, codes.WARN_LIFT, 2),
        ([*[5000] * 175, *[5200] * 5, 5301], 0, codes.WARN_DRIFT, 3),
    ],
)
def test_the_judgements_of_a_second_take_one_sample_each_after_it(
    means_mv, least_ohm, warning, sample
):
    hold = Hold(least_ohm)
    for number in range(SAMPLES * len(means_mv) + 3):
        mean_mv = means_mv[min(number // SAMPLES, len(means_mv) - 1)]
        hold.sample(mean_mv, number % SAMPLES + 1)
    assert [one[:2] for one in hold.found] == [(sample, warning)]


@pytest.mark.hazard("H-01", "H-07", "H-32")
@pytest.mark.parametrize("samples", [0, 1, 30, 61])
def test_samples_before_a_forget_count_for_nothing(samples):
    hold = Hold(least_ohm=300)
    hold.hold(*[5000] * 179)
    for _ in range(samples):
        hold.sample(1, 178, current_q4=64_000)
    del hold.found[:]
    hold.steady.forget()
    assert hold.hold(*[6000] * 12, 6000) == []
    assert hold.hold(*[6000] * 170) == []
    hold.steady.forget()
    assert hold.hold(2500, 2500) == []


@pytest.mark.hazard("H-07")
def test_seconds_that_are_not_settled_leave_no_trace_in_the_voltages():
    hold = Hold(least_ohm=3000)
    assert hold.hold(*[500] * 20, settled=0) == []
    assert hold.hold(*[6000] * 14) == []


def test_a_reset_forgets_what_was_told_and_when():
    hold = Hold(least_ohm=3000)
    assert hold.hold(999) == [(0, codes.WARN_LOW_LOAD, 0, 999)]
    steady = hold.steady
    steady.warning = codes.WARN_LOW_LOAD
    steady.reset()
    assert (steady.warning, steady.from_ohm, steady.now_ohm) == (0, [0] * 4, [0] * 4)
    assert (steady.over_mean_q4, steady.over_expected_q4) == (0, 0)
    del hold.found[:]
    assert hold.hold(0) == []
    steady.reset()
    steady.arm(3000, 6)
    assert hold.hold(999) == [(2, codes.WARN_LOW_LOAD, 0, 999)]


@pytest.mark.hazard("H-01", "H-07", "H-32")
def test_no_cause_takes_the_place_or_the_minute_of_another():
    hold = Hold()
    hold.hold(*[5000] * 179, 6000, current_q4=16_500)
    hold.hold(6000, current_q4=16_000)
    found = {one[1] for one in hold.found}
    assert found == {codes.WARN_OVER, codes.WARN_LIFT, codes.WARN_DRIFT}


@pytest.mark.hazard("H-01", "H-07")
def test_a_warning_that_has_not_been_reported_stays_beside_the_next():
    hold = Hold(least_ohm=3000)
    steady = hold.steady
    given = 16_600, 16_000, 999, 1
    for sample in range(1, SAMPLES):
        steady.step(*given, sample * SAMPLE_MS)
    steady.warning = codes.WARN_DRIFT
    steady.step(*given, SAMPLES * SAMPLE_MS)
    assert steady.warning == codes.WARN_DRIFT | codes.WARN_OVER
    steady.step(*given, SAMPLES * SAMPLE_MS)
    assert steady.warning == codes.WARN_DRIFT | codes.WARN_OVER | codes.WARN_LOW_LOAD
