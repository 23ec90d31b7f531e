"""The live view as a whole: keys become commands, signals stop, a lost terminal stops."""

import io

import pytest
from rich.console import Console
from tests.host.fake_runner import FakeRunner
from tests.host.live_models import about

from iontobench.cli.session_view import LiveView, StopSignal, can_show
from iontobench.sessions.progress import Progress
from iontobench.sessions.real_time_pacer import Pacer


class Typed:
    """Keys that were typed beforehand, one at every poll; counts its uses as a context."""

    def __init__(self, *typed):
        self._typed = list(typed)
        self.open = 0

    def __enter__(self):
        self.open += 1
        return self

    def __exit__(self, *what):
        self.open -= 1

    def poll(self):
        return self._typed.pop(0) if self._typed else ""


def console(stream=None, **more):
    options = {"force_terminal": True, "width": 80, "height": 24, "color_system": None}
    options["_environ"] = {"TERM": "xterm"}
    return Console(file=stream or io.StringIO(), **(options | more))


def view_of(keys, stream=None, stop=None):
    return LiveView(Progress(about()), Pacer(None), stop or StopSignal(), console(stream), keys)


class _Job:
    seed = 1


def test_keys_become_commands_of_the_board():
    runner = FakeRunner()
    keys = Typed(*[""] * 2000, " ", "-", "x", "s")  # 2000 ticks are 40 s: it holds
    with view_of(keys) as view:
        result = runner(_Job, [_Eager(view)])
    assert runner.commands == ["pause", "set 1900", "stop"]
    assert result.outcome == "stopped"
    assert keys.open == 0


class _Eager:
    """Lets the view poll at every tick: the test has no wall clock to wait for."""

    def __init__(self, view):
        self._view = view

    def on_item(self, item):
        self._view.on_item(item)

    def on_tick(self, t_us):
        self._view._keys_due_s = 0.0
        return self._view.on_tick(t_us)


def test_screen_is_entered_and_left():
    stream = io.StringIO()
    with view_of(Typed(), stream) as view:
        FakeRunner(interrupt_at_s=1)(_Job, [view])
    assert "\x1b[?1049h" in stream.getvalue()
    assert stream.getvalue().rstrip().endswith(("\x1b[?1049l", "\x1b[?25h"))


def test_screen_is_left_after_an_exception():
    stream, keys = io.StringIO(), Typed()
    with pytest.raises(ZeroDivisionError), view_of(keys, stream):
        raise ZeroDivisionError
    assert "\x1b[?1049l" in stream.getvalue()
    assert keys.open == 0


def test_signal_stops_at_the_next_tick():
    stop = StopSignal()
    with view_of(Typed(), stop=stop) as view:
        stop.stop("SIGTERM")
        with pytest.raises(KeyboardInterrupt, match="SIGTERM"):
            view.on_tick(0)


def test_lost_terminal_stops_the_session():
    class Gone(io.StringIO):
        lost = False

        def write(self, text):
            if self.lost:
                raise OSError(5, "Input/output error")
            return super().write(text)

    stream = Gone()
    with view_of(Typed(), stream) as view:
        stream.lost = True
        result = FakeRunner()(_Job, [view])
    assert result.outcome == "stopped"
    assert view.stop.seen == "the terminal is gone"


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ({}, True),
        ({"_environ": {"TERM": "dumb"}}, False),
        ({"force_terminal": False}, False),
        ({"width": 39}, False),
        ({"height": 11}, False),
        ({"width": 40, "height": 12}, True),
    ],
)
def test_live_view_is_for_terminals_that_can_show_it(more, shown):
    assert can_show(console(**more)) is shown
