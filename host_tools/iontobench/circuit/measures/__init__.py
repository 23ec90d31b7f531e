"""Measurements on the circuit, by what they are about. Each returns numbers by name, with units.

A measurement that two requirements use is run once. Must not know any limit.
"""
