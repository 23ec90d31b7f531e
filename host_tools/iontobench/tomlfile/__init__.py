"""TOML files that people write: read strictly, and everything wrong told at once, a line each.

Protocols and skin files share it. It knows neither: the shape of a file is a msgspec struct that
the caller gives. Units are in the words that it makes. Must not open more than a small regular
file, and must not import any other part of this package.
"""
