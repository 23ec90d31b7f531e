"""The plots of a report without matplotlib, which a browser does not have: the same four, drawn
as SVG by hand.

Lines, marks, phases and words are those of `plots`; only the drawing is another one, and simpler.
No text of a record is drawn: labels are ours. The same record gives the same SVG. Lengths in px.
"""

from collections.abc import Sequence
from html import escape
from math import floor, isnan, log10

from markupsafe import Markup

from ionto.core import codes, units
from iontobench import signs
from iontobench.link.events import Event, FaultSnapshot
from iontobench.records.quantities import UA_PER_MA

from . import plot_style as look
from . import plots, series
from .plots import Shared

_WIDTH, _LEFT, _RIGHT, _BELOW = 760, 62, 8, 40
_ROOM = 1.18  # above the highest value
_Y_TICKS = 5


class _Axes:
    """One pair of axes at a place of a drawing; everything drawn is kept in `parts`."""

    def __init__(self, top: float, height: float, x: tuple[float, float], y: tuple[float, float]):
        self.parts: list[str] = []
        self.top, self.height = top, height
        self._x, self._y = x, y

    def at_x(self, value: float) -> float:
        low, high = self._x
        return _LEFT + (value - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT)

    def at_y(self, value: float) -> float:
        low, high = self._y
        return self.top + self.height - (value - low) / (high - low) * self.height

    def line(self, x: Sequence[float], y: Sequence[float], colour: str, width: float) -> None:
        """A line that a NaN breaks."""
        path, command = [], "M"
        for one, value in zip(x, y, strict=True):
            if isnan(value):
                command = "M"
                continue
            path.append(f"{command}{self.at_x(one):.1f} {self.at_y(value):.1f}")
            command = "L"
        style = f"fill: none; stroke: {_ink(colour)}; stroke-width: {width}"
        self.parts.append(f'<path d="{" ".join(path)}" style="{style}"/>')

    def rule(
        self, x0: float, y0: float, x1: float, y1: float, colour: str, dash: str = ""
    ) -> None:
        """A straight line between two places of the drawing."""
        more = f"; stroke-dasharray: {dash}" if dash else ""
        where = f'x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}"'
        self.parts.append(f'<line {where} style="stroke: {_ink(colour)}{more}"/>')

    def word(self, x: float, y: float, text: str, colour: str, anchor: str = "middle") -> None:
        """A text of ours."""
        where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
        self.parts.append(f'<text {where} style="fill: {_ink(colour)}">{escape(text)}</text>')

    def upright(self, value: float, colour: str, dash: str = "") -> None:
        """A line at one time."""
        x = self.at_x(value)
        self.rule(x, self.top, x, self.top + self.height, colour, dash)

    def heights(self, label: str) -> None:
        """Lines and numbers of the value's axis, and what it is."""
        low, high = self._y
        step = _step((high - low) / _Y_TICKS)
        for number in range(floor(low / step), floor(high / step) + 1):
            value = number * step
            if not low <= value <= high:
                continue
            y = self.at_y(value)
            self.rule(_LEFT, y, _WIDTH - _RIGHT, y, look.GRID)
            self.word(_LEFT - 6, y + 4, f"{value:g}", look.FAINT, "end")
        middle = self.top + self.height / 2
        self.parts.append(
            f'<text transform="translate(14 {middle:.1f}) rotate(-90)" text-anchor="middle" '
            f'style="fill: {_ink(look.INK)}">{escape(label)}</text>'
        )

    def times(self, ticks: Sequence[tuple[float, str]], label: str) -> None:
        """Marks and numbers of the time's axis."""
        below = self.top + self.height
        for value, text in ticks:
            x = self.at_x(value)
            self.rule(x, below, x, below + 4, look.FAINT)
            self.word(x, below + 17, text, look.FAINT)
        self.word((_LEFT + _WIDTH) / 2, below + 33, label, look.INK)


def current(shared: Shared, description: str) -> Markup:
    """Measured current over the set point, with the phases above it."""
    set_point = series.line(shared.samples, series.set_ma)
    measured = series.line(shared.samples, series.current_ma)
    axes = _Axes(56, 210, _span(shared), (0.0, _top(set_point[1] + measured[1])))
    axes.heights("current (mA)")
    axes.line(*set_point, look.SET, 2.8)
    axes.line(*measured, look.CURRENT, 1.1)
    for state, from_s, to_s in series.state_spans(shared.samples):
        x, end = axes.at_x(from_s), axes.at_x(to_s)
        colour = plots.phase_colour(state)
        box = f'x="{x:.1f}" y="32" width="{max(end - x, 0.5):.1f}" height="18"'
        axes.parts.append(f'<rect {box} style="fill: {_ink(colour)}"/>')
        if plots.has_room(shared, from_s, to_s):
            axes.word((x + end) / 2, 45, codes.STATE_NAMES.get(state, f"state {state}"), look.INK)
    _named(axes, (("set point", look.SET), ("measured current", look.CURRENT)))
    _marks(axes, shared, is_named=True)
    _session_times(axes, shared)
    return _drawing([axes], "plot-current", "Current against set point", description)


def voltage(shared: Shared, compliance_v: float | None, description: str) -> Markup:
    """Voltage over the load and, below it, the apparent load V / I."""
    volts = series.line(shared.samples, series.load_v)
    highest = look.top(volts[1])
    is_near = bool(compliance_v) and highest > (compliance_v or 0.0) / 2
    tallest = max(highest, compliance_v or 0.0) if is_near else highest
    upper = _Axes(8, 150, _span(shared), (0.0, _top([tallest])))
    upper.heights("voltage (V)")
    upper.line(*volts, look.VOLTAGE, 1.1)
    if is_near and compliance_v:
        _level(upper, compliance_v, "compliance", look.FAULT)
    kohms = series.line(shared.samples, series.load_kohm)
    lower = _Axes(176, 150, _span(shared), (0.0, _top(kohms[1])))
    lower.heights(f"load ({signs.KOHM})")
    lower.line(*kohms, look.LOAD, 1.1)
    _marks(upper, shared, is_named=True)
    _marks(lower, shared, is_named=False)
    _session_times(lower, shared)
    return _drawing([upper, lower], "plot-voltage", "Voltage and load", description)


def dose(shared: Shared, target_mamin: float | None, description: str) -> Markup:
    """Dose so far, towards the dose asked for."""
    times, values = series.line(shared.samples, series.dose_mamin)
    axes = _Axes(8, 190, _span(shared), (0.0, _top([*values, target_mamin or 0.0])))
    axes.heights(f"dose ({signs.MAMIN})")
    axes.line(times, values, look.DOSE, 1.6)
    if target_mamin:
        _level(axes, target_mamin, f"asked: {target_mamin:.3g} {signs.MAMIN}", look.FAINT)
    _marks(axes, shared, is_named=True)
    _session_times(axes, shared)
    return _drawing([axes], "plot-dose", "Dose against the target", description)


def last_second(snapshot: FaultSnapshot, events: list[Event], description: str) -> Markup:
    """Senses A and B over the set point, and the voltage over the load."""
    count = len(snapshot.rows)
    times_ms = [-row * snapshot.row_us / 1000 for row in range(count)][::-1]
    factors = (1, plots.polarity(events), 1)
    lines = [
        [value * factor / units.UA_Q4 / UA_PER_MA for value in column]
        for column, factor in zip(plots.columns(snapshot, 0, 1, 3), factors, strict=True)
    ]
    (load_mv,) = plots.columns(snapshot, 2)
    span = (min(times_ms[0], -1.0) * 1.01, 1.0)
    everything = [value for line in lines for value in line]
    upper = _Axes(28, 150, span, _around(everything))
    upper.heights("current (mA)")
    for values, colour, width in zip(
        (lines[2], lines[1], lines[0]),
        (look.SET, look.WARN, look.CURRENT),
        (2.8, 1.4, 1.1),
        strict=True,
    ):
        upper.line(times_ms, values, colour, width)
    _named(upper, (("set point", look.SET), ("sense B", look.WARN), ("sense A", look.CURRENT)))
    volts = [mv / 1000 for mv in load_mv]
    lower = _Axes(196, 130, span, _around(volts))
    lower.heights("voltage (V)")
    lower.line(times_ms, volts, look.VOLTAGE, 1.1)
    step = _step((span[1] - span[0]) / 9)
    ticks = [(-step * at, f"{-step * at:g}") for at in range(floor(-span[0] / step) + 1)]
    lower.times(ticks, "time before the last row (ms)")
    return _drawing([upper, lower], "plot-last", "The last second before the fault", description)


def _span(shared: Shared) -> tuple[float, float]:
    return (0.0, shared.end_s * 1.015)


def _top(values: Sequence[float]) -> float:
    return max(look.top(list(values)) * _ROOM, 0.01)


def _around(values: Sequence[float]) -> tuple[float, float]:
    return min(0.0, min(values) * _ROOM), max(max(values) * _ROOM, 0.01)


def _step(least: float) -> float:
    """1, 2 or 5 times a power of ten, at least so much."""
    power = 10.0 ** floor(log10(least))
    return next(power * one for one in (1, 2, 5, 10) if power * one >= least)


def _level(axes: _Axes, value: float, label: str, colour: str) -> None:
    y = axes.at_y(value)
    axes.rule(_LEFT, y, _WIDTH - _RIGHT, y, colour, "5 3")
    axes.word(_LEFT + 4, y - 4, label, colour, "start")


def _named(axes: _Axes, lines: Sequence[tuple[str, str]]) -> None:
    """Which colour is which line, above the axes."""
    x = _WIDTH - _RIGHT - 150.0 * len(lines)
    for label, colour in lines:
        axes.rule(x, 16, x + 22, 16, colour)
        axes.word(x + 28, 20, label, look.INK, "start")
        x += 150.0


def _marks(axes: _Axes, shared: Shared, *, is_named: bool) -> None:
    """The fault's instant, and thinner the instants at which contact was lost."""
    for at_s in shared.contacts_s:
        axes.upright(at_s, look.WARN, "1.5 2")
    if shared.fault is None:
        return
    at_s = shared.fault.t_ms / 1000
    axes.upright(at_s, look.FAULT)
    if is_named:
        name = codes.FAULT_NAMES.get(shared.fault.a, f"fault {shared.fault.a}")
        is_late = at_s > shared.end_s * 0.3
        x = axes.at_x(at_s) + (-5 if is_late else 5)
        axes.word(x, axes.top + 14, f"fault: {name}", look.FAULT, "end" if is_late else "start")


def _session_times(axes: _Axes, shared: Shared) -> None:
    axes.times(plots.time_ticks(shared.end_s), "session time (min:s)")


def _ink(colour: str) -> str:
    return f"var(--{look.COLOURS[colour]}, {colour})"


def _drawing(axes: Sequence[_Axes], prefix: str, title: str, description: str) -> Markup:
    """One `<svg>` element, with its title and description for those who do not see it."""
    height = axes[-1].top + axes[-1].height + _BELOW
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:g}" role="img" '
    head += f'aria-labelledby="{prefix}-title {prefix}-desc" style="font: 13px system-ui">'
    told = f'<title id="{prefix}-title">{escape(title)}</title>'
    told += f'<desc id="{prefix}-desc">{escape(description)}</desc>'
    body = "".join(part for one in axes for part in one.parts)
    return Markup(f"{head}{told}{body}</svg>")
