"""Whether every file of the project can be read: as UTF-8, and as Python where it is Python."""

from pathlib import Path

from tests.arch.sources import tree

from .areas import AREAS, pages, python, toml


def fault(root: Path) -> str:
    """One line about the first file that cannot be read, "" where all can."""
    for path in python(root, AREAS) + pages(root) + toml(root):
        name = path.relative_to(root).as_posix()
        try:
            if path.suffix == ".py":
                tree(path)
            else:
                path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            return f"{name}: byte {error.start} is not UTF-8; save the file as UTF-8"
        except (SyntaxError, ValueError) as error:  # ValueError: a null byte, before Python 3.12
            why = getattr(error, "msg", error)
            return f"{name}:{getattr(error, 'lineno', None) or 1}: no Python ({why}); mend it"
    return ""
