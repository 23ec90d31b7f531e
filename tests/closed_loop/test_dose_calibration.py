"""The calibration behind every RP2040 figure: two known loads have to leave a true board."""

import pytest
from tests.closed_loop.plants import BOARD
from tests.closed_loop.sessions import by_time
from tests.support.trial import Trial, calibration

from ionto.core import codes
from iontobench.device import calibration_bench
from iontobench.device.calibration_bench import calibrate_seeded
from iontobench.link.listener import LinkConsole

E11_UA = 9.3  # 6 LSB: half of a wide code of 8 more, a sigma of noise, the zero's half code


@pytest.mark.parametrize(
    "seed", [1, 2, *(pytest.param(n, marks=pytest.mark.long) for n in (3, 4))]
)
@pytest.mark.parametrize("level_ua", [100, 640, 800, 2000, 4000])
@pytest.mark.short_cases("100-1", "640-2", "2000-1", "4000-2")
def test_after_two_known_loads_a_board_drives_what_it_says_but_for_its_wide_codes(level_ua, seed):
    trial = Trial("resistor:5000", "rp2040", seed)
    flowing = []
    trial.each = lambda plant: flowing.append((plant.now_us, plant.load_ua))
    trial.run(by_time((level_ua, 400)))
    from_us = (trial.first_ms(codes.STATE_HOLD) + 60) * 1000
    held = [ua for now_us, ua in flowing if from_us < now_us < from_us + 300_000]
    assert sum(held) / len(held) == pytest.approx(level_ua, abs=E11_UA)


def test_a_level_of_the_staircase_has_as_many_samples_as_the_budget_counts_with(monkeypatch):
    counts = []

    def counted(values):
        found = list(values)
        counts.append(len(found))
        return sum(found) / len(found)

    monkeypatch.setattr(calibration_bench, "fmean", counted)
    calibrate_seeded(BOARD, "rp2040", 1)
    mean = sum(counts) / len(counts)
    assert mean == pytest.approx(calibration_bench.SAMPLES_A_LEVEL, abs=0.3)


class LateConsole(LinkConsole):
    """A link whose frames arrive 40 to 60 ms after the board began to send them."""

    def __init__(self, link):
        super().__init__(link)
        self._sent = []

    def poll(self, t_us):
        """Every 20 ms: what is old enough arrives."""
        super().poll(t_us)
        ripe = [data for at_us, data in self._sent if t_us - at_us >= 60_000]
        self._sent = [row for row in self._sent if t_us - row[0] < 60_000]
        for data in ripe:
            super().write(data)

    def write(self, data):
        """What the board wrote, on its way."""
        self._sent.append((self._t_us, data))


def test_a_slow_link_changes_no_calibration():
    quick_zero, quick_mul, _ = calibration(BOARD, "rp2040", 1)[0]
    slow_zero, slow_mul, _ = calibrate_seeded(BOARD, "rp2040", 1, console=LateConsole)[0]
    assert abs(slow_zero - quick_zero) <= 1
    assert slow_mul == pytest.approx(quick_mul, rel=0.001)
