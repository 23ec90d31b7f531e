"""The load that a name says: a person of a population, a skin, or a resistor."""

from .population import PREFIX, sampled
from .skin import LoadParams, load_skin


def load_named(name: str, active_cm2: float = 10.0, return_cm2: float = 20.0) -> LoadParams:
    """Return the load called `name`: what `load_skin` knows, or `population:bath#17`.

    Args:
        name: a load's name, or the path of a skin file.
        active_cm2, return_cm2: electrode areas; resistor loads have none.

    Raises:
        ValueError: no such load, or a value out of range; one line that says what is allowed.
        FileError: the same of a file; `all` has a line for each thing that is wrong.
    """
    if name.startswith(PREFIX):
        return sampled(name, active_cm2, return_cm2)
    return load_skin(name, active_cm2, return_cm2)
