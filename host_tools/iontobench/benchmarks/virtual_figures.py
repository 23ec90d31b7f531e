"""Figures of whole virtual sessions: dose, peak, speed, and how fast a fault turns off."""

import subprocess
import sys
import time
from typing import Any

from iontobench import signs

from .registry import figure
from .workshop import PROTOCOL, Workshop

_RUN = f"iontobench run {PROTOCOL}"
_OPEN_AT_S = ("8", "21.3", "300", "1150")


@figure("peak current through the load", "mA", "<= 2.03", "virtual", _RUN)
def peak(shop: Workshop) -> float:
    return shop.session()["peak_ma"]


@figure("dose by the firmware", signs.MAMIN, "39.9 .. 40.1", "virtual", _RUN)
def dose(shop: Workshop) -> float:
    return shop.session()["dose_mamin"]


@figure("dose error, ideal ADC", "%", "<= 0.1", "virtual", _RUN)
def dose_error_ideal(shop: Workshop) -> float:
    return _dose_error_percent(shop.session())


@figure("dose error, RP2040 ADC", "%", "<= 1.0", "virtual", f"{_RUN} --adc rp2040")
def dose_error_rp2040(shop: Workshop) -> float:
    return _dose_error_percent(shop.session("--adc", "rp2040"))


@figure("speed of a session", "x real time", ">= 200", "virtual", _RUN)
def speed(shop: Workshop) -> float:
    return shop.session()["realtime_factor"]


@figure("whole command, report included", "s", "<= 60", "virtual", f"{_RUN} --speed max")
def whole_command(shop: Workshop) -> float:
    command = [sys.executable, "-m", "iontobench.cli.main", "run", PROTOCOL, "--speed", "max"]
    started_s = time.monotonic()
    subprocess.run(
        [*command, "--clear", "--data", str(shop.folder)], capture_output=True, check=True
    )
    return time.monotonic() - started_s


def _open_figure(at_s: str) -> None:
    option = f"open@{at_s}"

    shown = f"{_RUN} --fault {option}"

    @figure(f"lead opens at {at_s} s: gate off after", "ms", "<= 20", "virtual", shown)
    def gate_off(shop: Workshop) -> float:
        return shop.session("--fault", option)["gate_off_ms"]


for _at_s in _OPEN_AT_S:
    _open_figure(_at_s)


def _dose_error_percent(session: dict[str, Any]) -> float:
    told, true = session["dose_mamin"], session["dose_true_mamin"]
    return abs(told - true) / true * 100
