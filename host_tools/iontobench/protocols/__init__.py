"""Protocols: TOML files, read strictly and compiled to the programs that the firmware runs.

`load` reads one, `compile_protocol` makes its program for a profile and a board, `check` does
both and compares every proven bound with its limit. Units are in the names. Starts nothing.

The types from a file to its time, in the order of their making:

1. `Protocol` (`schema`): a file as it was read, with its text.
2. `ProgramSegment` (`program_words`): one phase in the firmware's integers; programs are lists
   of words made of these, and are read back to these.
3. `Timeline` (`timeline`): a program's words and its course on an ideal bench. Every planned
   figure is from here: dose, times, rests, level, and the time left of a session.
4. `Bounds` (`bounds`): what the words allow at worst, and where the supervisor cuts.
5. `LimitRow` (`limits`): one limit beside its bound, with the verdict.
6. `CompiledProtocol` (`compiler`): the protocol, its timeline, bounds and rows.
7. `CheckResult` (`checking`): the answer of `check`, also for what makes no session.

`Profile` and `Family` (`limits`) are data beside them. `Estimate` (`estimates`) is what a charge
may have moved or spent: it limits nothing.
"""

from .bounds import Bounds
from .checking import CheckResult, check, render_check
from .compiler import CompiledProtocol, compile_protocol
from .limits import PROFILES, LimitRow, Profile
from .loader import list_protocols, load, profile
from .schema import Protocol
from .schema_errors import ProtocolError, RefusedError
from .timeline import Timeline

__all__ = [
    "PROFILES",
    "Bounds",
    "CheckResult",
    "CompiledProtocol",
    "LimitRow",
    "Profile",
    "Protocol",
    "ProtocolError",
    "RefusedError",
    "Timeline",
    "check",
    "compile_protocol",
    "list_protocols",
    "load",
    "profile",
    "render_check",
]
