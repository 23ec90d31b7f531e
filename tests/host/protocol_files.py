"""A good protocol file for tests to spoil, and what every error line has to keep to."""

import re

GOOD = """\
name = "mine"
title = "A protocol of my own"
source = "unverified"
family = "physical-therapy"
application = "iontophoresis"
mode = "constant-dose"
skin = "forearm"
ramp_down_s = 20.0

[electrodes.active]
polarity = "cathode"
area_cm2 = 10.0
material = "ag-agcl"

[electrodes.return]
area_cm2 = 20.0

[[phases]]
current_ma = 2.0
dose_mamin = 40.0
ramp_up_s = 20.0
"""
PHASE = GOOD[GOOD.index("[[phases]]") :]
ELECTRODES = GOOD[GOOD.index("[electrodes.active]") : GOOD.index("[[phases]]")]


def changed(*changes):
    """The good file with each (old, new) replaced once; every old has to be there."""
    text = GOOD
    for old, new in changes:
        if old not in text:
            raise ValueError(f"{old!r} is not in the good file")
        text = text.replace(old, new, 1)
    return text


def written(tmp_path, text, name="mine.toml"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def line_of(error, path):
    """The error's one line, without the folder that the file happens to be in and its line."""
    line = str(error)
    assert line.startswith(path)
    assert "\n" not in line
    assert error.exit_code == 2
    return without_number(line[len(path) - len("mine.toml") :])


def without_number(line):
    """`mine.toml:7: ...` as `mine.toml: ...`."""
    return re.sub(r"(\.toml):\d+: ", r"\1: ", line, count=1)


def short(current_ma, dose_mamin, ramp_s):
    """A protocol of a few seconds, by its dose, anodal, with equal ramps."""
    return changed(
        ('"mine"', '"short"'),
        ('"cathode"', '"anode"'),
        ("ramp_down_s = 20.0", f"ramp_down_s = {ramp_s}"),
        ("current_ma = 2.0", f"current_ma = {current_ma}"),
        ("dose_mamin = 40.0", f"dose_mamin = {dose_mamin}"),
        ("ramp_up_s = 20.0", f"ramp_up_s = {ramp_s}"),
    )
