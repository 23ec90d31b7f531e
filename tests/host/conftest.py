"""Fixtures of the tests of the host's tools."""

import types

import pytest

from .link_bench import Plug


@pytest.fixture
def plug(monkeypatch):
    """The only serial port; give it a `board`. All clocks on the way are the board's own."""
    made = Plug()
    clock = types.SimpleNamespace(sleep=made.sleep, monotonic=made.monotonic)
    monkeypatch.setattr("iontobench.device.serial_port.serial.serial_for_url", made.open)
    for module in (
        "mpremote.transport_serial",
        "iontobench.cli.deploy",
        "iontobench.cli.serial_rung",
    ):
        monkeypatch.setattr(f"{module}.time", clock)
    return made
