"""Draws the last second before a fault: set point, both senses, and the load voltage below.

Input is a record's snapshot; axes are ms before its last row, mA and V. The same snapshot gives
the same SVG. It must not judge.
"""

from typing import Any

from markupsafe import Markup

from ionto.core import codes, units
from iontobench.link.events import Event, FaultSnapshot

from . import canvas, svg

_UA_PER_MA = 1000


def last_second(snapshot: FaultSnapshot, events: list[Event], description: str) -> Markup:
    """Senses A and B over the set point, and the voltage over the load.

    Args:
        events: say which way the bridge stood; sense B is shown as A would read it.
    """
    sign = polarity(events)
    times_ms = [-row * snapshot.row_us / 1000 for row in range(len(snapshot.rows))][::-1]
    a_ma, b_ma, set_ma = (
        [column * factor / units.UA_Q4 / _UA_PER_MA for column in values]
        for values, factor in zip(columns(snapshot, 0, 1, 3), (1, sign, 1), strict=True)
    )
    (load_mv,) = columns(snapshot, 2)
    with canvas.style():
        figure, (upper, lower) = canvas.figure(4.0, 2, above_in=0.3)
        upper.plot(times_ms, set_ma, color=svg.SET, linewidth=2.8, label="set point")
        upper.plot(times_ms, b_ma, color=svg.WARN, linewidth=1.4, label="sense B")
        upper.plot(times_ms, a_ma, color=svg.CURRENT, linewidth=1.1, label="sense A")
        upper.set_ylabel("current (mA)")
        _span(upper)
        upper.legend(loc="lower right", bbox_to_anchor=(1, 1.0), ncols=3, borderaxespad=0)
        lower.plot(times_ms, [mv / 1000 for mv in load_mv], color=svg.VOLTAGE, linewidth=1.1)
        lower.set_ylabel("voltage (V)")
        _span(lower)
        lower.set_xlim(min(times_ms[0], -1) * 1.01, -times_ms[0] * 0.005)
        lower.set_xlabel("time before the last row (ms)")
        title = "The last second before the fault"
        return canvas.as_svg(figure, "plot-last", title, description)


def columns(snapshot: FaultSnapshot, *which: int) -> list[list[int]]:
    """Some columns of a snapshot."""
    return [[row[at] for row in snapshot.rows] for at in which]


def polarity(events: list[Event]) -> int:
    """How the bridge stood at the end: +1 or -1."""
    sign = 1
    for event in events:
        if event.code in (codes.EVENT_START, codes.EVENT_POLARITY):
            sign = -1 if event.a < 0 else 1
    return sign


def _span(axes: Any) -> None:
    """Down to 0, further where a sense reads less, and some room above."""
    low, high = axes.dataLim.y0, axes.dataLim.y1
    axes.set_ylim(min(0.0, low * 1.18), max(high * 1.18, 0.01))
    axes.yaxis.set_label_coords(-0.062, 0.5)
