"""Bench only, never people: every output line low before anything can fail."""

import machine

for pin in (16, 17, 18, 19, 20, 21, 14):
    machine.Pin(pin, machine.Pin.OUT, value=0)
