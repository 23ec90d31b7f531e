"""The virtual board for tap water: a 30 mA, 60 V stage that exists only in the simulation.

Data, and `make_port()`, which alone may import the simulation.
"""

from ionto.core import limits

BOARD = limits.Board(
    name="virtual_30ma",
    max_ua=30000,
    compliance_mv=60000,  # hands need it [domain.md 4c]; 60 V devices are the powerful ones [F10]
    sigma_q4=220,  # 1.5 LSB rms of 12 bits over 37 500 uA
    drive_counts=65535,
    proof_scale=6,  # 30 mA is six times the 5 mA range [control.md, Supervisor, proof]
    accuracy_ua=60,  # the 5 mA range's 10 uA, to scale [platform.md, Analogue]
)


def make_port(skin="bath", adc="ideal", seed=1, faults=(), console=None, calibration=None):
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
