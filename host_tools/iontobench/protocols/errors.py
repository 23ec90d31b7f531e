"""What goes wrong with a protocol, each as one line for the person who wrote it.

A line names the file, the key (its TOML path), what was found, what is allowed and what to do.
Must not print: whoever runs the command shows the line and leaves with `exit_code`.
"""

_TEXT_MAX = 60  # of a value quoted from the file


class ProtocolError(ValueError):
    """A protocol that cannot be used.

    Args:
        file: the file's name as the person gave it.
        key: the TOML path, such as `phases[0].current_ma`; empty for the file as a whole.
        found: what is there.
        allowed: the range, the choices or the shape that would be accepted.
        hint: what to do about it.
    """

    exit_code = 2

    def __init__(self, file: str, key: str, found: str, allowed: str = "", hint: str = ""):
        self.file = file
        self.key = key
        self.found = found
        self.allowed = allowed
        self.hint = hint
        parts = [found]
        if allowed:
            parts.append(f"allowed: {allowed}")
        if hint:
            parts.append(hint)
        where = f"{file}: {key}" if key else file
        super().__init__(one_line(f"{where}: {'; '.join(parts)}"))


class RefusedError(ProtocolError):
    """A well-formed protocol that a wall forbids: the profile's, the family's or the board's."""


def one_line(text: str) -> str:
    """`text` without line ends, control characters or runs of blanks."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def quote(value: object) -> str:
    """A value of the file as it may be shown: short, and always on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return f"an array of {len(value)}"
    text = one_line(repr(value) if isinstance(value, str) else str(value))
    return text if len(text) <= _TEXT_MAX else text[:_TEXT_MAX] + "..."
