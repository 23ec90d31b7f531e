"""Runs a netlist in ngspice and returns what it wrote, as arrays with units in their names.

A signal is named by the caller, with its unit as the suffix: `{"load_ua": "i(vload)"}` gives
`result["load_ua"]` in uA. ngspice ends with exit 0, and with data, where a transient stops half
way ("timestep too small"), so the last time is looked at. Must not know the stage.
"""

import functools
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# A latch has no one state at rest (noopalter): each bench arms it before it looks.
OPTIONS = ".options reltol=1e-4 abstol=1e-11 vntol=1e-6 gmin=1e-13 method=gear itl4=200 noopalter"
# What only benches use: a switch as good as ideal.
IDEAL_SWITCH = ".model IDEAL SW(VT=0.5 VH=0.02 RON=0.1 ROFF=1e12)"
_FACTORS = {"_ua": 1e6, "_ma": 1e3, "_mv": 1e3, "_v": 1.0, "_khz": 1e-3, "_db": 1.0, "_share": 1.0}
# Where a gate works by events ngspice makes the steps of everything else shorter; as without one.
_BEFORE = "set xtrtol=7\n"
_TIMEOUT_S = 600.0
_LEAST_SHARE = 0.999  # of the time that was asked for
_TOLD = 800  # characters of what ngspice said that an error repeats

Array = NDArray[np.float64]


class NgspiceError(RuntimeError):
    """ngspice is missing, or it did not do what it was asked."""


class Analysis:
    """One analysis: the swept quantity as `x` (s, V or Hz), and the signals by name."""

    def __init__(self, x: Array, signals: Mapping[str, Array]) -> None:
        self.x = x
        self._signals = dict(signals)

    def __getitem__(self, name: str) -> Array:
        return self._signals[name]

    @property
    def t_ms(self) -> Array:
        """The time of a transient."""
        return self.x * 1e3

    def at(self, name: str, t_ms: float) -> float:
        """The value of a signal of a transient at a time, linear between points."""
        return float(np.interp(t_ms, self.t_ms, self[name]))

    def mean(self, name: str, from_ms: float, to_ms: float) -> float:
        """The mean of a signal over a time of the transient, weighted by the steps."""
        inside = (self.t_ms >= from_ms) & (self.t_ms < to_ms)
        t = self.x[inside]
        return float(np.trapezoid(self[name][inside], t) / (t[-1] - t[0]))

    def charge_nc(self, excess_ua: Array, from_ms: float, to_ms: float) -> float:
        """The integral of a current over a time of the transient, in nC."""
        inside = (self.t_ms >= from_ms) & (self.t_ms <= to_ms)
        return float(np.trapezoid(excess_ua[inside], self.x[inside]) * 1e3)


@functools.cache
def find_ngspice() -> str:
    """The program.

    Raises:
        NgspiceError: there is none.
    """
    path = shutil.which("ngspice")
    if path is None:
        raise NgspiceError("no ngspice: install it (Debian and Ubuntu: apt-get install ngspice)")
    return path


def transient(netlist: str, end_ms: float, step_us: float, signals: Mapping[str, str], **more):
    """Run a transient to `end_ms`.

    Args:
        step_us: the longest step of the result.
        more: `from_ms`, the start of what is kept; `most_us`, the longest step inside.

    Raises:
        NgspiceError: it stopped before `end_ms`, or said nothing.
    """
    from_ms = more.get("from_ms", 0.0)
    most_us = more.get("most_us", 2.5 * step_us)
    result = analyse(netlist, f"tran {step_us:g}u {end_ms:g}m {from_ms:g}m {most_us:g}u", signals)
    if result.t_ms[-1] < _LEAST_SHARE * end_ms:
        raise NgspiceError(
            f"the transient stopped at {result.t_ms[-1]:.6g} of {end_ms:g} ms: what came before"
            " is not used"
        )
    return result


def analyse(netlist: str, analysis: str, signals: Mapping[str, str]) -> Analysis:
    """Run one analysis, such as `dc vduty 0 1 0.01` or `ac dec 40 100 3meg`.

    Raises:
        NgspiceError: there is no ngspice, or it gave no numbers.
    """
    factors = {name: _factor(name) for name in signals}
    with tempfile.TemporaryDirectory(prefix="iontobench-circuit-") as folder:
        data, said = _run(Path(folder), netlist, analysis, list(signals.values()))
    if data.shape[1] != len(signals) + 1 or not np.isfinite(data).all():
        raise NgspiceError(f"ngspice gave no numbers for {analysis!r}: {said[-_TOLD:]}")
    columns = zip(signals, data.T[1:], strict=True)
    return Analysis(data[:, 0], {name: column * factors[name] for name, column in columns})


def _factor(name: str) -> float:
    for suffix, factor in _FACTORS.items():
        if name.endswith(suffix):
            return factor
    raise ValueError(f"the signal {name!r} has no unit; allowed: {', '.join(_FACTORS)}")


def _run(folder: Path, netlist: str, analysis: str, vectors: list[str]) -> tuple[Array, str]:
    deck, table = folder / "deck.cir", folder / "table.txt"
    saved = sorted({one for vector in vectors for one in re.findall(r"[vi]\([^)]*\)", vector)})
    control = (
        ".control",
        "set wr_singlescale",
        "set numdgt=9",
        *([f"save {' '.join(saved)}"] if saved else []),
        analysis,
        f"wrdata table.txt {' '.join(vectors)}",
        ".endc",
        ".end",
    )
    lines = ("* written by iontobench.circuit", netlist, IDEAL_SWITCH, OPTIONS, *control, "")
    deck.write_text("\n".join(lines), encoding="utf-8")
    (folder / ".spiceinit").write_text(_BEFORE, encoding="utf-8")
    try:
        done = subprocess.run(
            [find_ngspice(), "-b", deck.name],
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NgspiceError(f"ngspice took more than {_TIMEOUT_S:g} s for {analysis!r}") from None
    said = done.stdout + done.stderr
    if not table.exists():
        raise NgspiceError(f"ngspice did nothing for {analysis!r}: {said[-_TOLD:]}")
    return np.loadtxt(table, ndmin=2), said
