"""A program's words with the firmware's own rules for reading them, and nothing checked.

Units are in the names of the words (`ionto.core.program`). Must never be run: `Program` itself
checks what it takes.
"""

from collections.abc import Sequence

from ionto.core import program


class View(program.Program):
    """Words as `Program` reads them: `word`, `is_to_zero`, `segments`."""

    def __init__(self, words: Sequence[int]):
        self.words = words  # on purpose without Program's own: words are judged, not run
        self.segments = words[program.H_SEGMENTS]

    def period_ms(self, segment: int) -> int:
        """A whole pulse of a PULSES segment: two edges, on and off."""
        on_ms, off_ms = self.word(segment, program.S_ON_MS), self.word(segment, program.S_OFF_MS)
        return on_ms + off_ms + 2 * self.word(segment, program.S_EDGE_MS)

    def flat_ms(self, segment: int) -> int:
        """A pulse's charge over its level: the flat part, and half of each edge."""
        return self.word(segment, program.S_ON_MS) + self.word(segment, program.S_EDGE_MS)
