"""Folders of boards for tests: a shipped one under another name, and a file of one changed."""

from iontobench import resources


def copied(folder, name):
    """The files of a shipped board in a new folder, under the folder's own name."""
    folder.mkdir()
    for file in ("board.py", "boot.py"):
        text = resources.board_file(name, file).read_text("utf-8")
        (folder / file).write_text(text.replace(f'"{name}"', f'"{folder.name}"'), "utf-8")
    return folder


def change(folder, old, new, file="board.py"):
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
