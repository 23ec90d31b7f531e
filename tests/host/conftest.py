"""Fixtures of the tests of the host's tools."""

import os
import time
import types

import pytest

from iontobench.sessions.real_time_pacer import Pacer

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


@pytest.fixture(autouse=True, scope="session")
def unsynced():
    """Nothing waits for the disk, 5 ms a sync: no test cuts the machine's power."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fsync", lambda number: os.fstat(number) and None)
        yield


@pytest.fixture(autouse=True)
def unpaced(monkeypatch):
    """No session waits for the wall clock: `--speed max`, or a pacer with a clock of its own."""

    def refuse(seconds):
        raise AssertionError("a session in real time; its command lacks --speed max")

    monkeypatch.setattr(Pacer.__init__, "__defaults__", (time.monotonic, refuse))


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

    def no_figures(record, ask, got, fault, plot):
        return []

    monkeypatch.setattr("iontobench.report.page._figures", no_figures)
