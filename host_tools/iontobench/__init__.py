"""IontoBench from Python: run sessions on a bench, read their records. Bench only, never people.

    import iontobench

    result = iontobench.run("dexamethasone-40", skin="forearm", seed=1)
    print(result.outcome, result.dose_uc[-1])

The names below are all there is to use; [docs/api.md, Calls] has a page of them. A name is loaded
when it is first used, so that the import itself takes no time.
"""

import importlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .api.calls import check, connect, read, run, to_pandas, verify
    from .api.live_session import LiveSession as Session
    from .api.remote import RemoteBoard
    from .api.results import SessionResult
    from .errors import EndedEarlyError, LatchedError, NoDeviceError, UserError
    from .link.events import Mark, Sample
    from .protocols.checking import CheckResult
    from .protocols.schema_errors import ProtocolError
    from .records.format import RecordError
    from .records.verify import Verdict
    from .tomlfile.errors import FileError

    __version__: str

__all__ = [
    "CheckResult",
    "EndedEarlyError",
    "FileError",
    "LatchedError",
    "Mark",
    "NoDeviceError",
    "ProtocolError",
    "RecordError",
    "RemoteBoard",
    "Sample",
    "Session",
    "SessionResult",
    "UserError",
    "Verdict",
    "__version__",
    "check",
    "connect",
    "read",
    "run",
    "to_pandas",
    "verify",
]

if os.environ.get("IONTOBENCH_COMPILED"):  # before any of the compiled modules is imported
    from .compiled import select

    select.use_if_asked()

# name -> (module, name there)
_WHERE = {
    **{name: ("api.calls", name) for name in ("check", "connect", "read", "run", "verify")},
    "to_pandas": ("api.calls", "to_pandas"),
    "Session": ("api.live_session", "LiveSession"),
    "RemoteBoard": ("api.remote", "RemoteBoard"),
    "SessionResult": ("api.results", "SessionResult"),
    "EndedEarlyError": ("errors", "EndedEarlyError"),
    "LatchedError": ("errors", "LatchedError"),
    "NoDeviceError": ("errors", "NoDeviceError"),
    "UserError": ("errors", "UserError"),
    "Mark": ("link.events", "Mark"),
    "Sample": ("link.events", "Sample"),
    "CheckResult": ("protocols.checking", "CheckResult"),
    "ProtocolError": ("protocols.schema_errors", "ProtocolError"),
    "RecordError": ("records.format", "RecordError"),
    "Verdict": ("records.verify", "Verdict"),
    "FileError": ("tomlfile.errors", "FileError"),
}


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(__name__)
    except PackageNotFoundError:
        return "unknown (not installed)"


if not TYPE_CHECKING:  # a checker reads the imports above, and finds every other name wrong

    def __getattr__(name):
        """The public name `name`, loaded now and kept."""
        if name == "__version__":
            value = _version()
        elif name in _WHERE:
            module, own = _WHERE[name]
            value = getattr(importlib.import_module(f"{__name__}.{module}"), own)
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value

    def __dir__():
        return sorted({*globals(), *__all__})
