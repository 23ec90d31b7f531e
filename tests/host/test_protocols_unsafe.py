"""Files whose numbers make no program, or one that a wall forbids: one line, nothing started."""

import pytest
from tests.host.cli import call
from tests.host.protocol_files import GOOD, PHASE, changed, line_of, written

from ionto.core.limits import Board
from iontobench.protocols import ProtocolError, RefusedError, compile_protocol, load, profile
from iontobench.protocols.lowering import lower

BOARD = Board("virtual", 5000, 40000, 40)

OFF = '\n\n[[phases]]\nkind = "off"\ntime_s = 5.0\n'
BACK = f"\n{PHASE.replace('40.0', '1.0')}reverse = true\n"
TRAIN = (
    "dose_mamin = 40.0\nramp_up_s = 20.0",
    'kind = "pulses"\non_s = 0.5\noff_s = 0.5\nedge_ms = 50\ncount = 5',
)
REVERSED_TRAIN = f"[[phases]]\ncurrent_ma = 2.0\n{TRAIN[1]}\nreverse = true"
PULSED_DC = ('"iontophoresis"', '"pulsed-dc"')

# Files whose shape is right and whose numbers make no program, or one that a wall forbids.
CASES = {
    "a current finer than 1 uA": (
        [("= 2.0", "= 2.00005")],
        "phases[0].current_ma: found 2.00005",
        ["0.001 to 30 mA, in steps of 0.001 mA"],
        ProtocolError,
    ),
    "a dose finer than the program's": (
        [("= 40.0", "= 40.0001")],
        "phases[0].dose_mamin: found 40.0001",
        ["in steps of 0.001 mA·min"],
        ProtocolError,
    ),
    "an area finer than 1 mm2": (
        [("area_cm2 = 20.0", "area_cm2 = 20.001")],
        "electrodes.return.area_cm2: found 20.001",
        ["in steps of 0.01 cm²"],
        ProtocolError,
    ),
    "a dose that the ramps alone exceed": (
        [("= 40.0", "= 0.66")],
        "phases[0].dose_mamin: 0.66 mA·min is less",
        ["0.667 mA·min or more"],
        ProtocolError,
    ),
    "a ramp slower than 1 uA/s": (
        [("= 2.0", "= 0.01"), ("ramp_down_s = 20.0", "ramp_down_s = 5.0")],
        "phases[0].ramp_up_s: 20 s over 10 µA is slower",
        ["1 to 10 s"],
        ProtocolError,
    ),
    "a ramp down that rounding makes too long": (
        [("= 2.0", "= 0.119"), ("ramp_down_s = 20.0", "ramp_down_s = 60.0")],
        "ramp_down_s: 60 s makes a ramp of 119 s",
        ["1 to 59 s"],
        ProtocolError,
    ),
    "a time limit below the nominal time": (
        [("ramp_down_s", "max_time_s = 1219\nramp_down_s")],
        "max_time_s: found 1219",
        ["1220 s (the nominal time) to 14379 s"],
        ProtocolError,
    ),
    "a time limit without room for the ramp down": (
        [("ramp_down_s", "max_time_s = 14380\nramp_down_s")],
        "max_time_s: found 14380",
        ["to 14379 s"],
        ProtocolError,
    ),
    "a session longer than 4 h": (
        [("= 2.0", "= 0.1")],
        "phases: the session takes",
        ["at most 14379 s"],
        RefusedError,
    ),
    "more current than the family allows": (
        [("= 2.0", "= 4.001"), ("area_cm2 = 10.0", "area_cm2 = 20.0")],
        "phases[0].current_ma: peak current, family 4.001 mA",
        ["at most 4.000 mA (family physical-therapy)"],
        RefusedError,
    ),
    "more current than the board makes": (
        [("= 2.0", "= 5.5"), ("physical-therapy", "tap-water"), ("= 10.0", "= 100.0")],
        "phases[0].current_ma: peak current, board 5.500 mA",
        ["at most 5.000 mA (board virtual)"],
        RefusedError,
    ),
    "more density than the profile allows": (
        [("area_cm2 = 10.0", "area_cm2 = 3.99")],
        "phases[0].current_ma: current density 0.502 mA/cm²",
        ["at most 0.500 mA/cm² (profile us, iontophoresis)", "4 cm² or larger"],
        RefusedError,
    ),
    "a smaller return electrode that is too dense": (
        [("area_cm2 = 20.0", "area_cm2 = 3.0")],
        "phases[0].current_ma: current density 0.667 mA/cm²",
        ["at most 0.500 mA/cm²"],
        RefusedError,
    ),
    "a ramp up faster than the family's slew": (
        [("ramp_up_s = 20.0", "ramp_up_s = 3.9")],
        "phases[0].ramp_up_s: slew 0.512 mA/s",
        ["at most 0.500 mA/s", "4 s or more"],
        RefusedError,
    ),
    "a ramp down faster than the family's slew": (
        [("ramp_down_s = 20.0", "ramp_down_s = 2.0")],
        "ramp_down_s: slew 1.000 mA/s",
        ["at most 0.500 mA/s", "4 s or more"],
        RefusedError,
    ),
    "a dose above the family's": (
        [("= 40.0", "= 80.1")],
        "phases[0].dose_mamin: gross charge 80.1",
        ["at most 80.0", "family physical-therapy"],
        RefusedError,
    ),
    "a dose above the family's by its last digit": (
        [("= 40.0", "= 80.001")],
        "phases[0].dose_mamin: gross charge 80.0",
        ["at most 80.000 mA·min"],
        RefusedError,
    ),
    "two doses above the family's": (
        [("ramp_up_s = 20.0\n", f"ramp_up_s = 20.0\n{PHASE}")],
        "phases: gross charge 80.3 mA·min",
        ["at most 80.0 mA·min"],
        RefusedError,
    ),
    "too much charge for the skin below": (
        [("= 40.0", "= 80.0"), ("area_cm2 = 10.0", "area_cm2 = 7.5")],
        "electrodes.active.area_cm2: charge density 0.640 C/cm²",
        ["at most 0.600 C/cm²", "8 cm² or more"],
        RefusedError,
    ),
    "a set point too small for the board": (
        [("= 2.0", "= 0.1"), ("= 40.0", "= 5.0")],
        "phases[0].current_ma: set-point error 10.0 %",
        ["at most 5.0 % (10 µA of board virtual)", "0.2 mA or more, or use --board virtual_500ua"],
        RefusedError,
    ),
    "a highest current below a phase's": (
        [("ramp_down_s", "max_current_ma = 1.9\nramp_down_s")],
        "max_current_ma: found 1.9",
        ["2 mA or more"],
        ProtocolError,
    ),
    "a highest current beyond the density": (
        [("ramp_down_s", "max_current_ma = 3.9\nramp_down_s"), ("= 10.0", "= 7.7")],
        "max_current_ma: current density 0.507 mA/cm²",
        ["at most 0.500 mA/cm²", "3.85 mA or less"],
        RefusedError,
    ),
    "a highest current above the family's": (
        [("ramp_down_s", "max_current_ma = 4.1\nramp_down_s")],
        "max_current_ma: peak current, family 4.100 mA",
        ["at most 4.000 mA"],
        RefusedError,
    ),
    "a first phase that reverses": (
        [("ramp_up_s = 20.0", "ramp_up_s = 20.0\nreverse = true")],
        "phases[0].reverse: found true",
        ["false", "electrodes.active.polarity"],
        ProtocolError,
    ),
    "a session that begins off": (
        [("[[phases]]", '[[phases]]\nkind = "off"\ntime_s = 5.0\n\n[[phases]]')],
        "phases[0].kind: a session does not begin with the output off",
        ["hold or pulses"],
        ProtocolError,
    ),
    "the output off twice": (
        [("ramp_up_s = 20.0", "ramp_up_s = 20.0" + 2 * OFF)],
        "phases[2].kind: twice off",
        ["make one phase of the two"],
        ProtocolError,
    ),
    "waits that leave no time": (
        [("ramp_up_s = 20.0", "ramp_up_s = 20.0" + OFF.replace("5.0", "14000.0"))],
        "phases: the session takes 1220 s",
        ["at most 379 s", "the phases that are off"],
        RefusedError,
    ),
    "a dose before a reversal that its two ramps exceed": (
        [("= 40.0", "= 0.66"), ("ramp_up_s = 20.0\n", f"ramp_up_s = 20.0\n{BACK}")],
        "phases[0].dose_mamin: 0.66 mA·min is less",
        ["0.667 mA·min or more"],
        ProtocolError,
    ),
    "a dose both ways above the family's": (
        [("ramp_up_s = 20.0\n", f"ramp_up_s = 20.0\n{BACK.replace('1.0', '40.1')}")],
        "phases: gross charge 80.107 mA·min",
        ["at most 80.000 mA·min"],
        RefusedError,
    ),
    "pulses without an end": (
        [TRAIN, ("count = 5", "")],
        "phases[0].count: missing, and time_s too",
        ["1 to 100000 pulses"],
        ProtocolError,
    ),
    "pulses with two ends": (
        [TRAIN, ("count = 5", "count = 5\ntime_s = 9.0")],
        "phases[0].time_s: found 9 beside count",
        ["none"],
        ProtocolError,
    ),
    "pulses of a time that holds none": (
        [TRAIN, ("count = 5", "time_s = 1.0")],
        "phases[0].time_s: 1 s hold 0 pulses of 1100 ms",
        ["1 to 100000 pulses"],
        ProtocolError,
    ),
    "pulses finer than 1 ms": (
        [TRAIN, ("on_s = 0.5", "on_s = 0.0105")],
        "phases[0].on_s: found 0.0105",
        ["in steps of 0.001 s"],
        ProtocolError,
    ),
    "pulses that carry more than the family's dose": (
        [TRAIN, ("count = 5", "count = 5000")],
        "phases[0].count: gross charge",
        ["at most 80.0", "family physical-therapy"],
        RefusedError,
    ),
    "an amplitude that climbs too fast": (
        [TRAIN, ("count = 5", "count = 5\nramp_up_s = 2.0")],
        "phases[0].ramp_up_s: slew 1.000 mA/s",
        ["at most 0.500 mA/s", "4 s or more"],
        RefusedError,
    ),
    "a pulsed direct current of too small a duty": (
        [TRAIN, ("on_s = 0.5", "on_s = 0.01"), PULSED_DC],
        "phases[0].on_s: a duty of 9.8%",
        ["10% to 90%"],
        ProtocolError,
    ),
    "a pulsed direct current that hardly pulses": (
        [TRAIN, ("off_s = 0.5", "off_s = 0.01"), PULSED_DC],
        "phases[0].on_s: a duty of 90.2%",
        ["10% to 90%"],
        ProtocolError,
    ),
    "a pulsed direct current that holds": (
        [PULSED_DC],
        "phases[0].kind: found hold in a pulsed direct current",
        ["pulses or off"],
        ProtocolError,
    ),
    "a pulsed direct current that reverses": (
        [TRAIN, ("count = 5", f"count = 5\n{REVERSED_TRAIN}"), PULSED_DC],
        "phases[1].reverse: found true in a pulsed direct current",
        ["false"],
        ProtocolError,
    ),
    "a contact too small to be told from an open lead": (
        [("= 2.0", "= 0.2"), ("= 40.0", "= 1.0"), ("area_cm2 = 10.0", "area_cm2 = 0.5")],
        "electrodes.active.area_cm2: open-lead probe 0.75 µA",
        ["at least 1.00 µA"],
        RefusedError,
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_an_unsafe_file_is_one_line_with_file_key_and_range(tmp_path, case):
    changes, key, rest, kind = case
    path = written(tmp_path, changed(*changes))
    with pytest.raises(ProtocolError) as caught:
        compile_protocol(load(path), profile("us"), BOARD)
    assert type(caught.value) is kind
    line = line_of(caught.value, path)
    for part in [f"mine.toml: {key}", *rest]:
        assert part in line


def test_the_good_file_that_all_of_these_change_compiles(tmp_path):
    assert compile_protocol(load(written(tmp_path, GOOD)), profile("us"), BOARD).name == "mine"


TOO_FINE = [
    ("= 2.0\n", "= 2.00005\n"),
    ("= 40.0\n", "= 40.0001\n"),
    ("area_cm2 = 10.0", "area_cm2 = 10.001"),
    ("area_cm2 = 20.0", "area_cm2 = 20.001"),
    ('"forearm"', '"forearm"\nmax_current_ma = 2.50005'),
]


def everything_wrong_with(tmp_path, text, act=lower):
    """(line, key, found) of every error, as they are told."""
    with pytest.raises(ProtocolError) as caught:
        act(load(written(tmp_path, text)))
    assert caught.value is caught.value.all[0]
    return [(one.line, one.key, one.found) for one in caught.value.all]


def test_every_value_finer_than_its_step_is_told_at_once_in_the_order_of_the_file(tmp_path):
    step = "finer than the firmware's step of"
    assert everything_wrong_with(tmp_path, changed(*TOO_FINE)) == [
        (8, "max_current_ma", f"found 2.50005, {step} 0.001 mA"),
        (13, "electrodes.active.area_cm2", f"found 10.001, {step} 0.01 cm²"),
        (17, "electrodes.return.area_cm2", f"found 20.001, {step} 0.01 cm²"),
        (20, "phases[0].current_ma", f"found 2.00005, {step} 0.001 mA"),
        (21, "phases[0].dose_mamin", f"found 40.0001, {step} 0.001 mA·min"),
    ]


def test_every_ramp_that_is_too_slow_is_told_at_once(tmp_path):
    text = changed(("= 2.0\n", "= 0.01\n"), ("= 40.0\n", "= 1.0\n"))
    text += "\n[[phases]]\ncurrent_ma = 0.005\ndose_mamin = 1.0\nramp_up_s = 6.0\n"
    assert everything_wrong_with(tmp_path, text) == [
        (8, "ramp_down_s", "20 s over 5 µA is slower than 1 µA/s"),
        (21, "phases[0].ramp_up_s", "20 s over 10 µA is slower than 1 µA/s"),
        (26, "phases[1].ramp_up_s", "6 s over 5 µA is slower than 1 µA/s"),
    ]


def test_a_fine_value_is_told_beside_a_slow_ramp_and_too_many_pulses(tmp_path):
    train = 'kind = "pulses"\non_s = 0.01\noff_s = 0.01\nedge_ms = 1\ntime_s = 9000.0'
    fine = train.replace("on_s = 0.01", "on_s = 0.01001", 1)
    text = changed(("= 2.0\n", "= 0.01\n"), ("= 40.0\n", "= 1.00001\n"))
    text += f"\n[[phases]]\ncurrent_ma = 1.0\n{train}\n\n[[phases]]\ncurrent_ma = 1.0\n{fine}\n"
    told = everything_wrong_with(tmp_path, text)
    assert [key for _, key, _ in told] == [
        "phases[0].dose_mamin",
        "phases[0].ramp_up_s",
        "phases[1].time_s",
        "phases[2].on_s",  # how many pulses its time holds is not known before that is right
    ]


def test_a_level_between_two_steps_alone_makes_no_ramp_too_slow(tmp_path):
    changes = [("= 2.0\n", "= 0.0205\n"), ("= 20.0\n", "= 20.4\n"), ("= 20.0\n", "= 20.4\n")]
    text = changed(*changes, ("= 40.0\n", "= 1.0\n"))
    assert [key for _, key, _ in everything_wrong_with(tmp_path, text)] == ["phases[0].current_ma"]


def test_every_dose_that_its_ramps_alone_exceed_is_told_at_once(tmp_path):
    back = BACK.replace("1.0", "0.5")
    text = changed(("= 40.0", "= 0.66"), ("ramp_up_s = 20.0\n", f"ramp_up_s = 20.0\n{back}"))
    assert everything_wrong_with(tmp_path, text) == [
        (20, "phases[0].dose_mamin", "0.66 mA·min is less than the phase's ramps alone carry"),
        (25, "phases[1].dose_mamin", "0.5 mA·min is less than the phase's ramps alone carry"),
    ]


def test_check_tells_every_value_finer_than_its_step(tmp_path):
    path = written(tmp_path, changed(*TOO_FINE))
    said = call("check", path, "--json")
    assert said.code == 2
    assert len([line for line in said.err.splitlines() if "finer than" in line]) == 5
    assert [one["line"] for one in said.object["errors"]] == [8, 13, 17, 20, 21]
