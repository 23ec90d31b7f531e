"""Estimates for research: the anchors, what is declared and what is not, and the mark on each."""

import pytest
from tests.host.cli import call
from tests.host.protocol_files import changed, line_of, written
from tests.host.report_pages import Page, make, page_of
from tests.host.synthetic_sessions import dexamethasone

from ionto.core import codes
from iontobench.link.events import Event
from iontobench.protocols import ProtocolError, load
from iontobench.protocols.estimates import NOTE, estimates
from iontobench.protocols.template import new_protocol

SUBSTANCE = """\

[substance]
name = "dexamethasone phosphate"
molar_mass_g_mol = 472.4
charge_number = 2
transport_number_min = 0.012
transport_number_max = 0.012
source = "in vitro"
"""
DECLARED = [
    ('material = "ag-agcl"\n', 'material = "ag-agcl"\ncapacity_mah = 2.5\nbuffer_umol = 50.0\n'),
    ("area_cm2 = 20.0\n", f"area_cm2 = 20.0\n{SUBSTANCE}"),
]
CHARGE_UC = 2_400_000  # 40 mA·min


def of(tmp_path, *changes, charge_uc=CHARGE_UC, active_uc=CHARGE_UC):
    protocol = load(written(tmp_path, changed(*changes)))
    return {one.quantity: one for one in estimates(protocol, charge_uc, active_uc, 1000)}


def test_40_mamin_give_the_published_figures(tmp_path):
    found = of(tmp_path, *DECLARED)
    assert found["charge density"].high == pytest.approx(0.24)
    assert found["electrode charge"].high == pytest.approx(0.67, abs=0.005)
    water = found["active electrode, water split"]
    assert (water.low, water.declared) == (0, 50)
    assert water.high == pytest.approx(24.9, abs=0.05)
    silver = found["each Ag/AgCl electrode"]
    assert silver.low == pytest.approx(2.7, abs=0.05)
    assert silver.low == pytest.approx(1.118 * 2.4, rel=1e-3)
    assert silver.high == pytest.approx(3.6, abs=0.05)
    mass = found["dexamethasone phosphate"]
    assert (mass.low, mass.unit) == (mass.high, "µg")
    assert mass.high == pytest.approx(71, abs=0.7)
    assert "27 % of the declared 2.5 mAh" in found["active electrode, capacity"].text


def test_a_transport_number_of_1_gives_the_naive_mass_and_a_range_has_both_ends(tmp_path):
    wide = ("number_max = 0.012", "number_max = 1.0")
    mass = of(tmp_path, *DECLARED, wide)["dexamethasone phosphate"]
    assert mass.low == pytest.approx(71, abs=0.7)
    assert mass.high / 1000 == pytest.approx(5.9, abs=0.05)
    assert "70.5 µg to 5.88 mg, transport number 0.012 to 1" in mass.text


def test_of_what_is_not_declared_there_is_density_and_charge_alone(tmp_path):
    carbon = ('material = "ag-agcl"', 'material = "carbon"')
    assert list(of(tmp_path, carbon)) == ["charge density", "electrode charge"]
    assert [one.quantity for one in estimates(None, CHARGE_UC, 0, 0)] == ["electrode charge"]


def test_a_substance_has_only_the_charge_in_its_own_direction(tmp_path):
    found = of(tmp_path, *DECLARED, active_uc=CHARGE_UC / 2)
    assert found["dexamethasone phosphate"].high == pytest.approx(35.3, abs=0.1)
    assert found["electrode charge"].high == pytest.approx(0.667, abs=0.001)


def test_without_charge_every_estimate_is_0(tmp_path):
    assert all(
        one.low == one.high == 0
        for one in of(tmp_path, *DECLARED, charge_uc=0, active_uc=0).values()
    )


def test_check_prints_each_estimate_with_its_mark_and_its_source(tmp_path):
    path = written(tmp_path, changed(*DECLARED))
    said = call("check", path)
    assert said.code == 0
    told = " ".join(said.out.split())
    assert "dexamethasone phosphate: 70.5 µg, transport number 0.012" in told
    assert "source: in vitro" in told
    found = call("check", path, "--json").object["estimates"]
    assert told.count(NOTE) == len(found) == 6
    assert {one["note"] for one in found} == {NOTE}
    assert max(map(len, said.out.splitlines())) <= 80


def test_a_reversal_gives_a_substance_half_of_the_charge(tmp_path):
    reversed_phase = "\n[[phases]]\ncurrent_ma = 2.0\ndose_mamin = 20.0\nramp_up_s = 20.0\n"
    halves = ("dose_mamin = 40.0", "dose_mamin = 20.0")
    text = changed(*DECLARED, halves) + reversed_phase + "reverse = true\n"
    found = call("check", written(tmp_path, text), "--json").object["estimates"]
    by_name = {one["quantity"]: one["high"] for one in found}
    assert by_name["dexamethasone phosphate"] == pytest.approx(35.3, abs=0.1)
    assert by_name["electrode charge"] == pytest.approx(0.667, abs=0.001)


def test_the_report_has_the_estimates_of_what_was_delivered(tmp_path):
    items, summary = dexamethasone()
    toml = changed(*DECLARED)
    record = make(tmp_path, items, summary, protocol={"name": "mine", "toml": toml})
    text = Page(page_of(record)).text
    assert "Estimates for research" in text
    assert text.count(NOTE) == 6
    assert "Dexamethasone phosphate: 70.5 µg" in text


def test_the_report_takes_the_charge_by_polarity_from_the_dose_event(tmp_path):
    items, summary = dexamethasone()
    at = next(n for n, one in enumerate(items) if getattr(one, "code", None) == codes.EVENT_DOSE)
    items[at] = Event(items[at].seq, items[at].t_ms, codes.EVENT_DOSE, 1_200_000, 1_200_000)
    protocol = {"name": "mine", "toml": changed(*DECLARED)}
    text = Page(page_of(make(tmp_path, items, summary, protocol=protocol))).text
    assert "Dexamethasone phosphate: 35.3 µg" in text


@pytest.mark.parametrize("toml", ["", "name = 3", 7, None, changed(*DECLARED)[:200]])
@pytest.mark.short_cases("None", "7")
def test_the_report_of_a_record_whose_protocol_is_not_readable_has_density_and_charge(
    tmp_path, toml
):
    items, summary = dexamethasone()
    record = make(tmp_path, items, summary, protocol={"name": "mine", "toml": toml})
    text = Page(page_of(record)).text
    assert text.count(NOTE) == 2
    assert "Electrode charge: 0.667 mAh" in text


WRONG = {
    "a range upside down": (("max = 0.012", "max = 0.01"), "below transport_number_min"),
    "a transport number above 1": (("max = 0.012", "max = 1.5"), "0.0001 to 1"),
    "a signed charge number": (("number = 2", "number = -2"), "a whole number, 1 to 10"),
    "no source": (('source = "in vitro"\n', ""), "substance.source: missing"),
    "a capacity in C": (("capacity_mah = 2.5", "capacity_c = 9"), "give it in mAh"),
    "a buffer in mmol": (("buffer_umol = 50.0", "buffer_mmol = 0.05"), "give it in µmol"),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_a_wrong_key_of_an_estimate_is_one_line(tmp_path, case):
    change, part = case
    path = written(tmp_path, changed(*DECLARED, change))
    with pytest.raises(ProtocolError) as caught:
        load(path)
    assert part in line_of(caught.value, path)


def test_what_a_new_file_has_commented_out_for_estimates_works_too(tmp_path):
    keys = ("capacity_mah", "buffer_umol", "[substance]", "name = ", "molar", "charge_number")
    keys += ("transport", "source = ")
    lines = [
        line.removeprefix("# ") if line.removeprefix("# ").startswith(keys) else line
        for line in new_protocol("mine").splitlines()
    ]
    said = call("check", written(tmp_path, "\n".join(lines)), "--json")
    assert said.code == 0
    assert len(said.object["estimates"]) == 6
