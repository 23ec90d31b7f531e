"""Draws the stage's diagrams, a picture a block and one of the whole, from the netlist's values.

Needs the package schemdraw (extra `circuit`). Only where a part stands is written here; its name,
value and model come from the netlist, so that a picture cannot say another value.
"""
