"""`const`, `ptr8` and `ptr32`, names of MicroPython's compiler, for MicroPython and for CPython.

MicroPython's compiler folds `NAME = const(expr)` by that name, wherever it comes from. On CPython
`const` returns its argument. `ptr8` and `ptr32` are pointers to bytes and to words where the
device build compiles a function to machine integers; elsewhere they are annotations only. `words`
makes what `ptr32` reads: on the chip an attribute costs 2 to 3.5 us, an item of such an array next
to nothing.
"""

from array import array

try:
    from micropython import const  # pyright: ignore[reportAssignmentType]

    _IS_CPYTHON = False
except ImportError:
    _IS_CPYTHON = True

    def const(value):
        """Return the value unchanged (CPython has nothing to fold)."""
        return value


ptr8 = object
ptr32 = object


def words(values):
    """Return an array of these integers, each within +-2^31; on CPython a list: it is faster."""
    return list(values) if _IS_CPYTHON else array("i", values)
