"""The census as plain text: every number with its unit."""

from collections.abc import Iterator


def text(census: dict) -> str:
    """The whole census, a blank line between its parts."""
    parts = (_sizes, _classes, _circles, _citations, _functions, _attributes, _tests)
    return "\n\n".join("\n".join(part(census)) for part in parts)


def _sizes(census: dict) -> Iterator[str]:
    yield "Files and lines (docs: markdown pages, wherever they lie; others: Python files)"
    for area, row in census["sizes"].items():
        yield (
            f"  {area:<10} {row['files']:>4} files, {row['lines']:>6} lines, "
            f"median {row['median_lines']:g} lines, {row['under_60_lines']} files under 60 lines"
        )


def _classes(census: dict) -> Iterator[str]:
    rows = census["shared_class_names"]
    yield f"Class names that several modules of the product define: {len(rows)}"
    yield from (f"  {row['name']}: {', '.join(row['places'])}" for row in rows)


def _circles(census: dict) -> Iterator[str]:
    pairs = census["imports"]
    yield (
        f"Imports between modules of the product: {pairs['at_load']} at load, "
        f"{pairs['in_function']} inside functions, {pairs['for_types']} for types only"
    )
    for kind, found in census["import_circles"].items():
        yield f"  Circles of {kind} at load: {len(found['at_load'])}"
        yield from _members(found["at_load"])
        yield f"  Circles of {kind}, later imports included: {len(found['with_later'])}"
        yield from _members(found["with_later"])


def _members(components: list[dict]) -> Iterator[str]:
    for one in components:
        yield f"    {len(one['members'])} members: {', '.join(one['members'])}"
        yield f"      a shortest circle: {'; '.join(one['shortest'])}"


def _citations(census: dict) -> Iterator[str]:
    rows = census["unresolved_citations"]
    yield f"Citations that lead nowhere: {len(rows)}"
    for row in rows:
        cited = ", ".join(filter(None, (row["page"], row["section"])))
        yield f"  {row['place']}: {cited}: no such {row['missing']}"


def _functions(census: dict) -> Iterator[str]:
    yield "Longest functions, without decorators"
    for row in census["longest_functions"]:
        yield f"  {row['lines']:>4} lines  {row['place']} {row['name']}"


def _attributes(census: dict) -> Iterator[str]:
    yield "Largest attribute tables of the firmware (0 free: the table is full and slow)"
    for row in census["largest_attribute_tables"]:
        yield (
            f"  {row['attributes']:>4} attributes in {row['slots']} slots, {row['free']} free  "
            f"{row['place']} {row['name']}"
        )


def _tests(census: dict) -> Iterator[str]:
    if "slowest_tests" not in census:
        yield "Slowest tests: not asked for (--durations FILE, as `pytest --junitxml FILE` writes)"
        return
    yield "Slowest tests, set-up and tear-down included"
    for row in census["slowest_tests"]:
        yield f"  {row['seconds']:>8.2f} s  {row['name']}"
