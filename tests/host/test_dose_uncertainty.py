"""The uncertainty of a dose: its arithmetic, its parts, and that every record and report tells it.

Charge in uC, currents in uA.
"""

import json
import random
from math import hypot, sqrt
from pathlib import Path

import pytest
from tests.host.cli import call
from tests.host.protocol_bench import board_of
from tests.host.report_pages import Page

from ionto.core import program
from ionto.core.units import UC_PER_MAMIN
from iontobench import text
from iontobench.device.calibration import fit_line
from iontobench.device.calibration_file import NOMINAL, ZEROS_ONLY, SenseUncertainty
from iontobench.protocols.program_words import ProgramSegment, program_words
from iontobench.protocols.timeline import Timeline
from iontobench.records import format as form
from iontobench.records.commands import words_of
from iontobench.records.host_columns import told_of
from iontobench.records.quantities import told_uncertainty
from iontobench.report import write_report
from iontobench.sessions.dose_accuracy import counted
from iontobench.sim.senses import COARSE_ERRORS, WIDE_ERRORS, WideAdc, e11_table
from iontobench.tomlfile.errors import FileError
from iontobench.uncertainty.budget import (
    KNOWN,
    NORMAL,
    RECTANGULAR,
    BudgetPart,
    Counted,
    DoseBudget,
    effect_uc,
    of_dose,
    of_fit,
)
from iontobench.uncertainty.coverage import expanded, standard
from iontobench.uncertainty.real import accuracy_of, real_budget
from iontobench.uncertainty.simulated import (
    fitted_budget,
    nominal_budget,
    seeded_budget,
    sense_data,
)

FIXTURES = Path(__file__).parent / "fixtures"
PWM, DAC = board_of("pico_pwm"), board_of("pico_dac")
SURE = SenseUncertainty(0.0005, 0.4, -0.6)
SESSION = Counted(2_400_000.0, 1220.0, 1200.0)


@pytest.mark.parametrize(
    ("sigma", "half_widths", "bias", "wide"),
    [
        (1.0, [], 0.0, 1.95996),
        (0.0, [1.0], 0.0, 0.95),
        (0.0, [1.0, 1.0], 0.0, 2 * (1 - sqrt(0.05))),
        (0.0, [], 5.0, 5.0),
        (1.0, [], 50.0, 51.6449),  # only the far side is left out
        (0.0, [], 0.0, 0.0),
    ],
)
def test_an_interval_is_that_of_the_known_distributions(sigma, half_widths, bias, wide):
    assert expanded(sigma, half_widths, bias) == pytest.approx(wide, rel=2e-3)


def test_an_interval_of_mixed_parts_holds_95_of_100_draws():
    draw = random.Random(1)
    half_widths, bias = [3.0, 1.0, 0.5], 0.7
    wide = expanded(0.8, half_widths, bias)
    inside = 0
    for _ in range(20_000):
        error = bias + draw.gauss(0, 0.8)
        error += sum(draw.uniform(-half, half) for half in half_widths)
        inside += abs(error) <= wide
    assert inside / 20_000 == pytest.approx(0.95, abs=0.005)
    assert standard(0.8, half_widths, bias) == pytest.approx(
        hypot(0.8, bias, *(half / sqrt(3) for half in half_widths))
    )


def test_a_fitted_line_is_as_sure_at_a_current_as_its_gain_and_zero_together():
    for current_ua in (0.0, 500.0, 4000.0):
        time_s = 100.0
        session = Counted(current_ua * time_s, time_s, time_s)
        found = hypot(*(effect_uc(part, session) for part in of_fit(SURE))) / time_s
        variance = (SURE.u_gain * current_ua) ** 2 + SURE.u_offset_ua**2
        variance += 2 * SURE.correlation * SURE.u_gain * current_ua * SURE.u_offset_ua
        assert found == pytest.approx(sqrt(variance))


def test_a_line_is_as_sure_as_it_is_where_it_crosses_zero_wherever_its_codes_begin():
    true = [0.0, 1.0, 2.0, 3.0, 4.0]
    near = fit_line(true, true, [0.1] * 5)
    far = fit_line([one + 2048 for one in true], true, [0.1] * 5)
    back = fit_line([2048 - one for one in true], true, [0.1] * 5)
    for line in (far, back):
        assert line.u_zero == pytest.approx(near.u_zero)
        assert line.correlation == pytest.approx(near.correlation)
    assert near.u_zero == pytest.approx(0.1 * sqrt(0.6))
    assert near.correlation == pytest.approx(-sqrt(2 / 3))


def test_each_part_makes_of_a_dose_what_its_kind_says():
    def of(**given):
        return effect_uc(BudgetPart(name="x", shape=NORMAL, **given), SESSION)

    assert of(gain=0.001) == pytest.approx(2400)
    assert of(offset_ua=1.0) == pytest.approx(1220)
    assert of(level_ua=1.0) == pytest.approx(1200)
    assert of(charge_uc=7.0) == 7.0
    assert of(noise_ua=2.0) == pytest.approx(2.0 * sqrt(1_220_000) / 1000)


def test_the_parts_of_a_dose_add_up_as_independent_ones():
    parts = (
        BudgetPart(name="a", shape=NORMAL, gain=0.001),
        BudgetPart(name="b", shape=RECTANGULAR, gain=0.001),
        BudgetPart(name="c", shape=KNOWN, charge_uc=100.0),
    )
    found = of_dose(DoseBudget("made up", parts), SESSION)
    assert [one.standard_uc for one in found.parts] == pytest.approx([2400, 2400 / sqrt(3), 100])
    assert found.standard_uc == pytest.approx(hypot(2400, 2400 / sqrt(3), 100))
    assert found.expanded_uc == pytest.approx(found.k * found.standard_uc)
    assert 1.9 < found.k < 1.96
    nothing = of_dose(DoseBudget("ideal", ()), SESSION)
    assert (nothing.expanded_uc, nothing.k) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("dose_mamin", "half_mamin", "k", "told"),
    [
        (39.98, 0.21, 1.96, "39.98 ± 0.21 mA·min (k = 2)"),
        (39.98, 1.2, 1.87, "39.98 ± 1.20 mA·min (k = 1.9)"),
        (0.05, 0.0013, 1.65, "0.0500 ± 0.0013 mA·min (k = 1.6)"),
        (1.0, 0.0000021, 1.96, "1.00000 ± 0.00000 mA·min (k = 2)"),
    ],
)
def test_a_dose_is_told_with_two_digits_of_its_uncertainty(dose_mamin, half_mamin, k, told):
    found = text.dose_within(dose_mamin * UC_PER_MAMIN, half_mamin * UC_PER_MAMIN, k)
    assert found == told


def two_levels():
    segments = [
        ProgramSegment(
            kind=program.HOLD_TIME, polarity=1, level_ua=level, slew_ua_s=1000, time_ms=10_000
        )
        for level in (1000, 2000)
    ]
    return Timeline(
        program_words(
            *(segments,),
            **{"peak_ua": 2000, "slew_ua_s": 1000, "down_slew_ua_s": 1000, "area_mm2": 1000},
            **{"charge_uc": 50_000, "time_s": 60, "density_ua_cm2": 500, "probe_min_q4": 80},
        )
    )


def test_the_time_at_the_levels_is_the_programs_as_far_as_the_dose_has_come():
    timeline = two_levels()
    levels_s = 10 + 0.5 + 10 + 0.75 + 1  # holds, and of each ramp its mean over its level
    whole = counted(timeline, timeline.planned_uc, timeline.total_s, True)
    assert whole.level_s == pytest.approx(levels_s, abs=0.01)
    half = counted(timeline, timeline.planned_uc / 2, 15.0, False)
    assert half.level_s == pytest.approx(levels_s / 2, abs=0.01)
    lowered = counted(timeline, timeline.planned_uc / 2, timeline.total_s + 5, True)
    assert lowered.level_s == pytest.approx(levels_s + 5, abs=0.01)
    assert counted(timeline, 100.0, 0.1, False).level_s <= 0.1


def test_a_simulated_budget_is_of_what_the_simulation_draws():
    for board, adc, errors in ((PWM, "rp2040", COARSE_ERRORS), (DAC, "ads8688", WIDE_ERRORS)):
        data = sense_data(board, adc)
        parts = {one.name: one for one in nominal_budget(board, adc).parts}
        assert parts["reference"].gain == pytest.approx(errors.reference[1])
        assert parts["shunt"].gain == pytest.approx(errors.divider[1])
        low, high = errors.offset_lsb
        offset, known = parts["offset"], parts["offset, its mean"]
        assert offset.offset_ua == pytest.approx((high - low) / 2 * data.code_ua)
        assert known.offset_ua == pytest.approx((high + low) / 2 * data.code_ua)


def test_the_wide_codes_and_the_bow_are_as_far_off_a_line_as_the_budget_says():
    table = e11_table()
    off = [code - (at + 0.5) / 8 + 0.5 for at, code in enumerate(table)]
    data = sense_data(PWM, "rp2040")
    sides = sorted(off)[len(off) // 500], sorted(off)[-len(off) // 500]
    assert sides == pytest.approx((-data.linear_lsb, data.linear_lsb), abs=0.6)
    bowed = []
    for seed in range(30):
        adc = WideAdc(DAC, seed)
        levels = [0.0, 0.08, 0.2, 0.32, 0.45, 0.6]
        bow = [adc._bow * x * 65535 * (1 - x) for x in levels]
        line = fit_line(levels, bow, [1.0] * len(levels))
        bowed += line.residuals
        assert max(map(abs, bow)) <= sense_data(DAC, "ads8688").bow_lsb
    assert 0.2 < max(map(abs, bowed)) <= sense_data(DAC, "ads8688").linear_lsb


def told_share(budget):
    return of_dose(budget, SESSION).expanded_uc / SESSION.dose_uc


def test_a_budget_without_a_calibration_is_larger_and_the_ideal_converters_next_to_nothing():
    for board, adc, nominal, least in ((PWM, "rp2040", 0.025, 0.003), (DAC, "ads8688", 0.003, 0)):
        fitted = told_share(fitted_budget(board, adc, SURE))
        seeded = told_share(seeded_budget(board, adc))
        zeros = told_share(nominal_budget(board, adc, has_zeros=True))
        assert least < fitted < zeros < told_share(nominal_budget(board, adc))
        assert seeded < zeros
        assert told_share(nominal_budget(board, adc)) == pytest.approx(nominal, rel=0.35)
    for budget in (seeded_budget(PWM, "ideal"), nominal_budget(PWM, "ideal")):
        assert told_share(budget) < 1e-4


def test_a_real_boards_budget_is_of_its_data_and_of_its_calibrations_own_words():
    for board in (PWM, DAC):
        accuracy = accuracy_of(board.name)
        dated = f"{board.name} 2026-11-22"
        budgets = [
            real_budget(board, accuracy, told)
            for told in (dated + SURE.words(), f"{board.name} {ZEROS_ONLY}", f"{NOMINAL}no file")
        ]
        shares = [told_share(one) for one in budgets]
        assert shares == sorted(shares)
        assert shares[0] < 0.5 * shares[2]
        assert budgets[0].basis == f"calibrated, {dated}"
        assert {"clock", "linearity", "reference, temperature"} <= {
            part.name for part in budgets[0].parts
        }
        assert real_budget(board, accuracy, dated) is None
        assert real_budget(board, None, dated + SURE.words()) is None


def test_a_board_without_its_data_has_no_budget_and_wrong_data_are_told_with_their_line(tmp_path):
    assert accuracy_of("virtual") is None
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "accuracy.toml").write_text("shunt_percent = 0.1\nclock_ppm = -1\n")
    with pytest.raises(FileError) as caught:
        accuracy_of(f"{folder}/")
    assert "accuracy.toml:2: clock_ppm: found -1" in str(caught.value)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A folder with the record of one session on the RP2040's converter."""
    folder = tmp_path_factory.mktemp("data")
    said = call("run", "demo", "--adc", "rp2040", "--plain", "--data", folder)
    assert said.code == 0, said.err
    return folder, said


def closing(folder):
    [record] = folder.rglob("record.jsonl")
    lines = record.read_text("utf-8").splitlines()
    return record, json.loads(lines[-1])["close"]["summary"]


def test_every_record_end_line_report_and_listing_tells_the_dose_with_its_uncertainty(data):
    folder, said = data
    record, summary = closing(folder)
    told = summary["dose_uncertainty"]
    assert told["expanded_uc"] == pytest.approx(told["k"] * told["standard_uc"])
    assert {"calibration, gain", "linearity", "meter"} <= {one["name"] for one in told["parts"]}
    words = text.dose_within(summary["dose_uc"], told["expanded_uc"], told["k"])
    assert f"{words} by the firmware" in said.err + said.out
    shown = call("records", "show", "last", "--data", folder)
    assert words in shown.out + shown.err
    as_json = call("records", "show", "last", "--json", "--data", folder).object["summary"]
    assert as_json["dose_uncertainty_mamin"] == round(told["expanded_uc"] / UC_PER_MAMIN, 5)
    assert as_json["dose_coverage_factor"] == round(told["k"], 2)
    page = Page(record.with_name("report.html").read_text("utf-8")).text
    assert f"The dose is {words}; the board: simulated, calibrated by its seed." in page
    assert "Uncertainty of the dose" in page
    assert "Calibration, gain normal" in page


def test_the_true_dose_of_that_session_is_within_what_is_told(data):
    _, summary = closing(data[0])
    off_uc = abs(summary["dose_uc"] - summary["true_charge_uc"])
    assert off_uc <= summary["dose_uncertainty"]["expanded_uc"]


def test_a_record_replays_whatever_its_uncertainty_was(data):
    assert call("replay", "last", "--data", data[0]).code == 0


def test_a_session_whose_senses_are_in_doubt_or_that_never_began_tells_no_uncertainty(tmp_path):
    words = ("--adc", "rp2040", "--plain", "--fault", "b-dead@6", "--data", tmp_path)
    said = call("run", "demo", *words)
    assert said.code == 3
    _, summary = closing(tmp_path)
    assert summary["fault"] == "senses apart"
    assert form.DOSE_UNCERTAINTY not in summary


@pytest.mark.parametrize("name", sorted(path.name for path in FIXTURES.glob("*.jsonl")))
def test_an_older_record_says_nothing_of_uncertainty(name, tmp_path):
    shown = call("records", "show", FIXTURES / name, "--json").object["summary"]
    assert (shown["dose_uncertainty_mamin"], shown["dose_coverage_factor"]) == (None, None)
    assert "±" not in call("records", "show", FIXTURES / name).out
    target = tmp_path / "report.html"
    write_report(FIXTURES / name, target)
    assert "Uncertainty of the dose" not in target.read_text("utf-8")


@pytest.mark.parametrize("dose", ["seven", None, True, [1]])
def test_an_odd_dose_beside_an_uncertainty_is_shown_as_it_is(dose):
    closing = {"dose_uc": dose, "dose_uncertainty": {"expanded_uc": 3, "k": 2.0}}
    found = {"session": {}, "closing": closing, "measured": told_of({})}
    assert "±" not in words_of(found)["summary"]["dose"]


@pytest.mark.parametrize(
    "odd", [None, 1, [], {}, {"expanded_uc": "1", "k": 2}, {"expanded_uc": -1, "k": 2}, {"k": 2}]
)
def test_an_odd_uncertainty_in_a_record_is_none(odd):
    assert told_uncertainty({"dose_uncertainty": odd}) is None
    assert told_uncertainty({"dose_uncertainty": {"expanded_uc": 3, "k": 2.0}}) == (3.0, 2.0)
