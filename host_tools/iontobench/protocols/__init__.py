"""Protocols: TOML files, read strictly and compiled to the programs that the firmware runs.

`load` reads one, `compile_protocol` makes its program for a profile and a board, `check` does
both and compares every proven bound with its limit. Units are in the names. Starts nothing.
"""

from .bounds import Bounds, Trips
from .checking import CheckResult, check, render_check
from .compiler import CompiledProtocol, compile_protocol
from .errors import ProtocolError, RefusedError
from .loader import list_protocols, load
from .profiles import PROFILES, Profile, profile
from .rows import Row
from .schema import Protocol

__all__ = [
    "PROFILES",
    "Bounds",
    "CheckResult",
    "CompiledProtocol",
    "Profile",
    "Protocol",
    "ProtocolError",
    "RefusedError",
    "Row",
    "Trips",
    "check",
    "compile_protocol",
    "list_protocols",
    "load",
    "profile",
    "render_check",
]
