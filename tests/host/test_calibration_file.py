"""A calibration's file on a board, as the firmware reads it: whole, damaged, older, missing."""

import pytest

from ionto.rp2 import calibration
from iontobench import resources
from iontobench.device.calibration_file import NOMINAL, ZEROS_ONLY, SenseUncertainty, pack
from iontobench.device.connection import Scales
from iontobench.sim.senses import coarse_ranges, nominal_calibration

BOARD = resources.board_of("pico_pwm")
SCALES = resources.load_board("pico_pwm").SCALES
ROWS = nominal_calibration(coarse_ranges(BOARD))
PASTED = [number for row in [(50, 101000, 12), *ROWS[1:]] for number in row]


def told_of(data, tmp_path):
    """What the firmware makes of a file."""
    file = tmp_path / "calibration"
    if data is not None:
        file.write_bytes(data)
    return calibration.read(SCALES, str(file)), calibration.told


def test_the_firmware_takes_a_whole_file_and_tells_its_date(tmp_path):
    data = pack([(50, 101000, 12), *ROWS[1:]], "pico_pwm", "2026-11-22")
    assert told_of(data, tmp_path) == (tuple(PASTED), "pico_pwm 2026-11-22")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (None, "there is no file"),
        (b"", "its file has no checksum"),
        (" ".join(map(str, SCALES)).encode(), "its file has no checksum"),
        (pack(ROWS, "pico_pwm")[:-6], "its file has no checksum"),
        (pack(ROWS, "pico_pwm")[:-4] + b"xx\n", "its file is damaged"),
        (pack(ROWS, "pico_pwm").replace(b"101011", b"101111", 1), "its file is damaged"),
        (pack(ROWS, "pico_pwm").replace(b"pico", b"pica"), "its file is damaged"),
        (pack(ROWS[:3], "pico_pwm"), "its file is of another kind"),
        (b"\xff\xfe\n\xff\n\xff\n", "its file is damaged"),
    ],
)
def test_the_firmware_falls_back_to_nominal_scales_and_tells_why(tmp_path, data, why):
    assert told_of(data, tmp_path) == (SCALES, NOMINAL + why)


def test_each_altered_byte_of_a_calibration_is_found(tmp_path):
    data = pack(ROWS, "pico_pwm", "2026-11-22")
    for at in range(len(data) - 1):
        broken = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        _, told = told_of(broken, tmp_path)
        assert told.startswith(NOMINAL), at


def test_a_file_tells_how_sure_it_is_through_the_firmware_and_an_older_one_does_not(tmp_path):
    sure = SenseUncertainty(0.000512, 0.413, -0.75)
    data = pack(ROWS, "pico_pwm", "2026-11-22", sure)
    scales, told = told_of(data, tmp_path)
    assert scales == SCALES
    assert Scales(told, scales, SCALES).sure == sure
    assert Scales(told, scales, SCALES).dated == "pico_pwm 2026-11-22"
    assert Scales("pico_pwm 2026-11-22", scales, SCALES).sure is None
    wide = SenseUncertainty(9.999999, 9999.999, -1.0)
    longest = pack([(-65535, -9_999_999, 20)] * 4, "b" * 40, ZEROS_ONLY, wide)
    _, told = told_of(longest, tmp_path)
    assert Scales(told, (), ()).sure == wide
