"""The virtual board for vascular work: a 500 uA, 40 V stage that exists only in the simulation.

Data, and `make_port()`, which alone may import the simulation. Its stage is the 5 mA one to scale;
no circuit shows it [docs/control.md, The virtual stage].
"""

from ionto.core import limits

BOARD = limits.Board(
    name="virtual_500ua",
    max_ua=500,
    # 0.1 mA on 0.95 cm2 need up to 25 V before they have settled (99 %), 13 V after, so 40 V leave
    # none over [docs/loads.md, Population]; the research devices' own figures, 20 to 100 V, are
    # unsure there.
    compliance_mv=40000,
    sigma_q4=4,  # 1.5 LSB rms of 12 bits over 625 uA
    drive_counts=65535,
    # the 5 mA range's 10 uA, to scale; research wants 1 uA [docs/protocol-file.md, Accuracy]
    accuracy_ua=1,
)


def make_port(**options):
    """The port to a new bench of this board (`port.bench`); options of `sim.port.simulated`."""
    from iontobench.sim.port import simulated

    return simulated(BOARD, **options)
