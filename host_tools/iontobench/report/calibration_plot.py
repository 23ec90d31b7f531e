"""What a calibration leaves over: each reading's distance from its line, with what explains it."""

from pathlib import Path
from typing import TYPE_CHECKING

from .plot_style import CURRENT, FAINT, VOLTAGE, style
from .svg import NO_METADATA

if TYPE_CHECKING:
    from iontobench.device.calibration_fit import Fit

_SIZE_IN = (7.6, 6.0)
SUFFIXES = (".svg", ".png", ".pdf")


def draw(fit: "Fit", path: Path) -> None:
    """Write the plot; its kind is that of the file's ending.

    Raises:
        OSError: it cannot be written.
    """
    from matplotlib.figure import Figure

    with style():
        figure = Figure(figsize=_SIZE_IN, layout="constrained")
        rows = figure.subplots(len(fit.senses), 1)
        for axes, sense in zip(rows, fit.senses, strict=True):
            is_voltage = sense is fit.senses[-1]
            xs = [one.true_mv / 1000 if is_voltage else one.true_ua / 1000 for one in fit.readings]
            axes.axhline(0.0, color=FAINT, linewidth=0.8)
            axes.errorbar(
                xs,
                sense.residuals,
                yerr=sense.allowed,
                fmt="o",
                markersize=4,
                color=VOLTAGE if is_voltage else CURRENT,
                ecolor=FAINT,
                capsize=3,
            )
            axes.set_ylabel(f"{sense.name}, {sense.unit}")
            axes.set_xlabel("V by the meter" if is_voltage else "mA by the meter")
        metadata = NO_METADATA if path.suffix == ".svg" else None
        figure.savefig(path, metadata=metadata)
