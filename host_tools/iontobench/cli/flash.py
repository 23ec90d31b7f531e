"""`iontobench flash`: MicroPython onto a Raspberry Pi Pico that is in boot mode.

Exit 0 when MicroPython answers at a port, 2 for an image that is not the right one, 4 where there
is no board, or it does not take the image or does not come back.
"""

from pathlib import Path

import click
import msgspec

from iontobench.errors import DONE, NoDeviceError, UserError

from .console import Out, json_option

_YES = ("", "y", "yes")


@click.command(
    help="Put MicroPython onto a Pico that was plugged in with its button BOOTSEL held."
)
@click.option(
    "--image",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The UF2 file, where it is not in the cache; only the pinned one is taken.",
)
@click.option("--download", is_flag=True, help="Get the image where it is not in the cache.")
@click.option(
    "--volume",
    type=click.Path(file_okay=False, path_type=Path),
    help="The board's folder, where it is not found by itself or there are two.",
)
@json_option
@click.pass_obj
def flash(out: Out, image: Path | None, download: bool, volume: Path | None, as_json: bool) -> int:
    from iontobench.device.flash import find_volume
    from iontobench.device.flash import flash as flash_board

    data = _image(out, image, download)
    found = find_volume(volume, out.volumes)
    done = flash_board(data, found, out.ports, out.say)
    out.say(f"{done.port}: MicroPython {done.micropython} answers")
    out.say(f"next: iontobench deploy {done.port}")
    out.result(msgspec.to_builtins(done))
    return DONE


def _image(out: Out, path: Path | None, download: bool) -> bytes:
    """The pinned image, from where it may be taken.

    Raises:
        UserError: a file that is not it.
        NoDeviceError: it is not here, and is not to be had.
    """
    from iontobench.chip import image
    from iontobench.device.flash import read_uf2

    if path is not None:
        read_uf2(path)  # says for which chip a wrong one is
    try:
        is_here = path is not None or (image.cache_dir() / image.IMAGE_NAME).exists()
        if not (is_here or download or _may_download(out)):
            raise NoDeviceError(
                f"the image {image.IMAGE_NAME} is not in {image.cache_dir()}; get it with "
                f"--download, or from {image.IMAGE_URL} and name it with --image"
            )
        return read_uf2(image.find_image(path, option="--image"))
    except image.ImageError as error:
        raise UserError(str(error)) from error


def _may_download(out: Out) -> bool:
    """Asks, where there is somebody who could answer."""
    from iontobench.chip.image import IMAGE_URL

    if out.json or not out.can_ask:
        return False
    return out.ask(f"download the image from {IMAGE_URL}? [Y/n] ").strip().lower() in _YES
