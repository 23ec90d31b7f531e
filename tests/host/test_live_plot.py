"""The plot of the live view: a current stands in the row of its label, a set point beside it."""

import itertools
import re

import pytest
from tests.host.live_models import model_at
from tests.host.test_live_screen import rows as screen_rows
from tests.support.tiers import thinned

from iontobench.cli.plot import current_plot
from iontobench.sessions.progress import Bucket

LABEL = re.compile(r"^ *(-?\d+\.\d+)[┤+]")
SIZES = [(129, 28), (79, 9), (59, 5), (39, 4), (79, 7), (100, 2)]  # columns, rows with the axis's


def drawn(current_ma, size, top_ma=20.0, set_ma=None, ascii_only=False, low_ma=None):
    """The rows of a plot of one current all along."""
    set_ua = 1000 * (current_ma if set_ma is None else set_ma)
    low_ua = 1000 * (current_ma if low_ma is None else low_ma)
    every = [Bucket(t_ms, low_ua, 1000 * current_ma, set_ua) for t_ms in range(0, 60_000, 250)]
    size = (size[0], size[1] + 2)
    text = current_plot(every, (0.0, 60_000.0), 1000 * top_ma, size, ascii_only)
    return text.plain.rstrip("\n").split("\n")


def labels(rows):
    """Value in mA -> row, from the top."""
    found = {at: LABEL.match(row) for at, row in enumerate(rows)}
    return {float(match.group(1)): at for at, match in found.items() if match}


def marked(rows, marks):
    """The rows in which one of these characters is, behind the axis."""
    inside = [re.sub(r"^ *(-?\d+\.\d+)?[┤│+|]", "", row) for row in rows[:-2]]
    return [at for at, row in enumerate(inside) if any(mark in row for mark in marks)]


def braille(rows):
    return [at for at, row in enumerate(rows) if re.search(r"[\u2801-\u28ff]", row)]


@pytest.mark.parametrize(
    ("size", "top_ma", "ascii_only"),
    thinned(SIZES, [0.1, 0.3, 0.53, 2.0, 4.0, 15.0, 20.0, 30.0], [False, True], part=5),
)
def test_current_of_a_labels_value_is_in_the_row_of_that_label(size, top_ma, ascii_only):
    empty = labels(drawn(0.0, size, top_ma, ascii_only=ascii_only))
    assert len(empty) >= 2
    assert max(empty) * 2 >= top_ma
    for value_ma, row in empty.items():
        if value_ma > top_ma:
            continue
        shown = drawn(value_ma, size, top_ma, ascii_only=ascii_only)
        assert labels(shown) == empty
        assert (marked(shown, "*") if ascii_only else braille(shown)) == [row]


@pytest.mark.parametrize("size", SIZES)
def test_current_between_two_labels_is_between_their_rows(size):
    every = sorted(labels(drawn(0.0, size)).items())
    for (low_ma, low_row), (high_ma, high_row) in itertools.pairwise(every):
        [at] = braille(drawn((low_ma + high_ma) / 2, size))
        assert high_row <= at <= low_row
        assert low_row - high_row < 2 or high_row < at < low_row


@pytest.mark.parametrize("size", SIZES)
def test_labels_are_equally_far_apart(size):
    every = sorted(labels(drawn(0.0, size)).items())
    apart = {
        (round(high[0] - low[0], 6), low[1] - high[1]) for low, high in itertools.pairwise(every)
    }
    assert len(apart) == 1


@pytest.mark.parametrize("size", SIZES)
def test_set_point_that_differs_has_its_dots_in_the_row_of_its_label(size):
    rows = labels(drawn(0.0, size))
    top_ma = max(value for value in rows if value <= 20)
    shown = drawn(0.0, size, set_ma=top_ma)
    assert marked([re.sub(r"\d\.\d", "", row) for row in shown], ".") == [rows[top_ma]]


def test_current_below_zero_has_labels_below_zero():
    shown = drawn(2.0, (79, 12), top_ma=2.0, low_ma=-1.0)
    rows = labels(shown)
    assert min(rows) <= -0.5
    assert rows[0.0] in braille(shown)
    assert max(braille(shown)) >= max(rows.values())


def test_time_of_a_label_stands_above_it():
    """A current that begins at 30 s begins in the column of `0:30`."""
    buckets = [Bucket(t_ms, 1000.0, 1000.0, 1000.0) for t_ms in range(30_000, 60_000, 100)]
    text = current_plot(buckets, (0.0, 60_000.0), 2000.0, (80, 12), ascii_only=False)
    rows = text.plain.rstrip("\n").split("\n")
    [row] = braille(rows)
    begins = re.search(r"[\u2801-\u28ff]", rows[row])
    assert begins
    axis, times = rows[-2], rows[-1]
    assert axis[begins.start()] == "┬"
    at = times.index("0:30")
    assert at <= begins.start() <= at + len("0:30")


@pytest.mark.parametrize(("width", "height"), [(130, 45), (80, 24)])
def test_held_2_ma_stand_in_the_row_of_2_ma_on_the_screen(width, height):
    shown = screen_rows(model_at(600), width, height)
    [held] = [row for row in shown if re.search(r"[\u2801-\u28ff]{10}", row)]
    assert re.match(r" *2\.0┤", held)
