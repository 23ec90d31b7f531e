"""`mpremote mip install` with a board's package.json puts the same tree on a board as a deploy."""

import json
import shutil

import pytest
from mpremote import mip

from iontobench import resources
from iontobench.device.build import board_files, package_json, package_text

from .cli import call

BOARDS = [
    name
    for name in resources.board_names()
    if (resources.data_root() / "boards" / name / "boot.py").is_file()  # else simulated only
]


class Transport:
    """The calls of mpremote's transport that its installer makes, over a dict; no other."""

    def __init__(self):
        self.files = {}
        self.folders = {"/"}
        self.order = []

    def fs_exists(self, path):
        return self._plain(path) in self.folders

    def fs_mkdir(self, path):
        self.folders.add(self._plain(path))

    def fs_writefile(self, path, data, progress_callback):
        path = self._plain(path)
        if (path.rpartition("/")[0] or "/") not in self.folders:
            raise OSError(2, "ENOENT")
        self.files[path] = data
        self.order.append(path)

    @staticmethod
    def _plain(path):
        return "/" + "/".join(part for part in path.split("/") if part)


def kept(board):
    return json.loads(resources.board_file(board, "package.json").read_text())


@pytest.mark.parametrize("board", BOARDS)
def test_the_package_lists_what_a_deploy_writes(board):
    files = board_files(board)
    assert kept(board) == package_json(board, files)
    text = resources.board_file(board, "package.json").read_text()
    assert text == package_text(board, files), "out of date: write what package_text() returns"


@pytest.mark.parametrize("board", BOARDS)
def test_an_installed_package_is_a_deployed_tree(board, tmp_path, monkeypatch):
    folder = tmp_path / "boards" / board
    folder.mkdir(parents=True)
    shutil.copy(resources.board_file(board, "package.json"), folder)
    assert call("deploy", "--board", board, "--to", tmp_path / "build" / board).code == 0
    transport = Transport()
    package = str(folder / "package.json")
    mip._install_package(transport, package, "no index", "/", None, mpy=True)
    assert transport.files == {f"/{name}": data for name, data in board_files(board).items()}
    assert transport.order[-3:] == ["/boot.py", "/main.py", "/slot"]


@pytest.mark.parametrize("board", BOARDS)
def test_a_package_has_relative_addresses_only(board):
    package = kept(board)
    assert package.keys() == {"urls", "version"}
    assert all(url.startswith("../../build/") and ":" not in url for _, url in package["urls"])


def test_deploy_wants_a_port_or_a_folder(tmp_path):
    for args in ((), ("/dev/none", "--to", tmp_path)):
        said = call("deploy", *args)
        assert said.code == 2
        assert "give a PORT (or auto), or --to FOLDER" in said.err
