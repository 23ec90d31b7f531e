"""Finds the one MicroPython image of chips, real and emulated, and proves that it is that one.

The image is pinned by name and SHA-256: another build is another chip, with other timings. It is
looked for in the emulator's own cache, or taken from a path, and downloaded only when it is in
neither. It must not be downloaded silently over a damaged file, nor run unverified.
"""

import hashlib
import urllib.request
from collections.abc import Callable
from pathlib import Path

from iontobench.disk import write_whole
from iontobench.micropython import MICROPYTHON

IMAGE_NAME = f"RPI_PICO-20250911-v{MICROPYTHON}.uf2"
IMAGE_SHA256 = "fc2a8096e0d999d3caca11b34381854599d68aee3e905d3cccbd5247ca78d07c"
IMAGE_URL = f"https://micropython.org/resources/firmware/{IMAGE_NAME}"

_TIMEOUT_S = 30


class ImageError(RuntimeError):
    """The pinned image is not to be had; the text says what to do about it."""


def cache_dir() -> Path:
    """Where the emulator itself keeps its images."""
    return Path.home() / ".cache" / "rp2040py"


def find_image(
    path: Path | None = None,
    *,
    cache: Path | None = None,
    fetch: Callable[[str], bytes] | None = None,
    option: str = "--uf2",
) -> Path:
    """The verified image: `path` where given, else the cached one, else a fresh download.

    Args:
        path: a UF2 file named by the user; it must be the pinned image.
        cache: folder to look in and to download into; default `cache_dir()`.
        fetch: gets the bytes behind an address, raising OSError; default one HTTPS request.
        option: of the command, with which the user names a file.

    Raises:
        ImageError: missing, not the pinned image, or not to be downloaded.
    """
    if path is not None:
        return _verified(path, option)
    folder = cache_dir() if cache is None else cache
    cached = folder / IMAGE_NAME
    if cached.exists():
        return _verified(cached, option)
    try:
        data = (fetch or _fetch)(IMAGE_URL)
    except OSError as error:  # URLError, HTTPError and timeouts are all OSErrors
        raise ImageError(
            f"the image {IMAGE_NAME} is not here and cannot be downloaded ({error}); "
            f"get it from {IMAGE_URL} and put it into {folder}, or name it with {option}"
        ) from error
    if hashlib.sha256(data).hexdigest() != IMAGE_SHA256:
        raise ImageError(f"what {IMAGE_URL} returned is not the image (its SHA-256 differs)")
    return _stored(cached, data)


def cached_image(cache: Path | None = None) -> Path | None:
    """The cached image where there is one: never downloads; for "can this run here?".

    Raises:
        ImageError: a file of that name is there, and it is not the pinned image.
    """
    cached = (cache_dir() if cache is None else cache) / IMAGE_NAME
    return _verified(cached) if cached.exists() else None


def _verified(path: Path, option: str = "--uf2") -> Path:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ImageError(f"cannot read the chip's image {path}: {error.strerror}") from error
    if hashlib.sha256(data).hexdigest() != IMAGE_SHA256:
        raise ImageError(
            f"{path} is not the pinned image {IMAGE_NAME} (its SHA-256 differs); "
            f"delete it, or name the right file with {option}"
        )
    return path


def _stored(target: Path, data: bytes) -> Path:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, data)  # a killed download leaves no half image
    except OSError as error:
        raise ImageError(f"cannot store the chip's image as {target}: {error.strerror}") from error
    return target


def _fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as response:
        return response.read()
