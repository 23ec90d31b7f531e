"""Session records: append-only JSON lines under a SHA-256 chain, and the folder that keeps them.

`format.py` has the format in full. Nothing here touches a bench.
"""

from .format import DISCLAIMER, RecordError
from .meta import write_meta
from .reader import Record, read
from .store import RecordStore
from .verify import Verdict, verify
from .writer import RecordWriter

__all__ = [
    "DISCLAIMER",
    "Record",
    "RecordError",
    "RecordStore",
    "RecordWriter",
    "Verdict",
    "read",
    "verify",
    "write_meta",
]
