"""What an examination finds, one answer after the other, each NO with what to do about it."""

from collections.abc import Sequence

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """One answer; `remedy` is None where all is well."""

    what: str
    answer: str
    remedy: str | None = None

    def lines(self) -> list[str]:
        """The answer for a person, and below a NO what to do."""
        mark = "ok" if self.remedy is None else "NO"
        told = [f"{mark}  {self.what:<12} {self.answer}"]
        return told if self.remedy is None else [*told, f"    {'':<12} do: {self.remedy}"]


def verdict(found: Sequence[Finding], well: str) -> tuple[bool, str]:
    """Whether nothing is wrong, and that in words; `well` are the words where it is so."""
    wrong = sum(one.remedy is not None for one in found)
    return wrong == 0, f"{wrong} to be put right" if wrong else well
