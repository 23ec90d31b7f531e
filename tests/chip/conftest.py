"""The emulated chip as fixtures: skipped by name where the emulator or its image is absent.

With `chip` in IONTOBENCH_REQUIRE its absence fails instead. Nothing here downloads.
"""

import importlib.util
import os

import pytest

from .fake_plant import FakePlant


def _unavailable(why):
    if "chip" in os.environ.get("IONTOBENCH_REQUIRE", "").split(","):
        pytest.fail(f"the chip tier is required: {why}", pytrace=False)
    pytest.skip(f"chip tier: {why}")


@pytest.fixture(scope="session")
def emulator():
    """The emulator's package is installed; no image is needed."""
    for package in ("rp2040py", "littlefs"):
        if importlib.util.find_spec(package) is None:
            _unavailable(f"no {package}: install the extra `chip`")


@pytest.fixture(scope="session")
def chip_image(emulator):
    """Path of the pinned MicroPython image."""
    from iontobench.chip.image import IMAGE_NAME, ImageError, cache_dir, cached_image

    try:
        path = cached_image()
    except ImageError as why:
        _unavailable(why)
    if path is None:
        _unavailable(f"no {IMAGE_NAME} in {cache_dir()}")
    return path


@pytest.fixture
def make_chip(chip_image):
    """Makes a chip at power-on, with files in its flash."""
    from iontobench.chip.machine import Chip

    return lambda files=None: Chip(chip_image, {} if files is None else files)


@pytest.fixture
def chip(make_chip):
    """A chip with an empty filesystem at its prompt."""
    machine = make_chip()
    machine.prompt()
    return machine


@pytest.fixture
def plant():
    """A plant that only remembers."""
    return FakePlant()


@pytest.fixture
def wired(chip, plant):
    """A chip at its prompt with the fake plant on its pins: `(chip, plant, wiring)`."""
    from iontobench.chip.wiring import PinMap, Wiring

    pins = PinMap(
        drive=2, gate=3, enable=4, probe=5, polarity=6, lim_test=7, rearm=8, limiter=9, stop=10
    )
    return chip, plant, Wiring(chip, plant, pins)
