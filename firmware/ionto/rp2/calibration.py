"""The calibration: twelve integers in `/calibration`, outside the slots, so a deploy keeps it.

(zero_counts, mul, shift) of sense A, sense B, load voltage and supply. Without a file of exactly
twelve integers the board's nominal scales are used. Not in a tick path.
"""

from micropython import const

_COUNT = const(12)


def read(nominal, path="/calibration"):
    """The scales to use."""
    try:
        with open(path) as file:
            scales = tuple([int(word) for word in file.read().split()])
    except (OSError, ValueError):
        return nominal
    return scales if len(scales) == _COUNT else nominal
