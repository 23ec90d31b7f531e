"""A session on the chip regulates, doses and tells the same as the virtual bench's.

Same program, load, seed and calibration on both rungs. Currents in uA, charge in uC.
"""

import hashlib
import os
import subprocess
import sys

import pytest
from tests.arch.sources import ROOT
from tests.support.listener import Listener

from .forks import in_copy

_DOSE_SHARE = 0.005
_PEAK_SHARE = 1.01
_PEAK_UA = 5
_LOAD = "forearm"
_LONG = (2000, 18_000, 2_000)  # level, charge, slew: ten seconds
# Dose against the plant's truth. 1 % is promised at 1.5 mA and more [docs/control.md, Required
# figures]; the ramps below weigh heavily in a second, and this converter's steps are 10 uA there
# [RP2040-E11].
_TRUE_SHARE, _LONG_TRUE_SHARE = 0.02, 0.01


def _on_virtual(calibration, level_ua, charge_uc, slew_ua_s):
    from iontobench.sessions.virtual import run_virtual

    from .course import by_dose, job_of

    items = Listener()
    job = job_of(by_dose(level_ua, charge_uc, slew_ua_s), _LOAD, calibration)
    result = run_virtual(job, [items])
    return result.last, _events(items.items), result.true_charge_uc


def _events(items):
    """What happened, in order; of a state also which and in which segment."""
    from ionto.core.codes import EVENT_NAMES, EVENT_STATE
    from iontobench.link.events import Event, GapNote, LinkNote

    assert not [item for item in items if isinstance(item, GapNote | LinkNote)]
    return [
        (EVENT_NAMES[item.code], *((item.a, item.b) if item.code == EVENT_STATE else ()))
        for item in items
        if isinstance(item, Event)
    ]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(None, id="1 s"),
        pytest.param(_LONG, id="10 s", marks=pytest.mark.long),
    ],
)
def rungs(request, booted, calibration):
    """The same session on both rungs: `(chip, virtual, program)`."""
    from .measured import SHORT, session

    if request.param is None:
        chip, made = request.getfixturevalue("short_session"), SHORT
    else:
        chip, made = in_copy(session, booted, *request.param), request.param
    return chip, _on_virtual(calibration, *made), made


def test_session_on_the_chip_completes_without_a_fault(rungs):
    last = rungs[0].last
    assert (last["outcome"], last["fault"], last["dropped"]) == ("complete", None, 0)


def test_dose_on_the_chip_is_the_virtual_benchs(rungs):
    chip, (virtual, *_), (_, planned_uc, _) = rungs
    assert chip.last["dose_uc"] == pytest.approx(virtual["dose_uc"], rel=_DOSE_SHARE)
    assert chip.last["dose_uc"] == pytest.approx(planned_uc, rel=_DOSE_SHARE)


def test_load_received_what_it_receives_on_the_virtual_bench(rungs):
    chip, (*_, virtual_uc), _ = rungs
    assert chip.truth_uc == pytest.approx(virtual_uc, rel=_DOSE_SHARE)


def test_dose_is_what_the_load_received(rungs):
    chip, _, made = rungs
    share = _LONG_TRUE_SHARE if made == _LONG else _TRUE_SHARE
    assert chip.last["dose_uc"] == pytest.approx(chip.truth_uc, rel=share)


def test_current_never_overshoots(rungs):
    assert rungs[0].peak_ua <= 2000 * _PEAK_SHARE + _PEAK_UA


def test_states_and_events_come_in_the_virtual_benchs_order(rungs):
    chip, (_, on_virtual, _), _ = rungs
    assert _events(chip.items) == on_virtual


def test_session_lasts_as_long_as_the_virtual_benchs(rungs):
    chip, (virtual, *_), _ = rungs
    assert chip.last["t_ms"] == pytest.approx(virtual["t_ms"], rel=0.005)


def trace_hash():
    """One hash over all that a short session on a freshly booted chip says; for a process."""
    from iontobench.device.calibration_bench import calibrate_seeded
    from iontobench.sessions.chip import run_chip

    from .course import BOARD, SEED, by_dose, job_of

    items = Listener()
    job = job_of(by_dose(2000, 300, 10_000), _LOAD, calibrate_seeded(BOARD, "rp2040", SEED))
    result = run_chip(job, [items])
    told = (items.items, sorted(result.last.items()), result.true_charge_uc, result.true_peak_ua)
    return hashlib.sha256(repr(told).encode()).hexdigest()


@pytest.mark.long
def test_same_seed_gives_the_same_trace_in_every_process(booted):
    def told_by(hash_seed):
        code = "from tests.chip.test_chip_session import trace_hash; print(trace_hash())"
        path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        env = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": path}
        run = [sys.executable, "-c", code]
        return subprocess.run(run, env=env, cwd=ROOT, check=True, capture_output=True).stdout

    assert told_by("1") == told_by("2") != b""
