"""The port to the RP2040: the only package that touches the chip."""
