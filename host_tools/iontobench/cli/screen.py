"""One screen of the live view, from the model alone: every row in words, fitted to the terminal.

80 columns by 24 rows show everything; a smaller terminal loses the plot first, then the events.
Colour only ever repeats what a word says.
"""

from rich.text import Text

from ionto.core import faults
from iontobench import words

from .controls import KEYS, Controls
from .model import Model
from .pace import speed_text
from .plot import WINDOW_MS, current_plot

NOTICE = "Bench only: dummy loads, never people."
_EVENT_ROWS = 3
_PLOT_ROWS_MIN = 6
_FINAL_ROWS, _FINAL_COLUMNS = 11, 80
_STYLES = {
    faults.HOLD: "bold green",
    faults.FAULT: "bold red",
    faults.CONTACT: "bold red",
}
_CTRL_C = "Ctrl-C: off at once"


class Screen:
    """Draws `model` and `controls`; `has_keys` tells whether keys can be pressed."""

    def __init__(self, model: Model, controls: Controls, has_keys: bool, ascii_only: bool):
        self._model = model
        self._controls = controls
        self._has_keys = has_keys
        self._ascii = ascii_only

    def draw(self, width: int, height: int, speed: float | None) -> Text:
        """The whole screen as one text of at most `height` rows of at most `width` columns."""
        foot = self._foot(width)
        rows = self._head(width, speed) + self._values() + [self._dose(width)]
        space = height - len(rows) - len(foot)
        events = self._events(min(_EVENT_ROWS, max(0, space)))
        plot = self._plot(width, space - len(events))
        rows = (rows + plot + events)[: height - len(foot)] + foot
        for row in rows:
            row.truncate(width, overflow="crop")
        return Text("\n", no_wrap=True, overflow="crop").join(rows[:height])

    def _head(self, width: int, speed: float | None) -> list[Text]:
        about = self._model.about
        title = Text(f"IontoBench  {about.protocol} on {about.board}, profile {about.profile}")
        title.stylize("bold", 0, 10)
        sample = self._model.sample
        name = words.state_name(self._model.state).upper()
        state = Text(f" {name} ", style=f"{_STYLES.get(self._model.state, 'bold')} reverse")
        state.append("  " + (words.state(sample) if sample else "starting"), style="not reverse")
        t_ms = sample.t_ms if sample else 0
        time = f"{words.clock(t_ms)} of about {words.clock(about.course.total_ms)}"
        notice = _apart(Text(NOTICE, style="dim"), speed_text(speed), width)
        return [title, notice, Text(), _apart(state, time, width)]

    def _values(self) -> list[Text]:
        sample = self._model.sample
        if sample is None:
            return [Text("no sample yet"), Text()]
        first = (
            ("set point", words.milliamps(sample.set_ua)),
            ("current", words.milliamps(sample.current_ua)),
            ("peak", words.milliamps(self._model.peak_ua)),
        )
        missing = str(self._model.missing) if self._model.missing else "none"
        second = (
            ("voltage", words.volts(sample.load_mv)),
            ("load", words.kilohms(sample.load_ohm)),
            ("frames lost", missing),
        )
        return [_fields(first), _fields(second)]

    def _dose(self, width: int) -> Text:
        course, sample = self._model.about.course, self._model.sample
        dose_uc = sample.dose_uc if sample else 0
        share = min(max(dose_uc / course.dose_uc, 0.0), 1.0) if course.dose_uc else 0.0
        left = self._model.left_ms
        told = f" {words.mamin(dose_uc)} of {words.mamin(course.dose_uc)} mA min ({share:.0%})"
        if left is not None:
            told += f", {words.clock(left)} left"
        columns = max(5, width - len("dose ") - len(told) - 2)
        full = round(share * columns)
        on, off = ("#", "-") if self._ascii else ("█", "░")
        bar = Text("dose ", style="dim")
        bar.append(on * full, style="not dim green").append(off * (columns - full), style="dim")
        return bar.append(told, style="not dim bold")

    def final(self, width: int) -> Text:
        """The plot of the whole session alone, for after the end."""
        self._controls.whole = True
        return Text("\n").join(self._plot(min(width, _FINAL_COLUMNS), _FINAL_ROWS)[1:])

    def _plot(self, width: int, rows: int) -> list[Text]:
        if rows < _PLOT_ROWS_MIN:
            return [Text() for _ in range(max(0, rows))]
        course, trace = self._model.about.course, self._model.trace
        t_ms = self._model.sample.t_ms if self._model.sample else 0
        if self._controls.whole:
            buckets, span_ms = trace.whole(), (0.0, max(course.total_ms, t_ms))
            title = "current in mA, the whole session"
        else:
            buckets = trace.last(WINDOW_MS)
            span_ms = (max(0.0, t_ms - WINDOW_MS), max(t_ms, WINDOW_MS))
            title = f"current in mA, the last {WINDOW_MS // 60000} minutes"
        title += "; dots: the set point where it differs"
        drawn = current_plot(buckets, span_ms, course.peak_ua, (width - 1, rows - 2), self._ascii)
        return [Text(), Text(title, style="dim"), *drawn.split("\n")]

    def _events(self, rows: int) -> list[Text]:
        lines = list(self._model.lines)[-rows:] if rows else []
        fault = self._model.fault_line
        if fault and lines and fault not in lines:
            lines[0] = fault
        padding = [""] * (rows - len(lines))
        return [Text(line, style="red" if "FAULT" in line else "") for line in lines + padding]

    def _foot(self, width: int) -> list[Text]:
        if not self._has_keys:
            return [Text(f"no keys: the input is no terminal.  {_CTRL_C}", style="dim")]
        rows = [Text()]
        for shown, label in [*_key_labels(), ("Ctrl-C", "off at once")]:
            part = Text(f"{shown} ", style="bold").append(label, style="not bold")
            if rows[-1].cell_len + part.cell_len > width:
                rows.append(Text())
            rows[-1].append_text(part).append("   ")
        note = self._controls.note
        return [*rows, Text(f"> {note}" if note else "", style="bold")]


def _key_labels() -> list[tuple[str, str]]:
    """Keys without a label of their own share that of the next one."""
    labels: list[tuple[str, str]] = []
    shared = ""
    for key in KEYS:
        shared += f"{key.shown} "
        if key.label:
            labels.append((shared.strip(), key.label))
            shared = ""
    return labels


def _apart(left: Text, right: str, width: int) -> Text:
    """Text at the left and at the right edge of one row."""
    gap = max(2, width - left.cell_len - len(right))
    return left.append(" " * gap + right, style="not bold not reverse not dim default")


def _fields(pairs: tuple[tuple[str, str], ...]) -> Text:
    row = Text()
    for name, value in pairs:
        row.append(f"{name:<12}", style="dim").append(f"{value:<14}", style="bold")
    return row
