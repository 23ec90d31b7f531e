"""The files on a board, over its raw REPL; few kinds of acts, so that a test can cut any of them.

Paths are absolute, `/` between folders. A file is written under its own name in pieces, so it may
be cut: what must be whole is written under another name and renamed, which littlefs does at once
or not at all. Nothing here decides what belongs on a board: see `deploy`.
"""

import ast
from binascii import b2a_base64
from typing import Protocol

from .connection import Connection

_PIECE_BYTES = (
    1536  # of a file in one statement: its source takes the board some 70 us a character
)

# Prints one path and its hash a line. Folders are walked in a loop: the board's stack is short.
_HASHES = """
import os
from binascii import hexlify
from hashlib import sha256
def _hashes(top):
    todo = [top]
    block = bytearray(512)
    view = memoryview(block)
    while todo:
        folder = todo.pop()
        try:
            entries = list(os.ilistdir(folder))
        except OSError:
            continue
        for entry in entries:
            path = folder.rstrip('/') + '/' + entry[0]
            if entry[1] == 0x4000:
                todo.append(path)
                continue
            digest = sha256()
            with open(path, 'rb') as file:
                while True:
                    count = file.readinto(block)
                    if not count:
                        break
                    digest.update(view[:count])
            print(hexlify(digest.digest()).decode(), path)
_hashes(%r)
del _hashes
"""


class Files(Protocol):
    """What a deploy does to a filesystem. Every call may be the last."""

    def hashes(self, folder: str) -> dict[str, str]:
        """SHA-256 in hex of every file below `folder`, by its absolute path."""
        ...

    def read(self, path: str) -> bytes:
        """A small file's contents; empty where there is none."""
        ...

    def make_folder(self, path: str) -> None:
        """Make one folder; one that is there already is no error."""

    def begin(self, path: str) -> None:
        """Make an empty file, or empty one that is there."""

    def append(self, piece: bytes) -> None:
        """Add a piece at the end of the file that was begun."""

    def end(self) -> None:
        """Close it."""

    def rename(self, old: str, new: str) -> None:
        """At once or not at all; replaces `new`."""

    def remove(self, path: str) -> None:
        """Remove one file."""


class BoardFiles:
    """`Files` of a connected board."""

    def __init__(self, connection: Connection):
        self._do = connection.repl.do

    def hashes(self, folder: str) -> dict[str, str]:
        """As `Files` says."""
        lines = self._do(_HASHES % folder).decode().splitlines()
        pairs = (line.strip().split(" ", 1) for line in lines if line.strip())
        return {path: digest for digest, path in pairs}

    def read(self, path: str) -> bytes:
        """As `Files` says."""
        code = (
            "try:\n with open(%r, 'rb') as f: print(repr(f.read(16384)))\n"
            "except OSError: print(repr(b''))"
        )
        return ast.literal_eval(self._do(code % path).decode())

    def make_folder(self, path: str) -> None:
        """As `Files` says."""
        self._do(f"import os\ntry:\n os.mkdir({path!r})\nexcept OSError:\n pass")

    def begin(self, path: str) -> None:
        """As `Files` says."""
        self._do(f"from binascii import a2b_base64 as _b\n_f = open({path!r}, 'wb')")

    def append(self, piece: bytes) -> None:
        """As `Files` says."""
        self._do(b"_f.write(_b('%s'))" % b2a_base64(piece, newline=False))

    def end(self) -> None:
        """As `Files` says."""
        self._do("_f.close()\ndel _f, _b")

    def rename(self, old: str, new: str) -> None:
        """As `Files` says."""
        self._do(f"import os\nos.rename({old!r}, {new!r})")

    def remove(self, path: str) -> None:
        """As `Files` says."""
        self._do(f"import os\nos.remove({path!r})")


def cure_of(error: Exception, name: str, again: str) -> str:
    """What helps where a file could not be written: the end of a sentence, or nothing.

    Args:
        name: the board's port.
        again: what to do once there is room.
    """
    if "ENOSPC" not in str(error):
        return ""
    room = f"remove files of your own (iontobench repl {name})"
    return f"the board's flash is full: {room}, then {again}"


def write(files: Files, path: str, data: bytes) -> None:
    """Write a whole file in pieces; it may be cut between any two."""
    files.begin(path)
    for at in range(0, len(data), _PIECE_BYTES):
        files.append(data[at : at + _PIECE_BYTES])
    files.end()
