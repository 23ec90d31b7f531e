"""The virtual board: a 5 mA, 40 V stage that exists only in the simulation.

Data, and `make_port()`, which alone may import the simulation. Its stage is that of pico_pwm, as
the circuit shows it [docs/control.md, The virtual stage].
"""

from ionto.core import limits

BOARD = limits.Board(
    name="virtual",
    max_ua=5000,
    compliance_mv=40000,
    sigma_q4=37,  # 1.5 LSB rms of 12 bits over 6250 uA
    drive_counts=65535,
)


def make_port(**options):
    """The port to a new bench of this board (`port.bench`); options of `sim.port.simulated`."""
    from iontobench.sim.port import simulated

    return simulated(BOARD, **options)
