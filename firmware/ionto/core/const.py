"""`const` and `ptr8`, names of MicroPython's compiler, for MicroPython and for CPython.

MicroPython's compiler folds `NAME = const(expr)` by that name, wherever it comes from. On CPython
`const` returns its argument. `ptr8` is a pointer to bytes where the device build compiles a
function to machine integers; elsewhere it is an annotation only.
"""

try:
    from micropython import const  # pyright: ignore[reportAssignmentType]
except ImportError:

    def const(value):
        """Return the value unchanged (CPython has nothing to fold)."""
        return value


ptr8 = object
