"""A VM of the page that is none: its files run in this Python, beside the firmware's own modules.

It has the same ends as the page's `micropython.js`, so that what crosses can be tested without a
browser; what only MicroPython does is for the tests in one.
"""

import contextlib
import sys
from types import SimpleNamespace

_OURS = ("ionto", "board", "bit_flips", "crossing", "stepped", "uctypes")


@contextlib.contextmanager
def own_modules(folder):
    """Modules of the VM's names are those of the folder; afterwards this Python's are back."""
    before = {name: sys.modules.pop(name) for name in list(sys.modules) if _is_ours(name)}
    sys.modules["uctypes"] = SimpleNamespace(addressof=lambda words: 0)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if _is_ours(name)]:
            del sys.modules[name]
        sys.modules.update(before)


def booter(folder):
    """`boot`, as `run_in_vm` takes it."""

    def boot(files, source, words, incoming, ask):
        for name, text in files.items():
            path = folder / name.lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            head = "from __future__ import annotations\n" if name == "/bit_flips.py" else ""
            path.write_text(head + text, encoding="utf-8")
        return Here(folder, source, words, incoming, ask)

    return boot


class Here:
    """What `micropython.js` gives: `step`, `value`, `end`."""

    def __init__(self, folder, source, words, incoming, ask):
        self._ours, self._incoming, self._ask = words, incoming, ask
        scope = {"_ask": self._asked}
        with own_modules(folder):
            exec(source, scope)
        self._theirs = scope["_stepped"].words
        self._step, self.value = scope["_step"], scope["_value"]
        self._out()

    def step(self, ends):
        self._into()
        said = self._step(ends)
        self._out()
        return said

    def end(self):
        """Nothing is held."""

    def _asked(self, what, value):
        self._out()
        answer = self._ask(what, value)
        self._into()
        return answer

    def _into(self):
        self._theirs[: self._incoming] = self._ours[: self._incoming]

    def _out(self):
        first = self._incoming
        end = first + self._theirs[first] + 1
        self._ours[first:end] = self._theirs[first:end]
        self._theirs[first] = 0


def _is_ours(name):
    return name.partition(".")[0] in _OURS
