"""`--fault KIND@SECONDS[:VALUE]`: what the bench can be made to do wrong.

Kinds and their ranges belong to the plant; here they are only listed, and checked before anything
starts.
"""

import difflib
from collections.abc import Iterable

from iontobench.sim import faults

from . import errors


def kinds() -> list[tuple[str, str, str]]:
    """Every kind, what it does, and what its VALUE may be."""
    return [
        (name, kind.text, f"{kind.low:g} to {kind.high:g} {kind.unit}, else {kind.default:g}")
        for name, kind in faults.KINDS.items()
    ]


def check(specs: Iterable[str]) -> None:
    """Raise CliError for the first one that cannot be injected."""
    for spec in specs:
        try:
            faults.parse(spec)
        except ValueError as error:
            near = difflib.get_close_matches(spec.partition("@")[0], faults.KINDS, n=1)
            known = spec.partition("@")[0] in faults.KINDS
            hint = f"; did you mean {near[0]}?" if near and not known else ""
            raise errors.CliError(f"--fault: {error}{hint}") from error
