"""`const` for both worlds.

MicroPython's compiler folds `NAME = const(expr)` by that bare name, wherever it was imported
from; on CPython the call has to exist and changes nothing.
"""

try:
    from micropython import const
except ImportError:

    def const(value):
        """Return the value unchanged (CPython has nothing to fold)."""
        return value
