"""The virtual board for tap water: a 30 mA, 60 V stage that exists only in the simulation.

Data, and `make_port()`, which alone may import the simulation. Its stage is the 5 mA one to scale;
no circuit shows it [docs/control.md, The virtual stage].
"""

from ionto.core import limits

BOARD = limits.Board(
    name="virtual_30ma",
    max_ua=30000,
    # hands need it [docs/loads.md, Population]; 60 V devices are the powerful ones [F10]
    compliance_mv=60000,
    sigma_q4=220,  # 1.5 LSB rms of 12 bits over 37 500 uA
    drive_counts=65535,
    proof_scale=6,  # 30 mA is six times the 5 mA range [docs/control.md, Proof]
    accuracy_ua=60,  # the 5 mA range's 10 uA, to scale [docs/platform.md, Analogue]
)


def make_port(**options):
    """The port to a new bench of this board (`port.bench`); options of `sim.port.simulated`."""
    from iontobench.sim.port import simulated

    return simulated(BOARD, **options)
