"""What somebody probably meant: the nearest of a few words. Must not decide anything."""

import difflib
from collections.abc import Iterable

_KEY_CUTOFF = 0.5  # of keys, which are long and alike
_CHOICE_CUTOFF = 0.6
_SAME_CUTOFF = 0.8  # `skin` is no `kind`


def near_key(key: str, keys: Iterable[str]) -> str | None:
    """The key that is most like this one, or None."""
    return next(iter(difflib.get_close_matches(key, keys, n=1, cutoff=_KEY_CUTOFF)), None)


def misspelt(key: str, keys: Iterable[str]) -> str | None:
    """Which of some keys is `key` misspelt, or None."""
    return next(iter(difflib.get_close_matches(key, keys, n=1, cutoff=_SAME_CUTOFF)), None)


def near_choice(value: object, choices: Iterable[str]) -> str | None:
    """The choice that is most like a value, whatever its case and its `_` or blanks, or None."""
    if not isinstance(value, str):
        return None
    plain = "-".join(value.lower().replace("_", " ").split())
    known = list(choices)
    near = difflib.get_close_matches(plain, known, n=1, cutoff=_CHOICE_CUTOFF)
    begun = [one for one in known if plain and one.startswith(plain)]
    return next(iter(near or (begun if len(begun) == 1 else [])), None)
