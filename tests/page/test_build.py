"""The page's folder: pinned, whole, with its policy, and never made over something else."""

import json
import re
import zipfile

import pytest
from tests.arch.sources import ROOT
from tests.host.cli import call

from iontobench.errors import UserError
from iontobench.page import build as building
from iontobench.page import fetched
from iontobench.page.build import STAMP, build
from iontobench.page.fetched import FetchError
from iontobench.page.policy import POLICY
from iontobench.page.server import PageServer

PAGE = ROOT / "host_tools" / "iontobench" / "page"


def test_the_lock_file_pins_by_hash_and_names_no_address():
    text = (PAGE / "package-lock.json").read_text("utf-8")
    packages = json.loads(text)["packages"]
    assert "://" not in text
    assert all("resolved" not in package for package in packages.values())
    assert all("integrity" in package for name, package in packages.items() if name)


def test_the_wheel_is_pinned_by_hash_in_the_version_of_the_environment():
    (line,) = [
        line
        for line in (PAGE / "wheels.txt").read_text("utf-8").splitlines()
        if not line.startswith("#")
    ]
    name, digest = line.split()
    assert name in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", digest)


def test_the_folder_lists_every_file_and_has_the_policy_in_its_page(page_folder):
    told = json.loads((page_folder / STAMP).read_text("utf-8"))["files"]
    there = {p.relative_to(page_folder).as_posix() for p in page_folder.rglob("*") if p.is_file()}
    assert set(told) == there - {STAMP}
    page = (page_folder / "index.html").read_text("utf-8")
    assert f'http-equiv="Content-Security-Policy" content="{POLICY}"' in page
    assert page.index("Content-Security-Policy") < page.index("<script")


def test_the_archive_holds_the_firmware_the_boards_and_no_compiled_file_but_msgspecs(page_folder):
    with zipfile.ZipFile(page_folder / "python.zip") as archive:
        names = archive.namelist()
    assert {"ionto/loop.py", "iontobench/_data/boards/virtual/board.py"} <= set(names)
    assert "iontobench/sim/skins/forearm.toml" in names
    compiled = [name for name in names if name.endswith((".so", ".pyd", ".pyc"))]
    assert [name.partition("/")[0] for name in compiled] == ["msgspec"]
    assert not any(name.startswith(("iontobench/chip/", "iontobench/campaign/")) for name in names)


def test_what_has_not_changed_is_not_made_again(page_folder, monkeypatch):
    monkeypatch.setattr(fetched, "browser_files", lambda cache: pytest.fail("made again"))
    assert build(page_folder) == page_folder


def test_a_folder_with_something_else_in_it_is_refused_and_kept(tmp_path):
    (tmp_path / "thesis.txt").write_text("years")
    with pytest.raises(UserError, match="holds no page; name another folder"):
        build(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years"


def test_without_npm_it_is_one_line_and_exit_4(tmp_path, monkeypatch):
    def none():
        raise FetchError("the page: npm is missing; pip install 'iontobench[page]'")

    monkeypatch.setattr(fetched, "npm_command", none)
    said = call("page", "--no-open", "--folder", tmp_path / "page", "--json")
    assert said.code == 4
    assert said.object["error"] == "the page: npm is missing; pip install 'iontobench[page]'"
    assert not (tmp_path / "page").exists()


def test_an_npm_that_fails_is_one_line_and_leaves_nothing_half_done(tmp_path, monkeypatch):
    node = fetched.npm_command()[0]
    fails = [node, "-e", "console.error('npm error no such thing'); process.exit(1)"]
    monkeypatch.setattr(fetched, "npm_command", lambda: fails)
    with pytest.raises(FetchError, match="npm ci failed, is there a network"):
        build(tmp_path / "page")
    assert list((tmp_path / "page-cache").iterdir()) == []


def test_the_command_serves_tells_its_address_and_ends_with_ctrl_c(tmp_path, monkeypatch):
    folder = tmp_path / "page"
    folder.mkdir()
    (folder / STAMP).write_text(json.dumps({"key": building._key(), "files": []}))
    opened = []

    def interrupted(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(PageServer, "serve_forever", interrupted)
    monkeypatch.setattr("webbrowser.open", opened.append)
    said = call("page", "--folder", folder, "--port", "0", "--json")
    assert said.code == 0
    assert said.object["address"].startswith("http://127.0.0.1:")
    assert opened == [said.object["address"]]
    call("page", "--folder", folder, "--port", "0", "--no-open")
    assert len(opened) == 1
