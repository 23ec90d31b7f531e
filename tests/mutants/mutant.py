"""One alteration of the firmware, and what became of it."""

from typing import NamedTuple


class Mutant(NamedTuple):
    """`where` is module.Class.function or module.CONSTANT; `was` and `becomes` the lines."""

    where: str
    was: str
    becomes: str
    fate: str

    @property
    def is_dead(self) -> bool:
        """Whether a test noticed it: one failed, or nothing came to its end any more."""
        return self.fate in ("killed", "timeout")
