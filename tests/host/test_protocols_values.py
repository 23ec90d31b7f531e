"""Files with wrong values: one line with the file, the key, what was found and the range."""

import pytest
from tests.host.protocol_files import changed, line_of, written

from iontobench.protocols import ProtocolError, load

# What to change in the good file, then the key and the rest that the line has to hold.
CASES = {
    "current as text": (
        ("= 2.0", '= "2.0"'),
        "phases[0].current_ma: found '2.0'",
        ["0.001 to 30 mA", "without quotes"],
    ),
    "current as text with a line end": (
        ("= 2.0", '= "2\\n0"'),
        "phases[0].current_ma: found '2\\n0'",
        ["0.001 to 30 mA"],
    ),
    "current as true": (
        ("= 2.0", "= true"),
        "phases[0].current_ma: found true",
        ["0.001 to 30 mA"],
    ),
    "current as a list": (
        ("= 2.0", "= [2.0]"),
        "phases[0].current_ma: found an array of 1",
        ["mA"],
    ),
    "dose as a date": (
        ("= 40.0", "= 2020-01-01"),
        "phases[0].dose_mamin: found 2020-01-01",
        ["0.001 to 600 mA·min"],
    ),
    "current not a number": (
        ("= 2.0", "= nan"),
        "phases[0].current_ma: found nan",
        ["0.001 to 30 mA"],
    ),
    "infinite dose": (
        ("= 40.0", "= inf"),
        "phases[0].dose_mamin: found inf",
        ["0.001 to 600 mA·min"],
    ),
    "minus infinity": (("= 40.0", "= -inf"), "phases[0].dose_mamin: found -inf", ["0.001 to 600"]),
    "no current at all": (
        ("= 2.0", "= 0.0"),
        "phases[0].current_ma: found 0.0",
        ["0.001 to 30 mA"],
    ),
    "a negative current": (
        ("= 2.0", "= -2.0"),
        "phases[0].current_ma: found -2.0",
        ["0.001 to 30"],
    ),
    "current in microamperes under the right key": (
        ("= 2.0", "= 2000"),
        "phases[0].current_ma: found 2000",
        ["0.001 to 30 mA", "in mA"],
    ),
    "a number of 400 digits": (
        ("= 2.0", "= 1" + "0" * 400),
        "phases[0].current_ma: found 1000",
        ["0.001 to 30 mA"],
    ),
    "a time limit that is no whole number": (
        ("ramp_down_s", "max_time_s = 2500.5\nramp_down_s"),
        "max_time_s: found 2500.5",
        ["a whole number, 2 to 14400 s"],
    ),
    "a time limit beyond 4 h": (
        ("ramp_down_s", "max_time_s = 14401\nramp_down_s"),
        "max_time_s: found 14401",
        ["2 to 14400 s"],
    ),
    "a ramp of no time": (
        ("ramp_up_s = 20.0", "ramp_up_s = 0"),
        "phases[0].ramp_up_s: found 0",
        ["1 to 60 s"],
    ),
    "an area of nothing": (
        ("area_cm2 = 20.0", "area_cm2 = 0"),
        "electrodes.return.area_cm2: found 0",
        ["0.5 to 2000 cm²"],
    ),
    "a third polarity": (
        ('"cathode"', '"plus"'),
        "electrodes.active.polarity: found 'plus'",
        ["one of anode, cathode"],
    ),
    "polarity as a number": (
        ('"cathode"', "-1"),
        "electrodes.active.polarity: found -1",
        ["one of anode, cathode"],
    ),
    "an unknown family": (
        ('"physical-therapy"', '"cosmetic"'),
        "family: found 'cosmetic'",
        ["one of dental, physical-therapy, research, sweat-test, tap-water"],
    ),
    "an unknown application": (
        ('"iontophoresis"', '"electroporation"'),
        "application: found 'electroporation'",
        ["one of galvanisation, iontophoresis, pulsed-dc"],
    ),
    "an unknown site": (
        ('"forearm"', '"nose"'),
        "skin: found 'nose'",
        ["axilla, bath, forearm, palm, patch, sole, tooth"],
    ),
    "an empty title": (
        ('"A protocol of my own"', '""'),
        "title: found ''",
        ["1 to 80 characters"],
    ),
    "an endless title": (
        ('"A protocol of my own"', f'"{"x" * 500}"'),
        "title: found 'xxx",
        ["1 to 80 characters", "..."],
    ),
    "a name with a path in it": (
        ('"mine"', '"../mine"'),
        "name: found '../mine'",
        ["1 to 40 of a-z, 0-9 and -"],
    ),
    "a name that is not the file's": (('"mine"', '"other"'), "name: found 'other'", ["'mine'"]),
    "a time in a protocol by dose": (
        ("dose_mamin = 40.0", "hold_s = 1200"),
        "phases[0].hold_s: found 1200 in mode constant-dose",
        ["none", "dose_mamin"],
    ),
    "a dose in a protocol by time": (
        ('"constant-dose"', '"constant-time"'),
        "phases[0].dose_mamin: found 40 in mode constant-time",
        ["none", "hold_s"],
    ),
    "a protocol by time without one": (
        ("dose_mamin = 40.0\n", ""),
        "phases[0].hold_s: missing in mode constant-time",
        ["1 to 14400 s"],
        ('"constant-dose"', '"constant-time"'),
    ),
    "neither TOML nor closed": (
        ('"mine"', '"mine'),
        "mine.toml: not TOML",
        ["line 1", "correct that line"],
    ),
    "a key given twice": (
        ('title = "A protocol of my own"', 'title = "a"\ntitle = "b"'),
        "mine.toml: not TOML",
        ["line 3"],
    ),
    "a number of 5000 digits": (("= 2.0", "= 1" + "0" * 5000), "mine.toml: not TOML", ["number"]),
    "a nesting without an end": (
        ("= 2.0", "= " + "[" * 9000),
        "mine.toml: not TOML",
        ["TOML 1.0"],
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_wrong_value_is_one_line_with_file_key_and_range(tmp_path, case):
    change, key, rest, *more = case
    path = written(tmp_path, changed(change, *more))
    with pytest.raises(ProtocolError) as caught:
        load(path)
    line = line_of(caught.value, path)
    for part in ["mine.toml: ", key, *rest]:
        assert part in line
    assert len(line) < 400
