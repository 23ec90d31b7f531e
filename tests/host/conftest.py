"""Fixtures of the tests of the host's tools."""

import types

import pytest

from . import cli
from .link_bench import Plug


@pytest.fixture
def plug(monkeypatch):
    """The only serial port; give it a `board`. All clocks on the way are the board's own."""
    made = Plug()
    monkeypatch.setitem(cli.GIVEN, "ports", made.ports)
    # mpremote waits for the prompt by its own clock, and takes no other.
    clock = types.SimpleNamespace(sleep=made.sleep, monotonic=made.monotonic)
    monkeypatch.setattr("mpremote.transport_serial.time", clock)
    return made


def pytest_configure(config):
    """Name the marker of the tests that look at a report's plots."""
    config.addinivalue_line("markers", "drawn: reports with their plots")


@pytest.fixture(autouse=True)
def undrawn(request, monkeypatch):
    """Reports without their plots, which cost a third of a second each; the rest is as always.

    Not in a test with the mark `drawn`, which looks at a plot.
    """
    if request.node.get_closest_marker("drawn"):
        return

    def no_figures(record, ask, got, fault):
        return []

    monkeypatch.setattr("iontobench.report.page._figures", no_figures)
