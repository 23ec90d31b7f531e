"""An integer that raises when any intermediate leaves the 31 bits of MicroPython's small ints.

Push it through a step and every sum, product and shift on the way is checked, not only what is
left in an attribute. Division is the floor division of both Pythons; true division is refused.
"""

import operator

SMALL_MAX = 0x3FFFFFFF
SMALL_MIN = -0x40000000


class BeyondSmallInt(ArithmeticError):
    """An intermediate needs more than 31 bits: on the chip it would be allocated."""


class CheckedInt(int):
    """An int whose every operation is checked, and contagious."""

    def __new__(cls, value=0):
        made = super().__new__(cls, value)
        if not SMALL_MIN <= int(made) <= SMALL_MAX:
            raise BeyondSmallInt(f"{int(made)} is beyond 31 bits")
        return made

    def __truediv__(self, other):
        raise TypeError("true division makes a float")

    __rtruediv__ = __truediv__


def _checked(name, swapped):
    operation = getattr(operator, name)

    def forward(self, other):
        return CheckedInt(operation(int(self), int(other)))

    def backward(self, other):
        return CheckedInt(operation(int(other), int(self)))

    return backward if swapped else forward


def _unary(name):
    operation = getattr(operator, name)
    return lambda self: CheckedInt(operation(int(self)))


for _name in ("add", "sub", "mul", "floordiv", "mod", "lshift", "rshift", "and_", "or_", "xor"):
    _plain = _name.rstrip("_")
    setattr(CheckedInt, f"__{_plain}__", _checked(_name, False))
    setattr(CheckedInt, f"__r{_plain}__", _checked(_name, True))
for _name in ("neg", "pos", "abs", "invert"):
    setattr(CheckedInt, f"__{_name}__", _unary(_name))


def check_attributes(thing, seen=None):
    """Turn every int that `thing` keeps, lists and own objects included, into a CheckedInt.

    Raises:
        BeyondSmallInt: one of them is already beyond 31 bits.
    """
    seen = set() if seen is None else seen
    if id(thing) in seen:
        return
    seen.add(id(thing))
    for name, value in vars(thing).items():
        if type(value) in (int, bool, CheckedInt):
            setattr(thing, name, CheckedInt(value))
        elif isinstance(value, list):
            value[:] = [CheckedInt(one) if type(one) is int else one for one in value]
        elif type(value).__module__.startswith("ionto.core"):
            check_attributes(value, seen)
