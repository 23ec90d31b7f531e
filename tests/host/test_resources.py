"""Where boards and firmware are found: in a checkout, in a wheel, and when they are not."""

import shutil

import pytest

from iontobench import resources
from iontobench.board_module import BoardFileError


def make(root, main):
    (root / "boards" / "virtual").mkdir(parents=True)
    (root / main).parent.mkdir(parents=True, exist_ok=True)
    (root / main).write_text("")
    return root


def test_checkout_is_found_from_the_package(tmp_path):
    make(tmp_path, "firmware/main.py")
    package = tmp_path / "host_tools" / "iontobench"
    assert resources.data_root(package) == tmp_path


def test_wheel_is_found_below_the_package(tmp_path):
    package = tmp_path / "site-packages" / "iontobench"
    make(package / "_data", "main.py")
    assert resources.data_root(package) == package / "_data"


def test_boards_of_somebody_else_are_not_ours(tmp_path):
    """A folder `boards` beside site-packages is no checkout: main.py is missing."""
    package = tmp_path / "lib" / "site-packages" / "iontobench"
    (tmp_path / "lib" / "boards").mkdir(parents=True)
    make(package / "_data", "main.py")
    assert resources.data_root(package) == package / "_data"


def test_incomplete_installation_says_so(tmp_path):
    with pytest.raises(resources.ResourceError, match="install it again"):
        resources.data_root(tmp_path / "a" / "b")


def test_device_main_is_found():
    assert resources.main_py().name == "main.py"
    assert resources.main_py().is_file()


def test_every_board_loads_as_data_under_its_own_name():
    names = resources.board_names()
    assert "virtual" in names
    for name in names:
        assert resources.load_board(name).BOARD.name == name


@pytest.mark.parametrize("name", ["", "virtuall", "Virtual", "virtual\n"])
def test_no_other_name_is_a_board(name):
    with pytest.raises(resources.ResourceError, match="no board"):
        resources.load_board(name)


@pytest.mark.parametrize("name", ["../virtual", "virtual/"])
def test_a_path_is_a_folder_and_never_a_shipped_board(name, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BoardFileError, match="there is no such folder"):
        resources.load_board(name)


def test_nearly_right_name_is_suggested():
    with pytest.raises(resources.ResourceError, match=r"did you mean virtual\?"):
        resources.load_board("virtuall")


def test_firmware_is_its_python_sources_sorted():
    files = resources.firmware_files()
    root = resources.firmware_package()
    names = [path.relative_to(root).as_posix() for path in files]
    assert names == sorted(names)
    assert {"__init__.py", "loop.py", "core/supervisor.py"} <= set(names)


def test_firmware_hash_follows_contents_and_names_and_not_line_ends(monkeypatch, tmp_path):
    copy = tmp_path / "ionto"
    shutil.copytree(
        resources.firmware_package(), copy, ignore=shutil.ignore_patterns("__pycache__")
    )
    monkeypatch.setattr(resources, "firmware_package", lambda: copy)
    original = resources.firmware_sha256()
    loop = copy / "loop.py"
    source = loop.read_bytes()
    loop.write_bytes(source.replace(b"\n", b"\r\n"))
    assert resources.firmware_sha256() == original
    loop.write_bytes(source + b"\n")
    assert resources.firmware_sha256() != original
    loop.write_bytes(source)
    loop.rename(copy / "loop2.py")
    assert resources.firmware_sha256() != original
