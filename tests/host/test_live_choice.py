"""Which view is chosen, and its speed: 60 on a terminal, else as fast as it goes."""

import math

import pytest
from tests.host.live_models import about
from tests.host.test_live_view import console

from iontobench.cli import session_view
from iontobench.cli.console import Out
from iontobench.cli.session_view import LiveView, PlainView, StopSignal
from iontobench.sessions.progress import Progress


def chosen(monkeypatch, terminal, plain=False, speed=None, as_json=False, term="xterm"):
    out = Out()
    out.json = as_json
    shown = console(force_terminal=terminal, _environ={"TERM": term})
    monkeypatch.setattr(out, "console", lambda: shown)
    view = session_view.choose_view(out, plain, speed, Progress(about()), StopSignal())
    return type(view), view.pacer.speed


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"terminal": True}, (LiveView, 60.0)),
        ({"terminal": False}, (PlainView, None)),
        ({"terminal": True, "plain": True}, (PlainView, 60.0)),
        ({"terminal": True, "term": "dumb"}, (PlainView, 60.0)),
        ({"terminal": True, "as_json": True}, (PlainView, None)),
        ({"terminal": True, "speed": 2.0}, (LiveView, 2.0)),
        ({"terminal": True, "speed": math.inf}, (LiveView, None)),
        ({"terminal": False, "speed": 5.0}, (PlainView, 5.0)),
    ],
)
def test_view_and_speed(monkeypatch, asked, expected):
    assert chosen(monkeypatch, **asked) == expected
