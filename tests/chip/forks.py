"""Runs a function in a copy of this process: how one booted chip serves many trials.

Booting the firmware takes ten seconds of a test machine's time and a session ten a second, so
chips are booted once, and every trial, of many from the same instant, runs on a copy of its own.
A `Stay` is a copy that waits at instants of one session for what tests of several files do there.
Needs `os.fork`, as Linux and macOS have it. A copy must not return into the test runner.
"""

import os
import pickle
import traceback
import warnings


class Later:
    """A fixture's value that its test gets from `make()` in a copy, where the test runs then.

    So the test may do to a chip that is shared what it likes, and a boot serves all tests.
    """

    def __init__(self, make):
        self.make = make


class CopyError(AssertionError):
    """The function raised in its copy; the text is the traceback from there."""


def in_copy(act, *args):
    """Call `act(*args)` in a copy of this process; return what it returned.

    Raises:
        CopyError: it raised, or the copy died.
    """
    reading, writing = os.pipe()
    child = _forked()
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


class Stay:
    """A copy of this process that takes something from place to place and waits there.

    Args:
        make: called with `args` in the copy: a generator of `(place, thing)`, the same thing each
            time. It goes on when a later place is first asked for; a copy stays behind.
    """

    def __init__(self, make, *args):
        self._begin(lambda line: _serve_places(line, make(*args)))

    def do(self, place, act, *args):
        """Call `act(thing, *args)` in a copy of the process at that place; return its result.

        Raises:
            CopyError: it raised, or what leads to the place has.
        """
        pickle.dump((place, act, args), self._requests)
        self._requests.flush()
        try:
            returned, value = pickle.load(self._answers)
        except EOFError:
            raise CopyError("the copy that waited is gone") from None
        if not returned:
            raise CopyError(value)
        return value

    def close(self):
        """End the copies."""
        self._requests.close()
        self._answers.close()
        os.waitpid(self._child, 0)

    def _begin(self, serve):
        requests, asking = os.pipe()
        telling, answers = os.pipe()
        self._child = _forked()
        if self._child == 0:
            try:
                os.close(asking)
                os.close(telling)
                serve(_Line(os.fdopen(requests, "rb"), os.fdopen(answers, "wb")))
            finally:
                os._exit(0)
        os.close(requests)
        os.close(answers)
        self._requests, self._answers = os.fdopen(asking, "wb"), os.fdopen(telling, "rb")

    @classmethod
    def _at(cls, thing):
        """A copy of this process that waits where it is."""
        stay = cls.__new__(cls)
        stay._begin(lambda line: line.serve(lambda _, act, args: in_copy(act, thing, *args)))
        return stay


class _Line:
    """The waiting copy's end: it reads what to do and writes what came of it."""

    def __init__(self, requests, answers):
        self._requests, self._answers = requests, answers

    def serve(self, do):
        """Answer `do(place, act, args)` until nobody asks any more."""
        while True:
            try:
                asked = pickle.load(self._requests)
            except EOFError:
                return
            try:
                answer = True, do(*asked)
            except BaseException:
                answer = False, traceback.format_exc()
            pickle.dump(answer, self._answers)
            self._answers.flush()


def _serve_places(line, places):
    """Go on to a place when it is first asked for; what has been passed is left to copies."""
    passed, here = {}, {}

    def do(place, act, args):
        while place not in passed and place not in here:
            for name, thing in here.items():
                passed[name] = Stay._at(thing)
            here.clear()
            here.update([next(places)])
        if place in passed:
            return passed[place].do(place, act, *args)
        return in_copy(act, here[place], *args)

    line.serve(do)


def _forked():
    """`os.fork()`."""
    with warnings.catch_warnings():
        # The test runner's other threads wait for bytes; a copy touches nothing of theirs.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


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
