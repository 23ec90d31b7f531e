"""An empty sample for code that calls parts of the firmware one by one, as campaigns do."""

import importlib

from ionto.core.units import SAMPLE_LEN

from . import select


def new_sample() -> list[int]:
    """A list for `SAMPLE_LEN` integers, of the kind that the modules in use take."""
    if not select.is_used():
        return [0] * SAMPLE_LEN
    return importlib.import_module(select.SAMPLES_MODULE).SampleBuffer()
