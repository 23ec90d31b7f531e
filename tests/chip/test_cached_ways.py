"""Every way off and every trip is in time under the central case of the flash cache's model too.

In a process of its own, with the emulator that has the model; skipped by name where it is not.
`python -m tests.chip.cached_ways` prints the figures. Times in us.
"""

import pytest

from iontobench.device.timing import MODELS

from .cached_emulator import told_by_cached
from .cached_ways import CASES, DOCTOR_CASES

pytestmark = pytest.mark.long

# What the tests without the model ask of each, and how it ends.
_LIMITS = {
    "above the envelope": (7_000, "off"),
    "above the peak": (2_000, "off"),
    "hardware limiter": (2_000, "off"),
    "the gate behind the limiter": (20_000, "off"),  # an open lead's: no current flows any more
    "open lead": (20_000, "off"),
    "exception in a tick": (20_000, "fault"),
    "Ctrl-C": (20_000, "stopped"),
    "double Ctrl-C": (20_000, "stopped"),
    "soft reset": (10_000, "off"),
    "reset by the firmware": (2_000, "software"),
    "dead-man timer, the loop hangs": (10_000, "watchdog"),
    "dead-man timer, interrupts off": (10_000, "watchdog"),
    "watchdog": (110_000, "watchdog"),
}


def _told(function):
    try:
        return told_by_cached("tests.chip.cached_ways", function)
    except FileNotFoundError as why:
        pytest.skip(f"chip tier: {why}")


@pytest.fixture(scope="module")
def told(chip_image):
    return _told("told")


@pytest.fixture(scope="module")
def told_by_doctor(chip_image):
    return _told("told_by_doctor")


@pytest.mark.parametrize("case", CASES)
def test_every_way_off_and_every_trip_is_in_time(told, case):
    found = told[case]
    assert set(found) == set(_LIMITS)
    for way, (limit_us, ends) in _LIMITS.items():
        off_us, said = found[way]
        assert said == ends, way
        assert off_us <= limit_us, way


def test_doctor_counts_the_accesses_of_every_tick_under_the_model(told_by_doctor):
    for case in DOCTOR_CASES[1:]:
        found = told_by_doctor[case]
        assert all(accesses > 1000 for accesses in found["accesses"])
        pairs = zip(found["misses"], found["accesses"], strict=True)
        assert all(0 <= misses < accesses // 20 for misses, accesses in pairs)
        assert found["gross_uc"] == 0
    assert not any(told_by_doctor["none"]["accesses"])


@pytest.mark.parametrize("place", range(len(DOCTOR_CASES)))
def test_doctors_table_of_the_models_is_what_the_models_say(told_by_doctor, place):
    model, found = MODELS[place], told_by_doctor[DOCTOR_CASES[place]]
    assert found["quantiles_us"] == pytest.approx(model.lengths_us, abs=2)
    hits = " ".join(found["said"][6:])
    assert hits == model.hits
