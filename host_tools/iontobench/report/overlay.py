"""The currents of several records over each other, as one picture: SVG or PNG.

Axes are min:s and mA. The same records give the same SVG. Names are drawn as they are, never read
as formulas. Must not judge.
"""

import io
from collections.abc import Sequence
from typing import Any

from iontobench.link.events import Sample
from iontobench.records.format import text

from . import plot_style as look
from . import series
from .plots import time_axis
from .svg import NO_METADATA

_COLOURS = (look.CURRENT, look.FAULT, look.LOAD, look.DOSE, look.WARN, look.INK)
_DASHES: Sequence[Any] = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (5, 2, 1.5, 2)), (0, (9, 3)))
_HEIGHT_IN = 3.6
_NAME_IN = 0.2
_DPI = 150


def picture(names: Sequence[str], samples: Sequence[Sequence[Sample]], kind: str) -> bytes:
    """A picture with a line for each record, its name above the plot.

    Args:
        kind: `svg` or `png`.
    """
    above_in = 0.15 + _NAME_IN * len(names)
    with look.style():
        figure, (axes,) = look.figure(_HEIGHT_IN + above_in, 1, above_in=above_in)
        for at, (name, one) in enumerate(zip(names, samples, strict=True)):
            times, values = series.line(one, series.current_ma)
            dashes = _DASHES[at // len(_COLOURS) % len(_DASHES)]
            colour = _COLOURS[at % len(_COLOURS)]
            axes.plot(times, values, color=colour, linestyle=dashes, linewidth=1.2, label=name)
        axes.set_ylabel("current (mA)")
        look.from_zero(axes)
        end_s = max([one[-1].t_ms / 1000 for one in samples if one], default=0.0)
        time_axis(axes, max(end_s, 0.1))
        legend = axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), borderaxespad=0.2)
        for line, name in zip(legend.get_texts(), names, strict=True):
            line.set_parse_math(False)
            line.set_text(text(name))
        drawn = io.BytesIO()
        metadata = NO_METADATA if kind == "svg" else {"Software": None}
        figure.savefig(drawn, format=kind, dpi=_DPI, metadata=metadata)
    return drawn.getvalue()
