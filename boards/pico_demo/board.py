"""A Raspberry Pi Pico with a stage of two chips and a handful of resistors: the first evening.

Data only; importing moves no pin. The stage is a voltage behind resistors, no source of current:
it works into 0.6 to 1.6 kOhm. It has no bridge and no limiter; its resistors are what bounds it:
this folder's page.
"""

from ionto.core.limits import Board

BOARD = Board(
    name="pico_demo",
    max_ua=320,
    compliance_mv=3250,  # what its senses reach; without a load N stands at 3.3 V
    sigma_q4=13,  # 1.5 codes of sense A, which uses a sixth of the converter
    probe_mv=3300,
    probe_ohm=94000,
    lim_test=False,
    supply_min_mv=4000,  # of VSYS, which the Pico's regulator makes 3.3 V of
    bridge=False,
    limiter=False,
    loads_ohm=(600, 1600),
    inside_ohm=2700,
)

# GP20, GP21 and GP14 lead nowhere; GP22 lies on ground: there is no limiter.
PINS = {
    "drive": 16,
    "gate": 17,
    "enable": 18,
    "probe": 19,
    "polarity": 20,
    "lim_test": 21,
    "rearm": 14,
    "limiter": 22,
    "stop": 15,
}

# (zero_counts, mul, shift) of sense A, sense B, load voltage and supply, nominal:
# value = (code - zero) * mul >> shift, currents in 1/16 uA, voltages in mV. The zeros hold the
# circuit's pedestal and 12 codes, the middle of what the chip's converter adds by itself.
SCALES = (55, 71169, 13, 56, 79064, 14, 12, 105601, 17, 0, 79219, 15)


def make_port():
    """The port to this board, on the chip itself."""
    from ionto.rp2.calibration import read
    from ionto.rp2.node_voltage import NodeSenses
    from ionto.rp2.port import Rp2Port

    def senses(scales, pins):
        return NodeSenses(scales, pins, BOARD.inside_ohm)

    return Rp2Port(PINS, read(SCALES), senses=senses)
