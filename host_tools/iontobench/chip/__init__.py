"""The emulated chip: stock MicroPython on an emulated RP2040, wired to a simulated bench.

`image` finds the firmware image, `patches` mends the emulator, `usb` is the host's end of the
serial port, `machine` runs the chip in emulated time, `wiring` joins its pins to a plant. Nothing
here knows a wall clock: the same bytes at the same emulated times give the same run. It must not
import the controller; the controller runs inside the chip. A pass here is not evidence of timing
margin or of electrical safety on hardware.
"""
