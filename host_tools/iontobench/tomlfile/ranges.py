"""What a key accepts, in words, from the types of a msgspec struct.

So a range has one home, the struct. Its unit is in the type's `extra`, or the key's ending says
it. Must not judge a value.
"""

from typing import Any

from msgspec import inspect

from iontobench.signs import CM2, KOHM_CM2, NF_CM2, OHM, OHM_CM2, UA_CM2, UF_CM2, US_CM

# Endings of keys whose types do not tell their unit, the longest first.
_UNITS = {
    "_kohm_cm2": KOHM_CM2,
    "_ohm_cm2": OHM_CM2,
    "_ua_cm2": UA_CM2,
    "_nf_cm2": NF_CM2,
    "_uf_cm2": UF_CM2,
    "_us_cm": US_CM,
    "_cm2": CM2,
    "_ohm": OHM,
    "_mv": "mV",
    "_ms": "ms",
    "_cm": "cm",
    "_s": "s",
}


def allowed(kind: inspect.Type, key: str = "") -> str:
    """What a key of this type accepts, in words, with the unit."""
    found = bare(kind)
    match found:
        case inspect.FloatType() | inspect.IntType():
            whole = "a whole number, " if isinstance(found, inspect.IntType) else ""
            return f"{whole}{_range(found)} {unit(kind, key)}".rstrip()
        case inspect.LiteralType():
            return "one of " + ", ".join(choices(kind))
        case inspect.StrType():
            return (
                f"text of {found.min_length} to {found.max_length} characters"
                if found.max_length
                else f"text of {_note(kind)}"
            )
        case inspect.ListType():
            is_table = isinstance(members(found.item_type)[0], inspect.StructType)
            of = "tables" if is_table else "values"
            return f"an array of {found.min_length} to {found.max_length} {of}"
        case inspect.BoolType():
            return "true or false"
    return "a table"


def choices(kind: inspect.Type) -> list[str]:
    """The few values of a key that has a few, sorted; else none."""
    found = bare(kind)
    return sorted(map(str, found.values)) if isinstance(found, inspect.LiteralType) else []


def bare(kind: inspect.Type) -> Any:
    """The type inside metadata and inside `| None`."""
    if isinstance(kind, inspect.Metadata):
        return bare(kind.type)
    if isinstance(kind, inspect.UnionType):
        return bare(next(t for t in kind.types if not isinstance(t, inspect.NoneType)))
    return kind


def members(kind: inspect.Type) -> list[Any]:
    """The structs of a union that a tag tells apart, or the one type that there is."""
    types = kind.types if isinstance(kind, inspect.UnionType) else ()
    structs = [one for one in types if isinstance(one, inspect.StructType)]
    return structs or [bare(kind)]


def unit(kind: inspect.Type, key: str = "") -> str:
    """The unit of a number, or nothing."""
    told = _told_unit(kind)
    if told or not isinstance(bare(kind), inspect.FloatType | inspect.IntType):
        return told
    return next((unit for ending, unit in _UNITS.items() if key.endswith(ending)), "")


def _told_unit(kind: inspect.Type) -> str:
    if isinstance(kind, inspect.UnionType):
        return next((told for told in map(_told_unit, kind.types) if told), "")
    return (kind.extra or {}).get("unit", "") if isinstance(kind, inspect.Metadata) else ""


def _range(found: inspect.FloatType | inspect.IntType) -> str:
    low = f"above {_number(found.gt)}" if found.gt is not None else _number(found.ge)
    high = f"below {_number(found.lt)}" if found.lt is not None else _number(found.le)
    return f"{low} to {high}"


def _number(value: float | None) -> str:
    if value is None:
        return "any number"
    return f"{value:.0f}" if value == int(value) else f"{value:g}"


def _note(kind: inspect.Type) -> str:
    schema = kind.extra_json_schema if isinstance(kind, inspect.Metadata) else None
    return (schema or {}).get("description", "any length")
