"""What an examination finds, one answer after the other, each NO with what to do about it."""

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
