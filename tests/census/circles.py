"""Import circles: sets of modules, or of packages, in which each leads to each other."""

from itertools import pairwise
from pathlib import Path

from .imports import AT_LOAD, Import, folder, imports, modules

Edges = dict[str, dict[str, Import]]  # from, to, and the first import that leads there


def circles(root: Path) -> dict[str, dict]:
    """Circles of modules and of packages: at load, and with the later imports too."""
    known = modules(root)
    package = {name: folder(name, path) for name, path in known.items()}
    found = imports(root)
    at_load = [one for one in found if one.when == AT_LOAD]
    return {
        "modules": _pair(at_load, found, {name: name for name in known}),
        "packages": _pair(at_load, found, package),
    }


def components(edges: Edges) -> list[dict]:
    """The strongly connected components of two members and more, each with a shortest circle."""
    reached = {node: _reached(edges, node) for node in edges}
    found = []
    left = set(edges)
    for node in sorted(edges):
        members = {one for one in reached[node] if node in reached.get(one, ())}
        if node in left and len(members) > 1:
            left -= members
            found.append({"members": sorted(members), "shortest": _shortest(edges, members)})
    return found


def _pair(at_load: list[Import], every: list[Import], group: dict[str, str]) -> dict:
    return {
        "at_load": components(_edges(at_load, group)),
        "with_later": components(_edges(every, group)),
    }


def _edges(found: list[Import], group: dict[str, str]) -> Edges:
    edges: Edges = {}
    for one in found:
        source, target = group[one.source], group[one.target]
        if source != target:
            edges.setdefault(source, {}).setdefault(target, one)
    return edges


def _reached(edges: Edges, start: str) -> set[str]:
    reached: set[str] = set()
    waiting = list(edges[start])
    while waiting:
        node = waiting.pop()
        if node not in reached:
            reached.add(node)
            waiting += edges.get(node, ())
    return reached


def _shortest(edges: Edges, members: set[str]) -> list[str]:
    """The imports of a shortest circle within the members, each as `source -> target`."""
    nodes = min((_back_to(edges, members, node) for node in sorted(members)), key=len)
    steps = [edges[source][target] for source, target in pairwise(nodes)]
    return [f"{one.source} -> {one.target}" for one in steps]


def _back_to(edges: Edges, members: set[str], start: str) -> list[str]:
    """The nodes of a shortest way from a member back to it, with it at both ends."""
    paths = [[start]]
    seen = set()
    for path in paths:  # grows while it is walked: the shortest come first
        for node in sorted(members & edges[path[-1]].keys()):
            if node == start:
                return [*path, start]
            if node not in seen:
                seen.add(node)
                paths.append([*path, node])
    raise AssertionError(f"{start} is in no circle")
