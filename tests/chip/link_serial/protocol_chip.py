"""`chip://NAME` for pyserial: an emulated chip's USB under the name that a test gave it.

A chip that is being reset is a port that is not there. `cut_after` pulls the cable at a write.
"""

import serial

from iontobench.chip.urls.protocol_emulated import ChipSerial

CHIPS = {}  # name -> machine


class Serial(ChipSerial):
    """One opening of a chip's port."""

    cut_after = None  # writes until the cable is pulled, of all ports together; None = never

    def find(self, rest):
        if rest not in CHIPS:
            raise serial.SerialException(2, f"could not open port {self.port}: no such chip")
        return CHIPS[rest]

    def write(self, data):
        if Serial.cut_after is not None:
            Serial.cut_after -= 1
            if Serial.cut_after < 0:
                raise serial.SerialException("device disconnected")
        return super().write(data)
