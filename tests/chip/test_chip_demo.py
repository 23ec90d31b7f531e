"""The board of two chips on the emulated chip: PWM, its own converter, a load voltage of its own.

One boot serves all tests; each runs in a copy. All are long: the short tier has the board's
virtual twin (`tests/closed_loop/test_pico_demo.py`). Currents in uA, voltages in mV, charge in uC.
"""

import ast

import pytest

from iontobench import resources

from .forks import in_copy

pytestmark = pytest.mark.long

BOARD = resources.board_of("pico_demo")
SEED = 1
LOAD_OHM = 1000


def _job(calibration):
    import msgspec

    from iontobench.protocols import compile_protocol, load, profile
    from iontobench.protocols.timeline import Timeline
    from iontobench.sessions.job import Job

    from .course import by_dose

    shipped = compile_protocol(load("demo"), profile("us"), BOARD)
    short = msgspec.structs.replace(shipped, timeline=Timeline(by_dose(300, 200, 1000)))
    return Job(
        protocol=short,
        board=BOARD,
        skin=f"resistor:{LOAD_OHM}",
        adc="rp2040",
        seed=SEED,
        calibration=calibration,
        rung="chip",
    )


@pytest.fixture(scope="module")
def booted(chip_image):
    """The chip at its prompt with the board's files: `(chip, job)`."""
    from iontobench.chip.machine import Chip
    from iontobench.device.calibration_bench import calibrate_seeded
    from iontobench.sessions.chip import flash_files

    job = _job(calibrate_seeded(BOARD, "rp2040", SEED))
    chip = Chip(chip_image, flash_files(job))
    chip.prompt()
    return chip, job


def _session(booted):
    """A short session: what the bench says of it, load voltages of its hold, heap, true charge."""
    from tests.support.listener import Listener

    from ionto.core import codes
    from iontobench.link.events import Sample
    from iontobench.link.listener import HostLink
    from iontobench.sessions.chip import ChipBench

    from .measured import _COUNT_BYTES

    chip, job = booted
    bench = ChipBench(job, chip=chip)
    bench.load()
    chip.exec(_COUNT_BYTES.format(each="pass"))
    items = Listener()
    link = HostLink([items])
    bench.start()
    while link.session.ended is None and not chip.resets:
        bench.step(link)
    bench.leave()
    heap = ast.literal_eval(chip.exec("print(_seen)").decode())
    samples = [one for one in items.items if isinstance(one, Sample)]
    held = [one for one in samples if one.state == codes.STATE_HOLD]
    load_mv = [(one.load_mv, one.current_ua) for one in held]
    return bench.last(), load_mv, heap, bench.bench.truth.gross_uc, bench.bench.truth.peak_ua


@pytest.fixture(scope="module")
def short(booted):
    return in_copy(_session, booted)


def test_a_session_is_complete_and_tells_what_was_proven(short):
    last, _, _, truth_uc, peak_ua = short
    assert (last["outcome"], last["fault"], last["proof"]) == ("complete", None, 1 | 2 | 4 | 16)
    assert abs(last["dose_uc"] - truth_uc) <= 0.03 * truth_uc + 2
    assert peak_ua < 320


def test_its_load_voltage_is_the_loads_alone(short):
    # The converter's input sees both shunts too, 2.7 kOhm of 3.7: the viper code takes them away.
    _, load_mv, _, _, _ = short
    assert len(load_mv) > 3
    for mv, ua in load_mv:
        assert mv == pytest.approx(ua * LOAD_OHM / 1000, abs=25)


def test_no_tick_of_it_takes_a_byte_of_the_heap(short):
    _, _, heap, _, _ = short
    assert heap[0] == heap[1] > 0


def _twin(booted):
    """What the virtual port and the chip's make of the same codes, at rest: (A, B, V)."""
    chip, job = booted
    from iontobench.sessions.chip import ChipBench

    ChipBench(job, chip=chip)
    return ast.literal_eval(chip.exec("print(bench.sense(16))").decode())


def test_at_rest_its_senses_are_near_zero(booted):
    a_q4, b_q4, load_mv, supply_mv, inputs = in_copy(_twin, booted)
    assert abs(a_q4) < 5 * 16
    assert abs(b_q4) < 5 * 16
    assert abs(load_mv) < 20
    assert 4900 < supply_mv < 5100
    assert inputs == 0
