"""A Raspberry Pi Pico with the external 5 mA, 40 V stage: PWM drive, the chip's own ADC.

Data only; importing moves no pin. The stage is described on this folder's page. The chip's ADC
has 8 to 9 effective bits and steps at its erratum's codes [RP2040-E11]: about 10 uA on this range.
"""

from ionto.core.limits import Board

BOARD = Board(name="pico_pwm", max_ua=5000, compliance_mv=40000, sigma_q4=37)

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
# value = (code - zero) * mul >> shift, currents in 1/16 uA, voltages in mV [this folder's page].
SCALES = (40, 101011, 12, 2048, -101011, 11, 372, 110027, 13, 0, 79219, 15)


def make_port():
    """The port to this board, on the chip itself."""
    from ionto.rp2.calibration import read
    from ionto.rp2.port import Rp2Port

    return Rp2Port(PINS, read(SCALES))
