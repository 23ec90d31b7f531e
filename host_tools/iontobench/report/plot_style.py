"""How a report's plots look: their colours, style, size and axes.

The same drawing gives the same SVG. matplotlib is loaded on the first one, and no text of a record
is drawn: labels are ours. Sizes in inches.
"""

from typing import Any

# What the plots are drawn with -> the page's variable. The value stays as the fallback.
COLOURS = {
    "#fefefe": "page",
    "#1b2733": "ink",
    "#5b6774": "faint",
    "#dde3e9": "grid",
    "#0b62a8": "current",
    "#8a94a0": "set",
    "#8a4b00": "voltage",
    "#00716b": "load",
    "#5a3ea6": "dose",
    "#c02020": "fault",
    "#b86e00": "warn",
    "#e3edf6": "phase-a",
    "#c9dff0": "phase-b",
    "#eceff2": "phase-off",
}
PAGE, INK, FAINT, GRID, CURRENT, SET, VOLTAGE, LOAD, DOSE, FAULT, WARN, *_PHASES = COLOURS
PHASE_A, PHASE_B, PHASE_OFF = _PHASES

FONT = "DejaVu Sans"  # matplotlib's own, which is everywhere; a page has its reader's
_WIDTH_IN = 7.6
_BELOW_IN = 0.48  # ticks and their label
_STYLE: Any = {
    "svg.fonttype": "none",  # text stays text: smaller, and it can be read aloud and copied
    "svg.hashsalt": "iontobench",
    "font.family": FONT,
    "font.size": 9.5,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "text.color": INK,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "path.simplify": False,  # series.py has done it, and kept the extremes
}


def style() -> Any:
    import matplotlib

    return matplotlib.rc_context(_STYLE)


def figure(height_in: float, rows: int, above_in: float = 0.08) -> tuple[Any, Any]:
    """A figure whose axes begin at the same place in every plot, so that times line up."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH_IN, height_in))
    top, bottom = 1 - above_in / height_in, _BELOW_IN / height_in
    figure.subplots_adjust(left=0.082, right=0.995, top=top, bottom=bottom, hspace=0.12)
    return figure, figure.subplots(rows, 1, sharex=True, squeeze=False)[:, 0]


def from_zero(axes: Any) -> None:
    axes.set_ylim(bottom=0, top=max(axes.dataLim.y1 * 1.18, 0.01))
    axes.yaxis.set_label_coords(-0.062, 0.5)


def top(values: list[float]) -> float:
    """The largest value that is one."""
    return max((value for value in values if value == value), default=0.0)


def level(axes: Any, value: float, label: str, colour: str) -> None:
    """A dashed line at a height that means something, named above its left end."""
    axes.axhline(value, color=colour, linewidth=1.2, linestyle=(0, (5, 3)))
    across = axes.get_yaxis_transform()
    place = {"xycoords": across, "xytext": (4, 3), "textcoords": "offset points"}
    axes.annotate(label, (0, value), ha="left", va="bottom", **place)
    axes.set_ylim(top=max(axes.get_ylim()[1], value * 1.18))
