"""littlefs in memory, for a board of tests: strict, and every act can be the last.

`before(act)` is called before each act with (kind, path); what it raises leaves the file cut.
"""

import io


class Unexpected(AssertionError):
    """Something that no careful program would send to a board."""


class Memory:
    """Paths to bytes, folders apart."""

    def __init__(self, files=None):
        self.files = dict(files or {})
        self.folders = {"/"}
        for path in self.files:
            parts = path.split("/")[1:-1]
            self.folders |= {"/" + "/".join(parts[: at + 1]) for at in range(len(parts))}
        self.before = lambda act: None

    def open(self, path, mode="r"):
        if mode in ("r", "rb"):
            if path not in self.files:
                raise OSError(2, "ENOENT")
            data = self.files[path]
            return io.BytesIO(data) if mode == "rb" else io.StringIO(data.decode())
        if mode != "wb":
            raise Unexpected(f"open({path!r}, {mode!r})")
        self._parent(path)
        self.before(("open", path))
        self.files[path] = b""
        return _Writing(self, path)

    def ilistdir(self, folder):
        if folder not in self.folders:
            raise OSError(2, "ENOENT")
        top = folder.rstrip("/") + "/"
        for path in sorted(self.folders):
            if path != "/" and path.rpartition("/")[0] + "/" == top:
                yield path[len(top) :], 0x4000, 0
        for path in sorted(self.files):
            if path.rpartition("/")[0] + "/" == top:
                yield path[len(top) :], 0x8000, 0, len(self.files[path])

    def mkdir(self, path):
        if path in self.folders:
            raise OSError(17, "EEXIST")
        self._parent(path)
        self.before(("mkdir", path))
        self.folders.add(path)

    def rename(self, old, new):
        self.before(("rename", new))
        self.files[new] = self.files.pop(old)

    def remove(self, path):
        self.before(("remove", path))
        del self.files[path]

    def _parent(self, path):
        if (path.rpartition("/")[0] or "/") not in self.folders:
            raise OSError(2, "ENOENT")


class _Writing:
    def __init__(self, memory, path):
        self._memory, self._path = memory, path

    def write(self, data):
        half = len(data) // 2
        self._memory.files[self._path] += bytes(data[:half])
        self._memory.before(("write", self._path))
        self._memory.files[self._path] += bytes(data[half:])
        return len(data)

    def close(self):
        self._memory.before(("close", self._path))
