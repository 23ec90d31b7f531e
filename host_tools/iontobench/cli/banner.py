"""The sentence that opens everything a person or a program may read from this tool."""

from iontobench.records.format import DISCLAIMER

BANNER = DISCLAIMER
