"""Finds out what runs behind a serial port without disturbing it; no input or output of its own.

A board may be in a session (it answers `?` with a status frame), at MicroPython's friendly prompt
(it echoes the `?`), or in a raw REPL that a crashed program left behind (it says nothing). Only a
prompt, or silence to three questions in a row, may be followed by Ctrl-C: `may_interrupt` says so.
Times in s of any clock that only goes up.
"""

import re
from enum import Enum

from iontobench.link.events import Sample
from iontobench.link.frames import decode

# Ctrl-K and Ctrl-U empty a line that somebody has typed at the prompt and left, and a newline is
# no Enter there: a question never runs anything. The loop takes both for a line that is none.
EMPTY_LINE = b"\x0b\x15"
QUESTION = EMPTY_LINE + b"\n?\n"
STALE_S = 0.1  # what waited in the chip since somebody else left arrives at once
# The firmware answers a host's question within 0.2 s. Where it writes a person's line first it
# takes 0.4 s, and that line is heard: no silence either.
LISTEN_S = 0.3
PATIENCE_S = 3.0  # before it counts as silent: a board that boots hashes and imports for a second
SETTLE_S = 0.1  # what looks like an answer must not be followed by more
STREAM_S = 0.5  # but frames that go on and on are a session's
SILENCES = 3
QUESTIONS = 6
_ECHO = re.compile(rb"(?:(?:>>>|\.\.\.|===) )?\?+")
_EDITING = re.compile(rb"[\x08\r]|\x1b\[\d*[A-Z]")  # how a prompt moves its cursor
_KEPT = 4096


class Found(Enum):
    """What is at the other end."""

    SESSION = "a running session"
    PROMPT = "a prompt"
    SILENCE = "nothing that answers"
    OTHER = "another program that prints"


class BoardProbe:
    """Asks until it knows.

    Attributes:
        found: None until it is known.
        sample: the newest status or sample frame, if one came.
        heard: the last of what came, for a message.
    """

    def __init__(self) -> None:
        self.found: Found | None = None
        self.sample: Sample | None = None
        self.heard = b""
        self._line = b""
        self._is_framed = False
        self._asked = 0
        self._silent = 0
        self._has_heard = False
        self._listen_until_s: float | None = None
        self._settle_until_s: float | None = None
        self._framed_s = 0.0

    @property
    def may_interrupt(self) -> bool:
        """Whether Ctrl-C disturbs nobody."""
        return self.found in (Found.PROMPT, Found.SILENCE)

    def on_bytes(self, data: bytes, now_s: float) -> None:
        """Take what arrived; before the first question it is old and means nothing."""
        self.heard = (self.heard + data)[-_KEPT:]
        if not self._asked:
            return
        self._has_heard = True
        lines = (self._line + data).split(b"\n")
        self._line = lines.pop()[-_KEPT:]
        for line in lines:
            self._take(line.rstrip(b"\r"), now_s)
        if self._is_echoed():
            self._settle_until_s = now_s + SETTLE_S
        elif self._is_framed:
            self._settle_until_s = min(now_s + SETTLE_S, self._framed_s + STREAM_S)
        else:
            self._settle_until_s = None

    def on_time(self, now_s: float) -> bytes:
        """Let time pass; return the bytes to send now."""
        if self.found is not None:
            return b""
        if self._listen_until_s is None:
            self._listen_until_s = now_s + STALE_S
        if self._settle_until_s is not None:
            if now_s >= self._settle_until_s:
                self.found = Found.PROMPT if self._is_echoed() else Found.SESSION
            return b""
        return b"" if now_s < self._listen_until_s else self._next(now_s)

    def _next(self, now_s: float) -> bytes:
        if self._asked:
            self._silent = 0 if self._has_heard else self._silent + 1
        if self._silent == SILENCES:
            self.found = Found.SILENCE
        elif self._asked == QUESTIONS:
            self.found = Found.OTHER
        if self.found is not None:
            return b""
        self._asked += 1
        self._has_heard = False
        is_last = self._silent == SILENCES - 1
        self._listen_until_s = now_s + (PATIENCE_S if is_last else LISTEN_S)
        return QUESTION

    def _is_echoed(self) -> bool:
        return _ECHO.fullmatch(_EDITING.sub(b"", self._line)) is not None

    def _take(self, line: bytes, now_s: float) -> None:
        """A whole line: a frame is a session's."""
        at = line.rfind(b"~")
        decoded = decode(line[at:]) if at >= 0 else None
        if decoded is None:
            return
        if not self._is_framed:
            self._is_framed = True
            self._framed_s = now_s
        if isinstance(decoded[1], Sample):
            self.sample = decoded[1]
