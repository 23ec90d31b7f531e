"""The virtual board: a 5 mA, 40 V stage that exists only in the simulation.

Data, and `make_port()`, which alone may import the simulation.
"""

from ionto.core import limits

BOARD = limits.Board(
    name="virtual",
    max_ua=5000,
    compliance_mv=40000,
    sigma_q4=37,  # 1.5 LSB rms of 12 bits over 6250 uA
    drive_counts=65535,
)


def make_port(skin="forearm", adc="ideal", seed=1, faults=(), console=None, calibration=None):
    """Return a port on a new bench (`port.bench`).

    Args:
        skin: a load's name or its parameters; adc: `ideal` or `rp2040`.
        seed: draws tolerances and noise; faults: texts KIND@SECONDS[:VALUE].
        console: the other end of the link, or None; calibration: 4 x (zero, mul, shift).
    """
    from iontobench.sim.bench import Bench
    from iontobench.sim.port import VirtualPort

    bench = Bench(BOARD, skin, adc, seed, faults)
    return VirtualPort(BOARD, bench, console, calibration)
