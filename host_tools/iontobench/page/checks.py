"""The checker beside an edited protocol, and the set-up of a session as a link.

Everything comes from `protocols.checking`; a table gets each limit with its relation. A link holds
a set-up, packed; whatever else is in one is refused in one line. Must not run a session.
"""

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from iontobench.errors import UserError
from iontobench.protocols import ProtocolError, list_protocols, load
from iontobench.protocols.checking import CheckResult, plan_lines
from iontobench.protocols.limits import LimitRow
from iontobench.protocols.loader import parse
from iontobench.protocols.schema import Protocol
from iontobench.sessions.start import check_read
from iontobench.tomlfile.errors import FileError
from iontobench.tomlfile.source import BYTES_MAX

from .words import default_setup

_FILE, _STEM = "protocol", "___"  # of a stem without a letter the file may have any name
_HEAD = ("", "proven bound", "cut off at", "limit", "verdict")
_SIGNS = {"at least": "≥"}
_LINES_MAX = 50
_LINK_MAX = 40_000  # characters: what browsers take behind an address


def protocol_of(setup: dict[str, Any]) -> Protocol:
    """The protocol of a set-up: the one that ships while its text is as it was, else the text.

    Raises:
        FileError: a text that is no protocol.
    """
    name, words = str(setup.get("name", "")), str(setup.get("protocol", ""))
    if _is_shipped(name, words):
        return load(name)
    return parse(_FILE, words.encode("utf-8", "surrogatepass"), _STEM)


def _is_shipped(name: str, words: str) -> bool:
    """Whether a text is still that of the protocol of its name."""
    return name in list_protocols() and load(name).toml == words


def checked(message: dict[str, Any]) -> dict[str, Any]:
    """The answer to `check`."""
    answer = {"type": "checked", "id": message.get("id"), "table": {"head": [], "rows": []}}
    answer |= {"is_ok": [], "estimates": [], "board": "", "board_note": ""}
    try:
        words = str(message.get("protocol", ""))
        if len(words) > BYTES_MAX:
            raise UserError(f"the protocol is too long: at most {BYTES_MAX} bytes")
        protocol = protocol_of(message)
        board = str(message.get("board") or "") or None
        found, note = check_read(protocol, str(message.get("profile")), board)
    except FileError as error:
        lines = [str(one) for one in error.all[:_LINES_MAX]]
        if len(error.all) > _LINES_MAX:
            lines.append(f"{len(error.all) - _LINES_MAX} more")
        return answer | {"ok": False, "lines": lines, "verdict": "refused: this is no protocol"}
    except UserError as error:
        return answer | {"ok": False, "lines": [str(error)], "verdict": f"refused: {error}"}
    return answer | _found(found) | {"board_note": note or ""}


def _found(result: CheckResult) -> dict[str, Any]:
    where = f"under profile {result.profile} on board {result.board}"
    lines = plan_lines(result.timeline) if result.timeline is not None else []
    lines += [
        f"refused: {row.quantity} {row.bound_text}; {row.key}: {row.advice}"
        for row in result.rows
        if not row.ok
    ]
    verdict = f"accepted {where}: within every wall"
    if not result.ok:
        verdict = f"refused {where}: {result.reason}"
    return {
        "ok": result.ok,
        "lines": lines,
        "verdict": verdict,
        "table": {"head": list(_HEAD), "rows": [_cells(row) for row in result.rows]},
        "is_ok": [row.ok for row in result.rows],
        "estimates": [one.line for one in result.estimates],
        "board": result.board,
    }


def _cells(row: LimitRow) -> list[str]:
    sign = _SIGNS.get(row.relation, "≤")
    return [row.quantity, row.bound_text, row.trip_text, f"{sign} {row.limit_text}", row.verdict]


def linked(setup: dict[str, Any]) -> str:
    """A set-up as the end of an address."""
    kept = {key: str(setup.get(key, value)) for key, value in default_setup().items()}
    if _is_shipped(kept["name"], kept["protocol"]):
        kept["protocol"] = ""
    packed = zlib.compress(json.dumps(kept).encode(), 9)
    return "setup=" + urlsafe_b64encode(packed).decode().rstrip("=")


def setup_of(fragment: str) -> dict[str, str]:
    """The set-up of such an end.

    Raises:
        UserError: it is none.
    """
    line = "this link holds no set-up of this page; open the page without it"
    key, _, packed = fragment.removeprefix("#").partition("=")
    if key != "setup" or len(packed) > _LINK_MAX:
        raise UserError(line)
    try:
        raw = urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        whole = zlib.decompressobj().decompress(raw, 2 * BYTES_MAX)
        told = json.loads(whole)
    except (ValueError, zlib.error, RecursionError):
        raise UserError(line) from None
    usual = default_setup()
    if not isinstance(told, dict) or any(not isinstance(one, str) for one in told.values()):
        raise UserError(line)
    setup = usual | {key: value for key, value in told.items() if key in usual}
    if not setup["protocol"]:
        try:
            setup["protocol"] = load(setup["name"]).toml
        except ProtocolError:
            raise UserError(line) from None
    return setup
