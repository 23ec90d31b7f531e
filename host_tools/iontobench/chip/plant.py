"""A plant whose time 0 is the start of a session, on a chip whose time 0 is power-on.

Until `start` the plant stands still and its pins have no effect beyond being remembered; faults
and records then count from the session's start on every rung. Times in us.
"""

from iontobench.sim.bench import Bench


class SessionPlant:
    """The wiring's view of a `sim.Bench` from `start` on."""

    def __init__(self, bench: Bench):
        self.bench = bench
        self._from_us: int | None = None
        self._chip_us = 0

    def start(self, chip_us: int) -> None:
        """The session begins: the chip's `chip_us` is the plant's 0."""
        self._from_us = self._chip_us = chip_us

    @property
    def now_us(self) -> int:
        """The chip's time up to which the plant has been integrated."""
        return self._chip_us

    @property
    def limiter_tripped(self) -> bool:
        """The hardware limiter's state."""
        return self.bench.limiter_tripped

    @property
    def stop_pressed(self) -> bool:
        """The stop input."""
        return self.bench.stop_pressed

    def advance(self, to_us: int) -> None:
        """Integrate to the chip's time `to_us`."""
        if self._from_us is not None:
            self.bench.advance(to_us - self._from_us)
        self._chip_us = to_us

    def set_drive(self, fraction: float) -> None:
        """0..1 of full scale."""
        self.bench.set_drive(fraction)

    def set_gate(self, on: bool) -> None:
        """The gate."""
        self.bench.set_gate(on)

    def pump(self) -> None:
        """One edge of the dead-man's line."""
        self.bench.pump()

    def set_probe(self, on: bool) -> None:
        """The PROBE source."""
        self.bench.set_probe(on)

    def set_polarity(self, sign: int) -> None:
        """The bridge."""
        self.bench.set_polarity(sign)

    def set_lim_test(self, on: bool) -> None:
        """The limiter's test threshold."""
        self.bench.set_lim_test(on)

    def rearm(self) -> None:
        """Re-arm the limiter."""
        self.bench.rearm()

    def read_code(self, channel: int) -> int:
        """One conversion."""
        return self.bench.read_code(channel)
