"""Looks at a netlist without running it: nodes that lead nowhere. Must not run anything."""

from collections import Counter

from .netlist import Netlist


def floating_nodes(netlist: Netlist) -> set[str]:
    """Nodes that only one pin touches: a slip of the pen, or an end of the circuit."""
    pins: Counter[str] = Counter()
    for one in netlist.elements():
        fields = [field for field in one.fields if "=" not in field]
        pins.update(fields[:-1])  # the last is the value or the model
    return {node for node, count in pins.items() if count == 1}
