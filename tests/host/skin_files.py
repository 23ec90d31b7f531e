"""Skin files made by the command, then altered."""

from .cli import call


def writer(tmp_path, load):
    """A function that writes `load`'s file with each (old, new) replaced and returns its path."""

    def write(*changes):
        path = tmp_path / "mine.toml"
        path.unlink(missing_ok=True)
        assert call("skins", "new", load, "-o", path).code == 0
        text = path.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write
