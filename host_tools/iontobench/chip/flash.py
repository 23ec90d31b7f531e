"""Builds the chip's flash filesystem on the host, files and all.

Writing a firmware through the emulated REPL takes seconds, mounting a ready filesystem none. The
format is littlefs as MicroPython 1.26.1 lays it out on a Pico. It must not read a chip's flash
back: what the firmware wrote is asked of the firmware.
"""

from collections.abc import Mapping

from littlefs import LittleFS, UserContext

# Where the Pico's build of MicroPython keeps its filesystem: the last 1408 KiB of 2 MiB.
FILESYSTEM_OFFSET = 0xA0000
_BLOCK_BYTES = 4096
_BLOCKS = 352
_PROG_BYTES = 256
FILESYSTEM_BYTES = _BLOCK_BYTES * _BLOCKS
_DISK_VERSION = 0x00020000  # 2.0: every MicroPython's littlefs mounts it


def filesystem(files: Mapping[str, bytes]) -> bytes:
    """A filesystem with these files; `"lib/x.py"` makes the folder `lib` too.

    Raises:
        LittleFSError: they do not fit into the 1408 KiB there are.
    """
    context = UserContext(buffsize=FILESYSTEM_BYTES)
    flash = LittleFS(
        context=context,
        block_size=_BLOCK_BYTES,
        block_count=_BLOCKS,
        prog_size=_PROG_BYTES,
        disk_version=_DISK_VERSION,
    )
    for name in sorted(files):
        folder = name.rpartition("/")[0]
        if folder:
            flash.makedirs(folder, exist_ok=True)
        with flash.open(name, "wb") as stream:
            stream.write(files[name])
    flash.unmount()
    return bytes(context.buffer)
