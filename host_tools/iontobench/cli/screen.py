"""One screen of the live view, from the progress alone: rows of words, fitted to the terminal.

80 columns by 24 rows show everything. A lower terminal loses the plot first, then the events; a
narrower one has fewer fields, and each of them whole. Colour only ever repeats what a word says.
rich draws the text; none of its layouts leaves out whole fields where the terminal is small.
"""

import re
import textwrap

from rich.text import Text

from ionto.core import codes
from iontobench import signs, text
from iontobench.sessions.controls import KEYS, Controls
from iontobench.sessions.progress import Progress

from .plot import WINDOW_MS, current_plot

NOTICE = "Bench only: dummy loads, never people."
_EVENT_ROWS = 3
_PLOT_ROWS_MIN = 8  # four of them are the plot itself
_FINAL_ROWS, _FINAL_COLUMNS = 11, 80
_FIELD_COLUMNS, _FIELD_COLUMNS_MIN = 26, 20
_VALUE_ROWS, _FIELDS_MAX = 2, 3
_BAR_COLUMNS_MIN = 5
_STYLES = {
    codes.STATE_HOLD: "bold green",
    codes.STATE_FAULT: "bold red",
    codes.STATE_CONTACT: "bold red",
    codes.STATE_CONTACT_PAUSING: "bold red",
    codes.STATE_CONTACT_ENDING: "bold red",
}
_UNITLESS = re.compile(r" -?\d+(\.\d+)?$")
_CTRL_C = "Ctrl-C: off at once"


class Screen:
    """Draws `progress` and `controls`; `has_keys` tells whether keys can be pressed."""

    def __init__(self, progress: Progress, controls: Controls, has_keys: bool, ascii_only: bool):
        self._progress = progress
        self._controls = controls
        self._has_keys = has_keys
        self._ascii = ascii_only

    def draw(self, width: int, height: int, speed: str) -> Text:
        """The whole screen as one text of at most `height` rows of at most `width` columns.

        `speed` says in words how fast board time runs.
        """
        foot = self._foot(width)
        rows = self._head(width, speed) + self._values(width) + [self._dose(width)]
        space = height - len(rows) - len(foot)
        has_plot = space >= _EVENT_ROWS + _PLOT_ROWS_MIN
        events = self._events(width, _EVENT_ROWS if has_plot else max(0, space))
        plot = self._plot(width, space - len(events)) if has_plot else []
        rows = (rows + plot + events)[: height - len(foot)] + foot
        for row in rows:
            row.truncate(width, overflow="crop")
        return Text("\n", no_wrap=True, overflow="crop").join(rows[:height])

    def _head(self, width: int, speed: str) -> list[Text]:
        about = self._progress.about
        names = f"{about.protocol} on {about.board}"
        title = _first([f"{names}, profile {about.profile}", names, about.protocol], width - 12)
        head = Text(f"IontoBench  {title}" if title else about.protocol)
        head.stylize("bold", 0, 10)
        speed_row = [(NOTICE, speed), (NOTICE, "")]
        return [head, _apart(Text(style="dim"), speed_row, width), Text(), self._state(width)]

    def _state(self, width: int) -> Text:
        """The state as a badge and in words, and the time; with less room, fewer text."""
        sample, total_ms = self._progress.sample, self._progress.about.timeline.total_ms
        name = text.state_name(self._progress.state).upper()
        badge = Text(f" {name} ", style=f"{_STYLES.get(self._progress.state, 'bold')} reverse")
        told = text.state(sample) if sample else "starting"
        time = text.clock(sample.t_ms if sample else 0)
        _, _, notes = told.partition("; ")
        texts = [told, notes, notes.partition("; ")[0]] if notes else [told]
        rows = [(f"  {text}", time) for text in texts]
        of_all = (rows[0][0], f"{time} of about {text.clock(total_ms)}")
        return _apart(badge, [of_all, *rows, ("", time)], width)

    def _values(self, width: int) -> list[Text]:
        """The latest sample, most important first; as many fields as have room."""
        sample = self._progress.sample
        if sample is None:
            return [Text("no sample yet"), *[Text()] * (_VALUE_ROWS - 1)]
        missing = str(self._progress.missing) if self._progress.missing else "none"
        fields = (
            ("set point", text.milliamps(sample.set_ua)),
            ("current", text.milliamps(sample.current_ua)),
            ("voltage", text.volts(sample.load_mv)),
            ("load", self._told(text.kilohms(sample.load_ohm))),
            ("peak", text.milliamps(self._progress.peak_ua)),
            ("frames lost", missing),
        )
        across = max(1, min(_FIELDS_MAX, width // _FIELD_COLUMNS_MIN))
        if across == _FIELDS_MAX:  # the peak beside the current that it is of
            fields = (*fields[:2], fields[4], *fields[2:4], fields[5])
        columns = min(_FIELD_COLUMNS, width // across)
        starts = range(0, _VALUE_ROWS * across, across)
        return [_fields(fields[at : at + across], columns) for at in starts]

    def _dose(self, width: int) -> Text:
        sample, planned_uc = self._progress.sample, self._progress.about.timeline.planned_uc
        dose_uc = sample.dose_uc if sample else 0
        share = min(max(dose_uc / planned_uc, 0.0), 1.0) if planned_uc else 0.0
        left = self._progress.left_ms
        dose = f" {text.mamin(dose_uc)} of {text.mamin(planned_uc)} {signs.MAMIN}"
        tellings = [f"{dose} ({share:.0%})", dose, f" {text.mamin(dose_uc)} {signs.MAMIN}"]
        if left is not None:
            tellings.insert(0, f"{tellings[0]}, {text.clock(left)} left")
        head = "dose "
        tellings = [self._told(text) for text in tellings]
        told = _first(tellings, width - len(head) - _BAR_COLUMNS_MIN)
        columns = max(_BAR_COLUMNS_MIN, width - len(head) - len(told) - 2)
        full = round(share * columns)
        on, off = ("#", "-") if self._ascii else ("█", "░")
        bar = Text(head, style="dim")
        bar.append(on * full, style="not dim green").append(off * (columns - full), style="dim")
        return bar.append(told, style="not dim bold")

    def final(self, width: int) -> Text:
        """The plot of the whole session alone, for after the end."""
        self._controls.whole = True
        return Text("\n").join(self._plot(min(width, _FINAL_COLUMNS), _FINAL_ROWS)[1:])

    def _plot(self, width: int, rows: int) -> list[Text]:
        timeline, trace = self._progress.about.timeline, self._progress.history
        t_ms = self._progress.sample.t_ms if self._progress.sample else 0
        if self._controls.whole:
            buckets, span_ms = trace.whole(), (0.0, max(timeline.total_ms, t_ms))
            title = "the whole session"
        else:
            buckets = trace.last(WINDOW_MS)
            span_ms = (max(0.0, t_ms - WINDOW_MS), max(t_ms, WINDOW_MS))
            title = f"the last {WINDOW_MS // 60000} minutes"
        title = f"current in mA, {title}"
        title = _first([f"{title}; dots: the set point where it differs", title], width)
        drawn = current_plot(
            buckets, span_ms, timeline.peak_ua, (width - 1, rows - 2), self._ascii
        )
        return [Text(), Text(title, style="dim"), *drawn.split("\n")]

    def _events(self, width: int, rows: int) -> list[Text]:
        lines = list(self._progress.lines)[-rows:] if rows else []
        fault = self._progress.fault_line
        if fault and lines and fault not in lines:
            lines[0] = fault
        padding = [""] * (rows - len(lines))
        return [
            Text(self._fitted(line, width), style="red" if "FAULT" in line else "")
            for line in lines + padding
        ]

    def _foot(self, width: int) -> list[Text]:
        if not self._has_keys:
            said = textwrap.wrap(f"no keys: the input is no terminal. {_CTRL_C}", width)
            return [Text(row, style="dim") for row in said]
        rows = [Text()]
        for shown, label in [*_key_labels(), ("Ctrl-C", "off at once")]:
            part = Text(f"{shown} ", style="bold").append(label, style="not bold")
            if rows[-1].cell_len + part.cell_len > width:
                rows.append(Text())
            rows[-1].append_text(part).append("   ")
        note = self._controls.note
        return [*rows, Text(self._fitted(f"> {note}" if note else "", width), style="bold")]

    def _told(self, text: str) -> str:
        """In letters before it is fitted, where the terminal has no signs: they take more room."""
        return signs.spelled(text, "ascii") if self._ascii else text

    def _fitted(self, line: str, width: int) -> str:
        """A line that ends with a whole word or value, and a mark, where it has no room."""
        line = self._told(line)
        if len(line) <= width:
            return line
        mark = " ..." if self._ascii else " …"
        kept = line[: width - len(mark) + 1].rpartition(" ")[0]
        while _UNITLESS.search(kept):
            kept = kept.rpartition(" ")[0]
        return kept + mark


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


def _first(texts: list[str], width: int) -> str:
    """The first that has room, or nothing."""
    return next((text for text in texts if len(text) <= width), "")


def _apart(left: Text, rows: list[tuple[str, str]], width: int) -> Text:
    """`left` and the first of the (words, right edge) that have room beside it."""
    room = width - left.cell_len
    said, right = next((row for row in rows if len(row[0]) + len(row[1]) + 2 <= room), rows[-1])
    left.append(said, style="not reverse")
    gap = max(0, room - len(said) - len(right))
    return left.append(" " * gap + right, style="not bold not reverse not dim default")


def _fields(pairs: tuple[tuple[str, str], ...], columns: int) -> Text:
    """Names and values, each field `columns` wide; where that is little, a blank between them."""
    row = Text()
    for name, value in pairs:
        head = f"{name:<12}" if columns == _FIELD_COLUMNS else f"{name} "
        row.append(head, style="dim").append(f"{value:<{columns - len(head)}}", style="bold")
    return row
