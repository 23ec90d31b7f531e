"""The chip's own converter where the load voltage ends at ground: below the load lie the shunts.

The converter's channel 2 then reads the load and both shunts. Their drop, of sense A's own sample,
is taken away, so that the load voltage is the load's alone. Currents in `_q4`, voltages in mV.
`buf` is an array of 32 bits, laid out as `core.units.SAMPLE_*`. It must not know a pin.
"""

import micropython

from ..core.units import SAMPLE_A, SAMPLE_V, drop_scale
from .adc import Senses


class NodeSenses:
    """The senses of one board, `adc.Senses` with another load voltage.

    Args:
        scales, pins: as of `port.Rp2Port`.
        inside_ohm: of the shunts below the load, up to 3 000.
    """

    def __init__(self, scales, pins, inside_ohm):
        senses = Senses(scales, pins["stop"], pins["limiter"])
        self.begin = senses.begin
        self.resample = senses.resample
        self._sample = senses.sample
        self._drop_mul = drop_scale(inside_ohm)

    @micropython.viper
    def sample(self, buf):
        """As `Senses.sample`; bound: 29 000 * 12 288 = 3.6e8 at the converter's end."""
        self._sample(buf)
        out = ptr32(buf)
        drop_mv = out[int(SAMPLE_A)] * int(self._drop_mul) >> 16
        out[int(SAMPLE_V)] = out[int(SAMPLE_V)] - drop_mv
