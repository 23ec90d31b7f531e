"""Files with unknown, misplaced or missing keys: one line with the file, the key, the range."""

import pytest
from tests.host.protocol_files import ELECTRODES, PHASE, changed, line_of, written

from iontobench.protocols import ProtocolError, load

# What to change in the good file, then the key and the rest that the line has to hold.
CASES = {
    "current in microamperes": (
        ("current_ma = 2.0", "current_ua = 2000"),
        "phases[0].current_ua: unknown key",
        ["current_ma, 0.001 to 30 mA", "in mA"],
    ),
    "current in amperes": (
        ("current_ma = 2.0", "current_a = 0.002"),
        "phases[0].current_a: unknown key",
        ["0.001 to 30 mA", "as current_ma"],
    ),
    "dose in millicoulombs": (
        ("dose_mamin = 40.0", "dose_mc = 2400"),
        "phases[0].dose_mc: unknown key",
        ["dose_mamin, 0.001 to 600 mA·min", "in mA·min"],
    ),
    "ramp in milliseconds": (
        ("ramp_up_s = 20.0", "ramp_up_ms = 20000"),
        "phases[0].ramp_up_ms: unknown key",
        ["ramp_up_s, 1 to 60 s", "in s"],
    ),
    "time limit in minutes": (
        ("ramp_down_s", "max_time_min = 40\nramp_down_s"),
        "max_time_min: unknown key",
        ["max_time_s, a whole number, 2 to 14400 s"],
    ),
    "area in square millimetres": (
        ("area_cm2 = 10.0", "area_mm2 = 1000"),
        "electrodes.active.area_mm2: unknown key",
        ["area_cm2, 0.5 to 2000 cm²", "in cm²"],
    ),
    "a misspelt key": (
        ("polarity", "polarty"),
        "electrodes.active.polarty: unknown key",
        ["one of anode, cathode", "did you mean polarity?"],
    ),
    "a misspelt key at the top": (
        ("family", "famil"),
        "famil: unknown key",
        ["one of dental, physical-therapy, research", "did you mean family?"],
    ),
    "a key in the wrong table": (
        ("title =", "current_ma = 2.0\ntitle ="),
        "current_ma: unknown key",
        ["it belongs in [[phases]]"],
    ),
    "a key of the top in a phase": (
        ("ramp_up_s = 20.0", "ramp_up_s = 20.0\nmax_time_s = 3000"),
        "phases[0].max_time_s: unknown key",
        ["it belongs in the top of the file"],
    ),
    "a key that is like no other": (
        ("title =", "zzz = 1\ntitle ="),
        "zzz: unknown key",
        ["allowed: name, title", "remove it"],
    ),
    "a key that is no word": (
        ("title =", '"a`b\\n - at `$.x`" = 1\ntitle ='),
        "unknown key",
        ["allowed: name, title"],
    ),
    "pulses in a hold": (
        ("ramp_up_s = 20.0", "ramp_up_s = 20.0\nedge_ms = 5"),
        "phases[0].edge_ms: unknown key",
        ["allowed: current_ma", "it belongs in [[phases]] of kind pulses"],
    ),
    "a dose of pulses": (
        ("current_ma", 'kind = "pulses"\ncurrent_ma'),
        "phases[0].dose_mamin: unknown key",
        ["allowed: current_ma, on_s", "it belongs in [[phases]]"],
    ),
    "pulses without an edge": (
        ("[[phases]]", '[[phases]]\nkind = "pulses"\non_s = 1\noff_s = 1\ncount = 3'),
        "phases[0].edge_ms: missing",
        ["a whole number, 1 to 1000 ms"],
        ("dose_mamin = 40.0\n", ""),
    ),
    "an off phase with a current": (
        ("[[phases]]", '[[phases]]\nkind = "off"\ntime_s = 5'),
        "phases[0].current_ma: unknown key",
        ["allowed: time_s", "it belongs in [[phases]]"],
    ),
    "an edge in seconds": (
        ("current_ma = 2.0", 'kind = "pulses"\ncurrent_ma = 2.0\nedge_s = 0.01'),
        "phases[0].edge_s: unknown key",
        ["edge_ms, a whole number, 1 to 1000 ms"],
        ("dose_mamin = 40.0\n", ""),
    ),
    "a highest current in a phase": (
        ("ramp_up_s = 20.0", "ramp_up_s = 20.0\nmax_current_ma = 3.0"),
        "phases[0].max_current_ma: unknown key",
        ["it belongs in the top of the file"],
    ),
    "no current": (
        ("current_ma = 2.0\n", ""),
        "phases[0].current_ma: missing",
        ["0.001 to 30 mA"],
    ),
    "no dose": (
        ("dose_mamin = 40.0\n", ""),
        "phases[0].dose_mamin: missing in mode constant-dose",
        ["0.001 to 600 mA·min"],
    ),
    "no ramp up": (("ramp_up_s = 20.0\n", ""), "phases[0].ramp_up_s: missing", ["1 to 60 s"]),
    "no ramp down": (("ramp_down_s = 20.0\n", ""), "ramp_down_s: missing", ["1 to 60 s"]),
    "no area": (
        ("[electrodes.return]\narea_cm2 = 20.0", "[electrodes.return]"),
        "electrodes.return.area_cm2: missing",
        ["0.5 to 2000 cm²"],
    ),
    "no electrodes' second": (
        ("[electrodes.return]\narea_cm2 = 20.0\n", ""),
        "electrodes.return: missing",
        ["a table"],
    ),
    "no phases": (
        (PHASE, ""),
        "phases: missing",
        ["an array of 1 to 32 tables"],
    ),
    "no source": (('source = "unverified"\n', ""), "source: missing", ["text of 1 to 400"]),
    "an empty list of phases": (
        ("title =", "phases = []\ntitle ="),
        "phases: found an array of 0",
        ["an array of 1 to 32 tables"],
        (PHASE, ""),
    ),
    "electrodes as a number": (
        ("title =", "electrodes = 1\ntitle ="),
        "electrodes: found 1",
        ["a table"],
        (ELECTRODES, ""),
    ),
    "phases as one table": (
        ("[[phases]]", "[phases]"),
        "phases: found a table",
        ["an array of 1 to 32 tables"],
    ),
    "33 phases": (
        (PHASE, PHASE * 33),
        "phases: found an array of 33",
        ["an array of 1 to 32 tables"],
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_wrong_key_is_one_line_with_file_key_and_range(tmp_path, case):
    change, key, rest, *more = case
    path = written(tmp_path, changed(change, *more))
    with pytest.raises(ProtocolError) as caught:
        load(path)
    line = line_of(caught.value, path)
    for part in ["mine.toml: ", key, *rest]:
        assert part in line
    assert len(line) < 400
