"""Files of this computer: a write is whole or not at all, and names suit every system."""

import os

import pytest

from iontobench.disk import slug, write_new, write_whole


class CutError(BaseException):
    """The process ends here."""


def test_a_write_replaces_the_file_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "kept.json"
    path.write_bytes(b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_is_cut_leaves_the_old_file(tmp_path, monkeypatch, step):
    def cut(*_args):
        raise CutError

    path = tmp_path / "kept.json"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, step, cut)
    with pytest.raises(CutError):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"


def test_a_new_file_is_whole_and_nothing_is_beside_it(tmp_path):
    path = tmp_path / "new.csv"
    write_new(path, lambda stream: stream.write(b"new"))
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("step", ["fsync", "write"])
def test_a_new_file_that_is_cut_is_none(tmp_path, monkeypatch, step):
    def cut(*_args):
        raise CutError

    monkeypatch.setattr(os, "fsync", cut)
    with pytest.raises(CutError):
        write_new(tmp_path / "new.csv", cut if step == "write" else lambda stream: None)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_kept_and_a_missing_folder_is_named(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_bytes(b"mine")
    with pytest.raises(FileExistsError, match="choose another name"):
        write_new(path, lambda stream: stream.write(b"new"))
    assert path.read_bytes() == b"mine"
    with pytest.raises(FileNotFoundError, match="there is no such folder"):
        write_new(tmp_path / "nowhere" / "new.csv", lambda stream: stream.write(b"new"))


def test_a_slug_has_letters_digits_and_single_hyphens():
    assert slug("M_high 2 (new).toml", 40) == "m-high-2-new-toml"
    assert slug("ab cd", 3) == "ab"
    assert slug("µ/..", 40) == ""
