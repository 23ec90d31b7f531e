"""The emulated chip: stock MicroPython on an emulated RP2040, wired to a simulated bench.

`image` finds the firmware image, `flash` builds a filesystem, `patches` mends the emulator, `usb`
is the host's end of the serial port, `machine` runs the chip in emulated time, `wiring` joins its
pins to a plant, `meter` measures the loop's ticks and their place before the timer's interrupt.
Nothing in these knows a wall clock: the same bytes at the same emulated times give the same run.
They must not import the controller, which runs inside the chip. A pass here is not evidence of
timing margin or electrical safety.
"""
