"""A Raspberry Pi Pico with the external 5 mA, 40 V stage: SPI DAC for the drive, SPI converter.

Data only; importing moves no pin. The stage is that of pico_pwm with a DAC8562 in place of the
PWM's filter input and an ADS8688 in place of the chip's converter: this folder's page. 16 bits and
no wide codes, so the senses are ten times as fine.
"""

from ionto.core.limits import Board

BOARD = Board(
    name="pico_dac",
    max_ua=5000,
    compliance_mv=40000,
    sigma_q4=16,  # 1 uA: twice the noise that is expected [this folder's page, Scales]
    accuracy_ua=3,  # what a calibration leaves at any set point [this folder's page, Scales]
    code_top=65535,
    drive_steps=65536,
)

# SCK, MOSI and MISO are pins that SPI0 has; the others are those of pico_pwm.
PINS = {
    "sck": 2,
    "mosi": 3,
    "miso": 4,
    "adc_cs": 5,
    "dac_cs": 6,
    "dac_clr": 7,
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
SCALES = (640, 6312, 12, 32000, -6312, 11, 5958, 6875, 13, 0, 5120, 15)


def make_port():
    """The port to this board, on the chip itself."""
    from ionto.rp2.ads8688 import SpiSenses
    from ionto.rp2.calibration import read
    from ionto.rp2.dac8562 import DacOutput
    from ionto.rp2.port import Rp2Port

    return Rp2Port(PINS, read(SCALES), DacOutput, SpiSenses)
