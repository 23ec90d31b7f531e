"""A bench multimeter across a known resistor load: what a calibration is fitted against.

Volts are what it reads, in mV; the current follows from the resistor, in uA. Its gain error is
within 0.02 % unless told otherwise, drawn per seed. It reads the load, not the board, and must not
be used to judge a session.
"""

from .bench import SimulatedBench
from .noise import seeded

GAIN_ERROR = 0.0002


class Meter:
    """A voltmeter across `bench`'s load, a plain resistor whose value is known.

    Args:
        bench: with a `resistor:OHM` load.
        r_ohm: the resistor's value as its label says.
        seed: draws this meter's gain error.
        gain_error: its bound, a share.
    """

    def __init__(
        self, bench: SimulatedBench, r_ohm: float, seed: int, gain_error: float = GAIN_ERROR
    ) -> None:
        self._bench = bench
        self._r_kohm = r_ohm / 1000.0
        self._gain = 1.0 + seeded(seed, "meter").uniform(-gain_error, gain_error)

    def read_mv(self) -> float:
        """Volts across the load now."""
        return self._bench.load_current_ua * self._r_kohm * self._gain

    def read_ua(self) -> float:
        """The load's current now: volts over the known resistor."""
        return self.read_mv() / self._r_kohm
