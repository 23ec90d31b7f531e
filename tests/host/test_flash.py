"""`flash`: MicroPython onto a Pico in boot mode; each failure is one line that says what to do."""

import errno
import hashlib
import os
import struct
import types

import pytest

from iontobench.chip import image
from iontobench.chip.image import IMAGE_NAME, MICROPYTHON
from iontobench.device import bootsel, uf2
from iontobench.device.bootsel import FlashError, copy_whole, in_boot, mounted, only_volume
from iontobench.device.flash import flash
from iontobench.device.port import MICROPYTHON_USB

from .cli import call
from .link_bench import NAME
from .link_board import Board

BLOCKS = 300  # more than one piece of a copy


def made_uf2(blocks=BLOCKS, family=uf2.RP2040):
    """A UF2 file whose content nobody looks at."""
    made = b""
    for number in range(blocks):
        head = struct.pack(
            "<8I", 0x0A324655, 0x9E5D5157, 0x2000, 0x10000000, 256, number, blocks, family
        )
        made += head + bytes(476) + struct.pack("<I", 0x0AB16F30)
    return made


DATA = made_uf2()


def altered(at, value):
    """The file with another 32-bit word at a byte."""
    return DATA[:at] + struct.pack("<I", value) + DATA[at + 4 :]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty home folder, and these few blocks in place of the real image."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setattr(image, "IMAGE_SHA256", hashlib.sha256(DATA).hexdigest())
    return tmp_path


@pytest.fixture
def cached(home):
    """The image, where the emulator keeps it too."""
    folder = home / ".cache" / "rp2040py"
    folder.mkdir(parents=True)
    (folder / IMAGE_NAME).write_bytes(DATA)
    return folder / IMAGE_NAME


def volume_of(folder, board_id="RPI-RP2"):
    """What a chip shows in boot mode."""
    folder.mkdir(parents=True)
    text = f"UF2 Bootloader v3.0\nModel: Raspberry Pi RP2\nBoard-ID: {board_id}\n"
    (folder / bootsel.INFO).write_text(text)
    return folder


def take_away(volume):
    for path in volume.iterdir():
        path.unlink()
    volume.rmdir()


def usb(name):
    vid, pid = MICROPYTHON_USB
    return types.SimpleNamespace(device=name, vid=vid, pid=pid)


class Pico:
    """A board in boot mode that restarts, a while after it has the whole file."""

    def __init__(self, plug, volume, boots=True):
        self.volume = volume
        self._plug = plug
        self._boots = boots
        self._waited_s = 0.0
        self.got = b""
        plug.board = Board()
        plug.usb = []
        plug.ports = plug.ports_with(sleep=self.sleep)

    def sleep(self, seconds):
        self._plug.sleep(seconds)
        self._waited_s += seconds
        file = self.volume / IMAGE_NAME
        if file.exists():
            self.got = file.read_bytes()
            take_away(self.volume)
        if self.got == DATA and self._boots and self._waited_s > 2:
            self._plug.usb = [usb(NAME)]


@pytest.fixture
def pico(plug, tmp_path):
    return Pico(plug, volume_of(tmp_path / "media" / "RPI-RP2"))


def run(plug, *words, at=()):
    return call("flash", *words, ports=plug.ports, volumes=lambda: at)


def complaint(said):
    [line] = [line for line in said.err.splitlines() if line.startswith("iontobench: ")]
    return line


def test_a_board_in_boot_mode_gets_the_cached_image_and_answers_at_its_port(plug, pico, cached):
    said = run(plug, "--json", at=[pico.volume.parent, pico.volume])
    assert said.code == 0, said.err
    assert pico.got == DATA
    assert said.object == {
        "port": NAME,
        "micropython": MICROPYTHON,
        "image": IMAGE_NAME,
        "bytes": len(DATA),
        "volume": str(pico.volume),
    }
    assert f"next: iontobench deploy {NAME}" in said.err


def test_an_image_that_is_named_is_taken_onto_a_volume_that_is_named(plug, pico, home):
    file = home / "mine.uf2"
    file.write_bytes(DATA)
    said = run(plug, "--image", file, "--volume", pico.volume)
    assert (said.code, pico.got) == (0, DATA), said.err


def test_an_image_is_downloaded_only_when_asked(plug, pico, home, monkeypatch):
    asked = []
    monkeypatch.setattr(image, "_fetch", lambda url: asked.append(url) or DATA)
    said = run(plug, at=[pico.volume])
    assert said.code == 4
    assert f"{IMAGE_NAME} is not in {image.cache_dir()}; get it with --download" in complaint(said)
    assert asked == []
    assert run(plug, "--download", at=[pico.volume]).code == 0
    assert asked == [image.IMAGE_URL]
    assert pico.got == DATA


def test_without_a_network_the_line_says_how_else(plug, pico, home, monkeypatch):
    def offline(url):
        raise OSError("no network")

    monkeypatch.setattr(image, "_fetch", offline)
    said = run(plug, "--download", at=[pico.volume])
    assert said.code == 2
    assert "cannot be downloaded (no network)" in complaint(said)
    assert "name it with --image" in complaint(said)


WRONG = [
    (b"hello", "this is no UF2 file"),
    (DATA[:-100], "the file is cut: "),
    (DATA[:-512], f"says 0 of {BLOCKS}, there are {BLOCKS - 1}"),
    (made_uf2(family=0xE48BFF59), "is for RP2350; an RP2040 takes family 0xe48bff56"),
    (made_uf2(family=0x68ED2B88), "is for another chip, family 0x68ed2b88; an RP2040 takes"),
    (altered(512 * 7 + 508, 1), "block 7 of the file is damaged"),
    (altered(512 * 7, 1), "block 7 of the file is damaged"),
    (altered(512 * 7 + 8, 0), "is for RP2040; an RP2040 takes family"),
    (altered(512 * 7 + 20, 8), f"block 7 says 8 of {BLOCKS}"),
    (altered(100, 1), f"is not the pinned image {IMAGE_NAME} (its SHA-256 differs)"),
]


@pytest.mark.parametrize(("data", "told"), WRONG, ids=[told[:30] for _, told in WRONG])
def test_a_wrong_image_is_exit_2_and_nothing_is_copied(plug, pico, home, data, told):
    file = home / "wrong.uf2"
    file.write_bytes(data)
    said = run(plug, "--image", file, at=[pico.volume])
    assert said.code == 2
    assert told in complaint(said)
    assert [path.name for path in pico.volume.iterdir()] == [bootsel.INFO]


def test_an_image_that_is_not_there_is_exit_2(plug, pico, home):
    said = run(plug, "--image", home / "none.uf2", at=[pico.volume])
    assert said.code == 2
    assert "none.uf2: No such file" in complaint(said)


def test_a_damaged_image_in_the_cache_is_told_and_not_copied(plug, pico, cached):
    cached.write_bytes(altered(100, 1))
    said = run(plug, at=[pico.volume])
    assert said.code == 2
    assert "SHA-256 differs); delete it, or name the right file with --image" in complaint(said)


@pytest.mark.parametrize(
    ("ids", "told"),
    [
        ([], "no RP2040 is in boot mode; unplug the board, hold its button BOOTSEL"),
        (["RPI-RP2", "RPI-RP2"], "more than one RP2040 is in boot mode"),
        (["RP2350"], "is a RP2350, no RP2040"),
    ],
)
def test_without_exactly_one_board_nothing_is_copied(plug, cached, tmp_path, ids, told):
    volumes = [volume_of(tmp_path / f"v{at}", name) for at, name in enumerate(ids)]
    said = run(plug, at=[tmp_path, *volumes])
    assert said.code == 4
    assert told in complaint(said)
    assert all(len(list(volume.iterdir())) == 1 for volume in volumes)


def test_one_of_two_boards_can_be_named(plug, cached, tmp_path):
    other = volume_of(tmp_path / "other")
    pico = Pico(plug, volume_of(tmp_path / "this"))
    said = run(plug, "--volume", pico.volume, at=[other, pico.volume])
    assert (said.code, pico.got) == (0, DATA), said.err
    assert len(list(other.iterdir())) == 1


def test_a_folder_that_is_no_boards_is_never_written_to(plug, cached, tmp_path):
    for folder in (tmp_path / "none", tmp_path):
        said = run(plug, "--volume", folder)
        assert said.code == 4
        assert f"{folder}: no INFO_UF2.TXT of an RPI-RP2 in it" in complaint(said)
    assert not (tmp_path / IMAGE_NAME).exists()


def test_a_volume_that_is_not_mounted_is_told_with_the_command_that_mounts_it(tmp_path):
    (tmp_path / "RPI-RP2").write_text("")
    with pytest.raises(FlashError, match=r"not mounted: udisksctl mount -b .*RPI-RP2"):
        only_volume([], label=tmp_path / "RPI-RP2")


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_the_folders_of_every_system_can_be_listed(monkeypatch, system):
    monkeypatch.setattr("sys.platform", system)
    assert all(one.board_id for one in in_boot(mounted()))


class Stream:
    """A file that breaks after some bytes; `act` happens first."""

    def __init__(self, stream, after, error, act):
        self._stream = stream
        self._left = after
        self._error = error
        self._act = act

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self._stream.close()

    def write(self, piece):
        if self._left < len(piece):
            self._act()
            raise OSError(self._error, os.strerror(self._error))
        self._left -= len(piece)
        return self._stream.write(piece)

    def flush(self):
        self._stream.flush()

    def fileno(self):
        self._act()
        raise OSError(self._error, os.strerror(self._error))


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (errno.ENOSPC, "it is full after 65536 of 153600 bytes; unplug the board"),
        (errno.EACCES, "writing to it is not allowed; mount it for yourself"),
        (errno.EROFS, "writing to it is not allowed"),
        (errno.EIO, "the board went away after 65536 of 153600 bytes; unplug the board, hold"),
        (errno.EFBIG, "File too large after 65536 of 153600 bytes"),
    ],
)
def test_a_copy_that_breaks_off_says_why_and_what_to_do(tmp_path, error, told):
    volume = volume_of(tmp_path / "v")

    def create(path):
        return Stream(path.open("wb"), 100_000, error, lambda: None)

    with pytest.raises(FlashError) as caught:
        copy_whole(DATA, volume, IMAGE_NAME, create)
    assert told in str(caught.value)


@pytest.mark.parametrize(("after", "is_whole"), [(100_000, False), (10**6, True)])
def test_a_board_that_goes_away_is_unplugged_unless_it_had_the_last_byte(
    tmp_path, after, is_whole
):
    volume = volume_of(tmp_path / "v")

    def create(path):
        return Stream(path.open("wb"), after, errno.EIO, lambda: take_away(volume))

    if is_whole:
        copy_whole(DATA, volume, IMAGE_NAME, create)
        return
    with pytest.raises(FlashError, match="the board went away after 65536 of 153600 bytes"):
        copy_whole(DATA, volume, IMAGE_NAME, create)


def test_a_last_sync_that_fails_on_a_volume_that_is_still_there_is_told(tmp_path):
    volume = volume_of(tmp_path / "v")

    def create(path):
        return Stream(path.open("wb"), 10**6, errno.EIO, lambda: None)

    with pytest.raises(FlashError, match="after 153600 of 153600 bytes"):
        copy_whole(DATA, volume, IMAGE_NAME, create)


def test_a_board_that_never_comes_back_is_told_after_20_s(plug, cached, tmp_path):
    pico = Pico(plug, volume_of(tmp_path / "v"), boots=False)
    said = run(plug, at=[pico.volume])
    assert said.code == 4
    assert "does not come back within 20 s: no new port" in complaint(said)
    assert 20 <= plug.monotonic() < 21


def test_a_port_that_cannot_be_opened_is_the_reason_that_is_told(plug, pico, cached):
    plug.error = OSError(errno.EACCES, "Permission denied")
    said = run(plug, at=[pico.volume])
    assert said.code == 4
    assert "sudo usermod -aG dialout $USER" in complaint(said)


def test_another_board_that_was_there_before_is_not_taken_for_it(plug, pico, cached, tmp_path):
    plug.usb = [usb("script://other")]
    slept = pico.sleep

    def sleep(seconds):
        slept(seconds)
        plug.usb = [usb("script://other"), *(one for one in plug.usb if one.device == NAME)]

    ports = plug.ports_with(sleep=sleep)
    assert flash(DATA, pico.volume, ports, say=lambda line: None).port == NAME


def test_another_micropython_than_the_one_that_was_copied_is_told(plug, pico, monkeypatch):
    monkeypatch.setattr("iontobench.device.flash.MICROPYTHON", "1.27.0")
    with pytest.raises(FlashError, match=r"MicroPython 1\.26\.1 answers there, not 1\.27\.0"):
        flash(DATA, pico.volume, plug.ports, say=lambda line: None)


def test_the_real_image_is_a_uf2_file_for_the_rp2040():
    path = image.cache_dir() / IMAGE_NAME
    if not path.is_file():
        pytest.skip(f"no {IMAGE_NAME} in the cache")
    assert uf2.trouble(path.read_bytes()) is None
