"""Shipped protocols, cut to some seconds, on the emulated chip and on the virtual bench.

Five run as they are; where no shipped one fits the 5 mA board (a reversal, pulses), levels and
areas are scaled together, so that density and voltages stay. Both rungs have the same words, load,
seed and calibration. Currents in uA, charge in uC.
"""

import msgspec
import pytest
from tests.vm.short_programs import cut_short

from .forks import in_copy

_DOSE_SHARE = 0.005
_ZERO_UA = 20  # most that may flow when the polarity is switched [docs/control.md, Waveforms]
_TICK_US = 500
_INTERVAL_US = 2_000
_ENDS_US = 1_000_000  # probe and proof; the end and its frames

# Name, scale in percent, ramp _ms, hold _ms.
_PULSES = ("acetylcholine-5x20s", 1000, 120, 150)  # 1 mA
_PULSED_DC = ("tapwater-axilla", 50, 500, 2000)  # 4 mA
_REVERSAL = ("tapwater-reversal", 20, 500, 800)  # 3 mA
_OTHERS = [
    ("dexamethasone-40", 100, 800, 1500),
    ("lidocaine-40", 100, 800, 1500),
    ("sweat-test-pilocarpine", 100, 800, 1500),
    ("sham", 100, 500, 1000),  # ends with the output off
    ("patch-two-phase", 100, 500, 800),  # the output off between two doses
    _PULSED_DC,
]
_COURSES = [
    _PULSES,
    *(pytest.param(one, marks=pytest.mark.long) for one in [*_OTHERS, _REVERSAL]),
]


def _job(calibration, name, percent, ramp_ms, hold_ms):
    """The job of a shipped protocol on this board, whatever board it is for."""
    from tests.host.protocol_bench import compiled

    from iontobench.protocols import compile_protocol, load, profile
    from iontobench.protocols.timeline import Timeline
    from iontobench.sessions.job import Job

    from .course import BOARD, SEED

    protocol = load(name)
    if percent == 100:
        made = compile_protocol(protocol, profile("us"), BOARD)
    else:
        made, _ = compiled(protocol)
    words = cut_short(made.words, ramp_ms, hold_ms, percent)
    timeline = Timeline(words)
    scaled = msgspec.structs.replace(protocol, electrodes=_scaled(protocol.electrodes, percent))
    return Job(
        protocol=msgspec.structs.replace(made, protocol=scaled, timeline=timeline),
        board=BOARD,
        skin=protocol.skin,
        adc="rp2040",
        seed=SEED,
        calibration=calibration,
        rung="chip",
    )


def _scaled(electrodes, percent):
    def one(electrode):
        return msgspec.structs.replace(electrode, area_cm2=electrode.area_cm2 * percent / 100)

    return msgspec.structs.replace(
        electrodes, active=one(electrodes.active), return_=one(electrodes.return_)
    )


def _on_chip(booted, which):
    """The board's last words, the plant's gross charge, what flowed at switches of polarity."""
    from tests.support.trial import SwitchWatched

    from iontobench.sessions import chip as runner

    from .course import Course

    runner.SimulatedBench = (
        SwitchWatched  # this is a copy of the process: there is nothing to restore
    )
    chip, calibration = booted
    course = Course.of_job(chip, _job(calibration, *which)).run_to_end()
    course.bench.leave()
    return course.bench.last(), course.plant.truth.gross_uc, course.plant.switched_ua


@pytest.fixture(scope="module", params=_COURSES, ids=lambda which: which[0])
def rungs(request, booted, calibration):
    """The same session on both rungs: `(name, chip, virtual)`."""
    from iontobench.sessions.virtual import run_virtual

    which = request.param
    return which[0], in_copy(_on_chip, booted, which), run_virtual(_job(calibration, *which), [])


@pytest.mark.long
def test_a_shipped_protocol_completes_on_the_chip(rungs):
    _, (last, *_), virtual = rungs
    assert (last["outcome"], last["fault"]) == (virtual.outcome, virtual.fault)
    assert (last["outcome"], last["fault"], last["dropped"]) == ("complete", None, 0)


@pytest.mark.long
def test_its_dose_of_each_polarity_is_the_virtual_benchs(rungs):
    name, (last, true_uc, _), virtual = rungs
    for part in ("dose_uc", "positive_uc", "negative_uc"):
        assert last[part] == pytest.approx(virtual.last[part], rel=_DOSE_SHARE)
    assert true_uc == pytest.approx(virtual.true_charge_uc, rel=_DOSE_SHARE)
    # What is measured is regulated to the set point, so that counted doses agree to a uC; what
    # the load received says more.
    apart = (true_uc / virtual.true_charge_uc - 1) * 100
    print(f"{name}: {last['dose_uc']} and {virtual.dose_uc} uC counted, {true_uc:.1f} and")
    print(f"{virtual.true_charge_uc:.1f} uC received, apart by {apart:+.3f} %")


@pytest.mark.long
def test_its_polarity_is_switched_without_current(rungs):
    name, (_, _, switched_ua), _ = rungs
    print(f"{name}: {switched_ua} uA at switches of polarity")
    assert all(ua <= _ZERO_UA for ua in switched_ua)
    assert switched_ua or name != _REVERSAL[0]


def _metered(booted):
    """Last words, (time since the first tick, length) of each tick, the longest interval."""
    from iontobench.chip.meter import TickMeter

    from .course import Course

    name, percent, ramp_ms, _ = _PULSED_DC
    chip, calibration = booted
    course = Course.of_job(chip, _job(calibration, name, percent, ramp_ms, 21_000))
    meter = TickMeter(course.chip)
    course.run_to_end(limit_us=40_000_000)
    meter.stop()
    course.bench.leave()
    first_us = meter.samples_us[0]
    at_us = [sample_us - first_us for sample_us in meter.samples_us]
    ticks = list(zip(at_us, meter.lengths_us, strict=False))  # the last may have no length
    return course.bench.last(), ticks, max(meter.intervals_us)


@pytest.fixture(scope="module")
def pulsed(booted):
    """Twenty seconds of pulses of 50 ms, with telemetry and beats, measured."""
    return in_copy(_metered, booted)


def _p999_us(ticks):
    lengths_us = sorted(length_us for _, length_us in ticks)
    found = [lengths_us[int(share * len(lengths_us))] for share in (0.5, 0.99, 0.999)]
    over = sum(length_us > _TICK_US for length_us in lengths_us)
    print(f"{len(ticks)} ticks: {found}, at most {lengths_us[-1]} us; {over} over {_TICK_US} us")
    return found[-1]


@pytest.mark.long
def test_ticks_of_twenty_seconds_of_pulses_take_at_most_half_a_millisecond(pulsed):
    last, ticks, interval_us = pulsed
    end_us = ticks[-1][0]
    pulses = [tick for tick in ticks if _ENDS_US < tick[0] < end_us - _ENDS_US]
    assert last["outcome"] == "complete"
    assert len(pulses) >= 19_000
    assert _p999_us(pulses) <= _TICK_US
    assert interval_us <= _INTERVAL_US


@pytest.mark.long
def test_ticks_of_a_whole_session_of_twenty_seconds_take_at_most_half_a_millisecond(pulsed):
    assert _p999_us(pulsed[1]) <= _TICK_US
