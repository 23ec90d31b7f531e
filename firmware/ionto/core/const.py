"""What MicroPython's compiler knows by its bare name, for both worlds.

It folds `NAME = const(expr)` by that name, wherever it was imported from; on CPython the call has
to exist and changes nothing. `ptr8` is a pointer to bytes where the device build compiles a
function to machine integers; everywhere else it only says what the argument is.
"""

try:
    from micropython import const  # pyright: ignore[reportAssignmentType]
except ImportError:

    def const(value):
        """Return the value unchanged (CPython has nothing to fold)."""
        return value


ptr8 = object
