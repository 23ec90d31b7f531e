"""Load models per site: named, in files, with water; and what is wrong with a file, in a line."""

from typing import get_args

import pytest
from msgspec.structs import replace
from tests.host.cli import call, play
from tests.host.fake_runner import FakeRunner
from tests.host.protocol_bench import board_of
from tests.host.skin_files import writer

from iontobench.protocols import list_protocols, load, schema, site_load
from iontobench.protocols.site_load import median_mv
from iontobench.records import read
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.load import SkinState
from iontobench.sim.skin import load_skin, skin_names

SITES = sorted(get_args(schema.Skin))


def test_there_is_a_load_for_every_site_that_a_protocol_can_name():
    assert set(SITES) <= set(skin_names())
    assert set(SITES) == set(site_load.R0)
    assert {load(name).skin for name in list_protocols()} <= set(SITES)


@pytest.mark.parametrize("name", SITES)
def test_every_site_has_its_notes_and_makes_a_bench(name):
    params = load_skin(name, 5.0, 6.0)
    assert (params.active_cm2, params.return_cm2) == (5.0, 6.0)
    assert SimulatedBench(board_of("virtual"), params).load.r1_kohm > 0


# Protocol, settled median of the notes in V [docs/loads.md, Population]. Their formula had no
# memory of its own; the model's median lies below it everywhere, by at most 30 %. Palms are those
# that fit 8.5 V on hands: their J50 is 8 where the notes had 20, and 17.4 V come of 25.
ANCHORS = [
    ("tapwater-hands", 25.0, 0.65, 15000, 150.0),
    ("tapwater-axilla", 8.4, 0.7, 8000, 60.0),
]


@pytest.mark.parametrize(("name", "volts", "least", "current_ua", "area_cm2"), ANCHORS)
def test_the_settled_median_is_near_the_notes(name, volts, least, current_ua, area_cm2):
    protocol = load(name)
    active, back = protocol.electrodes.active, protocol.electrodes.return_
    electrodes = replace(
        protocol.electrodes,
        active=replace(active, area_cm2=area_cm2),
        return_=replace(back, area_cm2=area_cm2),
    )
    settled_mv = median_mv(replace(protocol, electrodes=electrodes), current_ua)
    assert least * volts <= settled_mv / 1000 <= volts


def test_the_settled_voltage_is_where_the_model_itself_ends():
    protocol = load("galvanisation")
    params = load_skin("forearm", 50.0, 50.0)
    state = SkinState(params, 1)
    for _ in range(120_000):  # 20 min
        v1, v2 = 4000 * state.r1_kohm, 4000 * state.r2_kohm
        state.step(10_000, 4000 * 1e4, 4000 * 1e4, v1, v2)
    ended_mv = 4000 * (state.series_kohm + state.r1_kohm + state.r2_kohm) + state.emf_mv
    assert median_mv(protocol, 4000) == pytest.approx(ended_mv, rel=0.02)


def test_less_conductive_water_has_more_resistance():
    soft, hard = load_skin("bath:50", 150.0, 150.0), load_skin("bath:1000", 150.0, 150.0)
    # 1.5 cm / 50 uS/cm is 30 kOhm cm2: 200 Ohm a side on 150 cm2.
    ohms = [SkinState(one, 1).series_kohm * 1000 for one in (soft, hard)]
    assert ohms[0] - ohms[1] == pytest.approx(2 * (200 - 10))
    assert load_skin("bath").water_us_cm == 500


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("bath:5", "10 to 50000 µS/cm"),
        ("bath:salty", "10 to 50000 µS/cm"),
        ("bath:", "10 to 50000 µS/cm"),
        ("forearm:100", "forearm has no water"),
        ("elbow:100", "no load called 'elbow:100'"),
    ],
)
def test_water_that_cannot_be_is_one_clear_line(name, said):
    with pytest.raises(ValueError, match="load") as caught:
        load_skin(name)
    assert said in str(caught.value)


@pytest.fixture
def written(tmp_path):
    """A skin file made by the command, with each (old, new) replaced."""
    return writer(tmp_path, "bath")


def test_a_file_of_ones_own_loads_by_its_path(written):
    path = written(("r0_kohm_cm2 = 300.0", "r0_kohm_cm2 = 123.0"))
    params = load_skin(path, 3.0, 4.0)
    assert (params.name, params.r0_kohm_cm2, params.active_cm2) == ("mine", 123.0, 3.0)
    assert call("skins", "show", path, "--json").object["r0_kohm_cm2"] == 123.0


BAD = {
    "no TOML": (("name =", "name"), "not TOML"),
    "a key misspelt": (("r0_kohm_cm2", "r0_kohm_cm"), "r0_kohm_cm"),
    "below zero": (("r0_kohm_cm2 = 300.0", "r0_kohm_cm2 = -1"), "r0_kohm_cm2"),
    "not a number": (("r0_kohm_cm2 = 300.0", "r0_kohm_cm2 = nan"), "r0_kohm_cm2"),
    "as text": (("r0_kohm_cm2 = 300.0", 'r0_kohm_cm2 = "300"'), "r0_kohm_cm2"),
    "beyond": (("r0_kohm_cm2 = 300.0", "r0_kohm_cm2 = 1e9"), "r0_kohm_cm2"),
    "a share above 1": (("fast_share = 0.6", "fast_share = 60"), "fast_share"),
    "an area": (("fast_share = 0.6", "fast_share = 0.6\nactive_cm2 = 3.0"), "active_cm2"),
    "r_min above r0": (("r_min_kohm_cm2 = 1.5", "r_min_kohm_cm2 = 900"), "r_min_kohm_cm2"),
    "water of no salt": (("water_us_cm = 500.0", "water_us_cm = 0.0"), "water_us_cm"),
}


@pytest.mark.parametrize(("change", "said"), BAD.values(), ids=BAD)
def test_a_bad_skin_file_is_one_line_with_file_and_key_and_exit_2(written, change, said):
    path = written(change)
    shown = call("skins", "show", path)
    assert shown.code == 2
    [line] = [one for one in shown.err.splitlines() if one.startswith("iontobench: ")]
    assert path in line
    assert said in line


def test_a_missing_file_and_bytes_that_are_no_text_are_one_line(tmp_path):
    (tmp_path / "raw.toml").write_bytes(b"\xff\xfe")
    for name, said in (("none.toml", "there is no such file"), ("raw.toml", "not UTF-8")):
        with pytest.raises(ValueError, match=said):
            load_skin(str(tmp_path / name))


def test_new_writes_over_nothing_and_says_what_to_type_next(tmp_path):
    path = tmp_path / "mine.toml"
    said = call("skins", "new", "-o", path)
    assert said.code == 0
    assert "--skin" in said.out
    before = path.read_bytes()
    again = call("skins", "new", "bath", "-o", path)
    assert again.code == 2
    assert path.read_bytes() == before


def test_a_dummy_load_needs_no_file():
    assert call("skins", "new", "resistor:100").code == 2


def test_new_without_a_file_goes_to_stdout():
    said = call("skins", "new", "axilla")
    assert 'name = "mine"' in said.out
    assert "kohm" not in said.err


@pytest.mark.long
def test_a_record_holds_a_files_load_and_never_its_path(written, tmp_path, monkeypatch):
    play(monkeypatch, FakeRunner())
    path, data = written(), tmp_path / "data"
    assert call("run", "dexamethasone-40", "--skin", path, "--data", data).code == 0
    [record] = data.glob("records/*/record.jsonl")
    header = read(record).header
    assert header["skin"] == "mine"
    assert header["skin_parameters"]["active_cm2"] == 10.0
    assert str(tmp_path) not in record.read_text(encoding="utf-8")


@pytest.mark.long
def test_a_skin_that_moves_a_lot_still_gives_a_session_and_not_a_runaway(written, tmp_path):
    path = written(("noise_sigma = 0.02", "noise_sigma = 0.3"))
    said = call(*("run", "dental-fluoride", "--skin", path, "--json", "--data", tmp_path / "data"))
    assert said.code in (0, 3)
    assert said.object["peak_ma"] < 0.3


def test_a_plant_out_of_its_range_is_our_own_bug_with_its_traceback_in_a_file(
    tmp_path, monkeypatch
):
    data = tmp_path / "data"
    data.mkdir()
    monkeypatch.setattr("iontobench.sim.load._motion", lambda share: -1.0)
    said = call("run", "dental-fluoride", "--data", data, "--speed", "max", "--plain")
    assert said.code == 70
    [line] = [one for one in said.err.splitlines() if one.startswith("iontobench: ")]
    assert "a bug of iontobench: PlantError: the simulated plant left its range" in line
    [crash] = data.glob("iontobench-crash-*.txt")
    assert "Traceback" in crash.read_text(encoding="utf-8")
    assert not list(data.glob("records/*/meta.json")), "what a bug made is no session"
