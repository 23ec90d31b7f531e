"""Names of files and folders that any system takes."""

import re


def slug(text: str, most: int) -> str:
    """`text` in a-z, 0-9 and single -, of at most `most` characters; empty where none is left."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:most].rstrip("-")
