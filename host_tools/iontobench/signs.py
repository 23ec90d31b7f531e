"""The signs of units as people read them, and how a stream that cannot write them is told them.

Text for people takes a unit from here or has the same sign. A terminal without a sign gets its
letters: uA, kOhm, mA min. Keys, names and JSON keys stay ASCII. Must not know any sentence.
"""

import codecs
from typing import TextIO

UA = "µA"
UC = "µC"
US = "µs"
UG = "µg"
UMOL = "µmol"
OHM = "Ω"
KOHM = "kΩ"
MAMIN = "mA·min"
CM2 = "cm²"
MA_CM2 = "mA/cm²"
UA_CM2 = "µA/cm²"
NF_CM2 = "nF/cm²"
UF_CM2 = "µF/cm²"
OHM_CM2 = "Ω·cm²"
KOHM_CM2 = "kΩ·cm²"
US_CM = "µS/cm"
PM = "±"

# A sign and its letters. Blanks stand for the dot, as in "mA min".
_LETTERS = {"µ": "u", "Ω": "Ohm", "·": " ", "²": "2", "≥": ">=", "±": "+-", "–": "-", "…": "..."}
_HANDLER = "iontobench-letters"  # of what an encoding cannot write


def spelled(text: str, encoding: str) -> str:
    """`text` as `encoding` can write it: signs that it lacks in letters, the rest escaped."""
    return text.encode(encoding, _HANDLER).decode(encoding, "surrogateescape")


def spell_on(stream: TextIO) -> None:
    """From now on `stream` writes signs that its encoding lacks in letters."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:  # else it is no file, and encodes nothing
        reconfigure(errors=_HANDLER)


def _letters(error: UnicodeError) -> tuple[str | bytes, int]:
    """The error handler: one character, by its letters, as the byte that it was, or escaped."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    at = error.start
    sign = error.object[at]
    if sign in _LETTERS:
        return _LETTERS[sign], at + 1
    # In an ASCII locale the name of a file is its bytes [PEP 383].
    is_byte = "\udc80" <= sign <= "\udcff" and error.encoding == "ascii"
    rest = UnicodeEncodeError(error.encoding, error.object, at, at + 1, error.reason)
    return codecs.lookup_error("surrogateescape" if is_byte else "backslashreplace")(rest)


codecs.register_error(_HANDLER, _letters)
