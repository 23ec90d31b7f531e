"""What the compiler makes of a protocol: words, rounding, time limit, walls and probe."""

import hashlib
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.host.protocol_files import GOOD, PHASE, changed

from ionto.core import limits, program
from iontobench.protocols import RefusedError, compile_protocol, load, profile
from iontobench.protocols.bounds import START_UC
from iontobench.protocols.loader import parse
from iontobench.sim.skin import load_skin

BOARD = limits.Board("virtual", 5000, 40000, 40)
BY_TIME = [('"constant-dose"', '"constant-time"'), ("dose_mamin = 40.0", "hold_s = 1200.0")]


def compiled(*changes, name="us", board=BOARD):
    protocol = parse("mine.toml", changed(*changes).encode(), "mine")
    return compile_protocol(protocol, profile(name), board)


def segment(made, index, field):
    return made.words[program.HEADER_LEN + index * program.SEGMENT_LEN + field]


def test_dexamethasone_is_the_first_protocol_word_by_word():
    made = compile_protocol(load("dexamethasone-40"), profile("us"), BOARD)
    header = [3, 1, -1, 2000, 100, 100, 2426116, 2440, 1000, 500, 80, 1106, 6]
    segment_words = [program.HOLD_CHARGE, 2000, 100, 2400000, 0, -1, 0, 0, 0, 0, 0, 0]
    assert made.words == header + segment_words
    assert (made.timeline.planned_uc, made.timeline.nominal_s) == (2400000, 1220)
    assert made.data == program.pack(made.words)
    assert made.crc == program.crc16(made.data)
    assert program.unpack(made.data) == made.words
    assert made.protocol.toml_sha256 == hashlib.sha256(made.protocol.toml.encode()).hexdigest()
    assert (made.name, made.profile.name, made.board_name) == ("dexamethasone-40", "us", "virtual")


def test_dexamethasone_passes_us_and_is_refused_under_eu():
    protocol = load("dexamethasone-40")
    assert compile_protocol(protocol, profile("us"), BOARD).bounds.density_ua_cm2 == 200
    with pytest.raises(RefusedError, match=r"0\.200 mA/cm².*at most 0\.100 mA/cm² \(profile eu"):
        compile_protocol(protocol, profile("eu"), BOARD)


def test_eu_allows_galvanisation_twice_the_density_of_iontophoresis():
    galvanic = ('"iontophoresis"', '"galvanisation"')
    assert compiled(galvanic, name="eu").bounds.density_ua_cm2 == 200
    with pytest.raises(RefusedError, match="profile eu, galvanisation"):
        compiled(galvanic, ("area_cm2 = 10.0", "area_cm2 = 9.99"), name="eu")


def test_the_anode_is_plus_and_the_cathode_minus():
    assert compiled().words[program.H_POLARITY] == -1
    assert compiled(('"cathode"', '"anode"')).words[program.H_POLARITY] == 1


def test_the_smaller_electrode_sets_the_area():
    assert compiled().words[program.H_AREA_MM2] == 1000
    made = compiled(("area_cm2 = 20.0", "area_cm2 = 8.05"))
    assert made.words[program.H_AREA_MM2] == 805


@given(st.integers(1000, 4000), st.integers(8000, 60000))
def test_no_ramp_is_shorter_than_it_says(current_ua, ramp_ms):
    made = compiled(
        ("= 2.0", f"= {current_ua / 1000}"), ("ramp_up_s = 20.0", f"ramp_up_s = {ramp_ms / 1000}")
    )
    slew_ua_s = segment(made, 0, program.S_SLEW_UA_S)
    assert slew_ua_s * ramp_ms <= current_ua * 1000 < (slew_ua_s + 1) * ramp_ms


@given(st.integers(200, 4000), st.integers(2000, 80000))
def test_decimals_of_a_file_become_exact_integers(current_ua, dose_mmamin):
    try:
        made = compiled(("= 2.0", f"= {current_ua / 1000}"), ("= 40.0", f"= {dose_mmamin / 1000}"))
    except RefusedError:
        # Only a session of more than 4 h.
        assert dose_mmamin * 60 / current_ua > limits.TIME_WALL_S - 100
        return
    assert made.words[program.H_PEAK_UA] == segment(made, 0, program.S_LEVEL_UA) == current_ua
    assert segment(made, 0, program.S_CHARGE_UC) == made.timeline.planned_uc == dose_mmamin * 60


def test_the_time_limit_is_twice_the_nominal_time_or_what_the_file_says():
    assert compiled().words[program.H_TIME_S] == 2 * 1220
    made = compiled(("ramp_down_s", "max_time_s = 1300\nramp_down_s"))
    assert made.words[program.H_TIME_S] == 1300


def test_twice_a_long_time_stops_short_of_the_wall():
    made = compiled(("= 2.0", "= 0.2"), ("= 40.0", "= 30.0"))
    assert made.timeline.nominal_s > 7200
    assert made.bounds.longest_s == limits.TIME_WALL_S


def test_a_hold_by_time_counts_its_ramps_in_charge_and_time():
    made = compiled(*BY_TIME)
    assert segment(made, 0, program.S_KIND) == program.HOLD_TIME
    assert segment(made, 0, program.S_TIME_MS) == 1200000
    assert made.timeline.planned_uc == 2000 * 1200 + 2 * 20000
    assert made.timeline.nominal_s == 1240


def test_several_phases_ramp_between_their_levels():
    second = PHASE.replace("2.0", "1.0").replace("40.0", "10.0").replace("20.0", "10.0")
    made = compiled((PHASE, PHASE + second))
    assert made.words[program.H_SEGMENTS] == 2
    assert made.words[program.H_PEAK_UA] == 2000
    assert made.words[program.H_DOWN_SLEW_UA_S] == 50
    assert made.timeline.planned_uc == 50 * 60000
    # 20 s up, 2 mA for 2 380 000 uC; 10 s down to 1 mA (15 000 uC), 575 000 uC, 20 s down.
    assert made.timeline.nominal_s == 20 + 1190 + 10 + 575 + 20


def test_the_charge_wall_is_one_percent_one_second_and_four_starts_above_a_dose():
    made = compiled()
    assert made.words[program.H_CHARGE_UC] == 2400000 + 24000 + 2000 + 4 * START_UC


@pytest.mark.hazard("H-07")
def test_the_least_load_is_the_first_percentile_of_the_site_at_the_peak():
    skin = load_skin("forearm", 10.0, 20.0)
    r0_kohm_cm2 = skin.r0_kohm_cm2 * exp(-2.326 * 0.8)
    volts = 2.0 * (skin.r_body_ohm + 2 * skin.r_lead_ohm) / 1000 + skin.electrode_mv / 1000
    for area_cm2 in (10.0, 20.0):
        volts += 2.0 * skin.areal_ohm_cm2 / area_cm2 / 1000
        over = 1 + 2000 / area_cm2 / skin.j50_ua_cm2
        mv = 0.0
        for _ in range(200):  # its field makes it what its voltage is: a fixed point
            fall = over * (1 + (mv / skin.field_mv) ** 2)
            kohm_cm2 = skin.r_min_kohm_cm2 + (r0_kohm_cm2 - skin.r_min_kohm_cm2) / fall
            mv = 2000 * kohm_cm2 / area_cm2
        volts += mv / 1000
    made = compile_protocol(load("dexamethasone-40"), profile("us"), BOARD)
    assert made.words[program.H_LEAST_OHM] == pytest.approx(1000 * volts / 2.0, rel=0.03)


def test_the_charge_wall_of_a_time_leaves_room_for_pauses_but_not_above_the_family():
    made = compiled(*BY_TIME)
    planned_uc = made.timeline.planned_uc
    assert made.words[program.H_CHARGE_UC] > planned_uc + planned_uc // 100 + 3 * 40000
    near = [BY_TIME[0], ("dose_mamin = 40.0", "hold_s = 2330.0")]
    assert compiled(*near).words[program.H_CHARGE_UC] == 80 * 60000


def test_a_dose_of_exactly_the_wall_is_allowed():
    assert compiled(("= 40.0", "= 80.0")).timeline.planned_uc == 80 * 60000


def test_the_probe_threshold_is_5_ua_or_a_third_of_the_first_percentile():
    assert compiled().words[program.H_PROBE_MIN_Q4] == 80
    small = [("= 2.0", "= 0.3"), ("= 40.0", "= 5.0"), ("area_cm2 = 10.0", "area_cm2 = 1.0")]
    load_kohm = 150 * exp(2.326 * 0.8) * (1 / 1.0 + 1 / 20.0)
    third_ua = 5000 / (100 + load_kohm) / 3
    assert third_ua < 5
    assert compiled(*small).words[program.H_PROBE_MIN_Q4] == int(third_ua * 16)


def test_a_wetter_site_has_a_higher_threshold_than_a_thick_one():
    small = [("= 2.0", "= 0.3"), ("= 40.0", "= 5.0"), ("area_cm2 = 10.0", "area_cm2 = 2.0")]
    palm = compiled(*small, ('"forearm"', '"palm"')).words[program.H_PROBE_MIN_Q4]
    axilla = compiled(*small, ('"forearm"', '"axilla"')).words[program.H_PROBE_MIN_Q4]
    assert palm < compiled(*small).words[program.H_PROBE_MIN_Q4] < axilla


def test_the_same_text_makes_the_same_bytes():
    assert compiled().data == compiled().data
    assert compiled().protocol.toml_sha256 == hashlib.sha256(GOOD.encode()).hexdigest()
    assert compiled(("own", "owm")).protocol.toml_sha256 != compiled().protocol.toml_sha256
