"""Runs a function in a copy of this process: how one booted chip serves many trials.

Booting the firmware takes ten seconds of a test machine's time and a session ten a second, so
chips are booted once, and every trial, of many from the same instant, runs on a copy of its own.
Needs `os.fork`, as Linux and macOS have it. A copy must not return into the test runner.
"""

import os
import pickle
import traceback
import warnings


class CopyError(AssertionError):
    """The function raised in its copy; the text is the traceback from there."""


def in_copy(act, *args):
    """Call `act(*args)` in a copy of this process; return what it returned.

    Raises:
        CopyError: it raised, or the copy died.
    """
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # The test runner's other threads wait for bytes; a copy touches nothing of theirs.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        _answer(writing, act, args)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        data = stream.read()
    os.waitpid(child, 0)
    if not data:
        raise CopyError(f"the copy that ran {act.__name__} died")
    returned, value = pickle.loads(data)
    if not returned:
        raise CopyError(value)
    return value


def _answer(writing, act, args):
    status = 1
    try:
        try:
            data = pickle.dumps((True, act(*args)))
        except BaseException:
            data = pickle.dumps((False, traceback.format_exc()))
        with os.fdopen(writing, "wb") as stream:
            stream.write(data)
        status = 0
    finally:
        os._exit(status)
