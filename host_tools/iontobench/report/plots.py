"""Draws a session: current, voltage and load, dose; and the last second before a fault.

Input is a record's samples and its snapshot; axes are min:s or ms, mA, V, kΩ, mA·min. The same
record gives the same SVG, and no text of a record is drawn: labels are ours. It must not judge.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from ionto.core import codes, units
from iontobench import signs
from iontobench.link.events import Event, FaultSnapshot, Sample
from iontobench.records.quantities import UA_PER_MA

from . import plot_style as look
from . import series
from .svg import as_svg

_STEPS_S = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 180, 300, 600, 900, 1800, 3600)
_TICKS = 9
_LEAST_SPAN = 0.09  # of the width: a narrower phase has no room for its name
_PHASES = dict.fromkeys((codes.STATE_HOLD, codes.STATE_PULSE), look.PHASE_B) | dict.fromkeys(
    (codes.STATE_RAMP, codes.STATE_RAMP_DOWN, codes.STATE_TURNING, codes.STATE_PAUSING),
    look.PHASE_A,
)


Host = Mapping[str, Sequence[float | None]]


class Shared:
    """What the plots of one session share: samples, marks and the length of the time axis.

    `host` has the columns of the host by name, a value a sample; see `of_host`.
    """

    def __init__(self, samples: list[Sample], events: list[Event], host: Host | None = None):
        self.samples = samples
        self._host = host or {}
        self.fault = next((event for event in events if event.code == codes.EVENT_FAULT), None)
        self.contacts_s = [e.t_ms / 1000 for e in events if e.code == codes.EVENT_CONTACT]
        last_ms = max([sample.t_ms for sample in samples] + [event.t_ms for event in events])
        self.end_s = max(last_ms / 1000, 0.1)

    def of_host(self, name: str) -> Callable[[Sample], float | None]:
        """A column of the host as `series.line` takes it; None for a sample without a value."""
        values = dict(zip(map(id, self.samples), self._host.get(name, ()), strict=False))
        return lambda sample: values.get(id(sample))


def current(shared: Shared, description: str) -> Markup:
    """Measured current over the set point, with the phases above it."""
    with look.style():
        figure, (axes,) = look.figure(3.1, 1, above_in=0.65)
        times, values = series.line(shared.samples, series.set_ma)
        axes.plot(times, values, color=look.SET, linewidth=2.8, label="set point")
        times, values = series.line(shared.samples, series.current_ma)
        axes.plot(times, values, color=look.CURRENT, linewidth=1.1, label="measured current")
        axes.set_ylabel("current (mA)")
        look.from_zero(axes)
        _phases(axes, shared)
        _marks(axes, shared, named=True)
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1.12), ncols=3, borderaxespad=0)
        title = "Current against set point"
        return _draw(figure, axes, shared, "plot-current", title, description)


def voltage(shared: Shared, compliance_v: float | None, description: str) -> Markup:
    """Voltage over the load and, below it, the apparent load V / I."""
    with look.style():
        figure, (upper, lower) = look.figure(4.2, 2)
        times, values = series.line(shared.samples, series.load_v)
        upper.plot(times, values, color=look.VOLTAGE, linewidth=1.1)
        upper.set_ylabel("voltage (V)")
        look.from_zero(upper)
        if compliance_v and look.top(values) > compliance_v / 2:
            look.level(upper, compliance_v, "compliance", look.FAULT)
        times, values = series.line(shared.samples, series.load_kohm)
        lower.plot(times, values, color=look.LOAD, linewidth=1.1)
        lower.set_ylabel(f"load ({signs.KOHM})")
        look.from_zero(lower)
        _marks(upper, shared, named=True)
        _marks(lower, shared, named=False)
        return _draw(figure, lower, shared, "plot-voltage", "Voltage and load", description)


def dose(shared: Shared, target_mamin: float | None, description: str) -> Markup:
    """Dose so far, towards the dose asked for."""
    with look.style():
        figure, (axes,) = look.figure(2.6, 1)
        times, values = series.line(shared.samples, series.dose_mamin)
        axes.fill_between(times, values, color=look.DOSE, alpha=0.12, linewidth=0)
        axes.plot(times, values, color=look.DOSE, linewidth=1.6)
        axes.set_ylabel(f"dose ({signs.MAMIN})")
        look.from_zero(axes)
        if target_mamin:
            look.level(axes, target_mamin, f"asked: {target_mamin:.3g} {signs.MAMIN}", look.FAINT)
        _marks(axes, shared, named=True)
        title = "Dose against the target"
        return _draw(figure, axes, shared, "plot-dose", title, description)


def last_second(snapshot: FaultSnapshot, events: list[Event], description: str) -> Markup:
    """Senses A and B over the set point, and the voltage over the load.

    Args:
        events: say which way the bridge stood; sense B is shown as A would read it.
    """
    sign = polarity(events)
    times_ms = [-row * snapshot.row_us / 1000 for row in range(len(snapshot.rows))][::-1]
    a_ma, b_ma, set_ma = (
        [column * factor / units.UA_Q4 / UA_PER_MA for column in values]
        for values, factor in zip(columns(snapshot, 0, 1, 3), (1, sign, 1), strict=True)
    )
    (load_mv,) = columns(snapshot, 2)
    with look.style():
        figure, (upper, lower) = look.figure(4.0, 2, above_in=0.3)
        upper.plot(times_ms, set_ma, color=look.SET, linewidth=2.8, label="set point")
        upper.plot(times_ms, b_ma, color=look.WARN, linewidth=1.4, label="sense B")
        upper.plot(times_ms, a_ma, color=look.CURRENT, linewidth=1.1, label="sense A")
        upper.set_ylabel("current (mA)")
        _span(upper)
        upper.legend(loc="lower right", bbox_to_anchor=(1, 1.0), ncols=3, borderaxespad=0)
        lower.plot(times_ms, [mv / 1000 for mv in load_mv], color=look.VOLTAGE, linewidth=1.1)
        lower.set_ylabel("voltage (V)")
        _span(lower)
        lower.set_xlim(min(times_ms[0], -1) * 1.01, -times_ms[0] * 0.005)
        lower.set_xlabel("time before the last row (ms)")
        title = "The last second before the fault"
        return as_svg(figure, "plot-last", title, description)


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


def time_axis(axes: Any, end_s: float) -> None:
    """Session time from 0 to `end_s`, s, which is above 0."""
    ticks = dict(time_ticks(end_s))
    axes.set_xlim(-end_s * 0.005, end_s * 1.015)
    axes.set_xticks(list(ticks), list(ticks.values()))
    axes.set_xlabel("session time (min:s)")


def time_ticks(end_s: float) -> list[tuple[float, str]]:
    """Times of a session's axis with their text; `end_s`, s, is above 0."""
    step_s = next((s for s in _STEPS_S if end_s / s <= _TICKS), end_s / _TICKS)
    times_s = [step_s * tick for tick in range(int(end_s / step_s) + 1)]
    return [(t_s, _tick(t_s, step_s)) for t_s in times_s]


def phase_colour(state: int) -> str:
    """The ribbon's colour while the session is in `state`."""
    return _PHASES.get(state, look.PHASE_OFF)


def has_room(shared: Shared, from_s: float, to_s: float) -> bool:
    """Whether a phase is wide enough for its name."""
    return to_s - from_s > _LEAST_SPAN * shared.end_s


def _draw(figure: Any, axes: Any, shared: Shared, name: str, title: str, text: str) -> Markup:
    time_axis(axes, shared.end_s)
    return as_svg(figure, name, title, text)


def _tick(t_s: float, step_s: float) -> str:
    minutes, seconds = divmod(t_s, 60)
    return f"{minutes:.0f}:{seconds:04.1f}" if step_s < 1 else f"{minutes:.0f}:{seconds:02.0f}"


def _marks(axes: Any, shared: Shared, *, named: bool) -> None:
    """The fault's instant, and thinner the instants at which contact was lost."""
    for index, at_s in enumerate(shared.contacts_s):
        label = "contact lost" if named and index == 0 else None
        style = {"color": look.WARN, "linewidth": 1, "linestyle": (0, (1.5, 2))}
        axes.axvline(at_s, label=label, **style)
    if shared.fault is None:
        return
    at_s = shared.fault.t_ms / 1000
    axes.axvline(at_s, color=look.FAULT, linewidth=1.6)
    if named:
        name = codes.FAULT_NAMES.get(shared.fault.a, f"fault {shared.fault.a}")
        left = at_s > shared.end_s * 0.3
        axes.annotate(
            f"fault: {name}",
            (at_s, 0.985),
            xycoords=axes.get_xaxis_transform(),
            xytext=(-5 if left else 5, 0),
            textcoords="offset points",
            ha="right" if left else "left",
            va="top",
            color=look.FAULT,
            weight="bold",
            bbox={"facecolor": look.PAGE, "edgecolor": "none", "pad": 1},
        )


def _phases(axes: Any, shared: Shared) -> None:
    """A ribbon over the plot that says what the session was doing."""
    from matplotlib.patches import Rectangle

    across = axes.get_xaxis_transform()
    for state, from_s, to_s in series.state_spans(shared.samples):
        colour = phase_colour(state)
        box = Rectangle((from_s, 1.02), to_s - from_s, 0.09, transform=across, color=colour)
        box.set(clip_on=False, linewidth=0)
        axes.add_patch(box)
        if has_room(shared, from_s, to_s):
            name = codes.STATE_NAMES.get(state, f"state {state}")
            axes.text((from_s + to_s) / 2, 1.062, name, transform=across, ha="center", va="center")


def _span(axes: Any) -> None:
    """Down to 0, further where a sense reads less, and some room above."""
    low, high = axes.dataLim.y0, axes.dataLim.y1
    axes.set_ylim(min(0.0, low * 1.18), max(high * 1.18, 0.01))
    axes.yaxis.set_label_coords(-0.062, 0.5)
