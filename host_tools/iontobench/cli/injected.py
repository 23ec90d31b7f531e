"""`--fault KIND@SECONDS[:VALUE]`: what the bench can be made to do wrong.

Kinds and their ranges belong to the plant; here they are only listed, and checked before anything
starts.
"""

from collections.abc import Iterable

from iontobench.sim import faults

from . import errors

HEADS = ("KIND", "what it does", "VALUE", "scenario")


def kinds() -> list[tuple[str, str, str, str]]:
    """Every kind, what it does, what its VALUE may be, and which scenario it belongs to."""
    return [
        (name, kind.text, kind.value_text, str(kind.scenario))
        for name, kind in faults.KINDS.items()
    ]


def check(specs: Iterable[str], rung: str = "virtual") -> None:
    """Raise CliError for the first one that cannot be injected on that rung."""
    for spec in specs:
        try:
            needs = faults.KINDS[faults.parse(spec).kind].needs
        except ValueError as error:
            raise errors.CliError(f"--fault: {error}") from error
        if needs and rung != "virtual":
            line = f"--fault {spec}: it is the virtual board's own; use --on virtual"
            raise errors.CliError(line)
