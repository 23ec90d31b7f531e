"""`python -m iontobench.page.build [FOLDER]`: the page as a folder of static files.

Any web host can serve the folder, and a browser needs nothing else once it has loaded it. It
holds the files of `static/`, Pyodide, the MicroPython VM and uPlot as they come from npm, and two
archives of Python: `python.zip` (this project and msgspec) and `serial.zip` (what a board's cable
needs besides, and the firmware as it goes onto a board). The same sources and pins make the same
bytes. Must not write outside the folder and the cache.
"""

import hashlib
import importlib.util
import json
import shutil
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from iontobench import resources
from iontobench.errors import UserError

from . import fetched, slots
from .policy import POLICY

HERE = Path(__file__).resolve().parent
STATIC = HERE / "static"
STAMP = "files.json"  # what the folder holds, and a hash of all that it was made from
_PACKAGE = HERE.parent

# Folder in the page -> (package of npm, its files).
_VENDOR = {
    "pyodide": ("pyodide", ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")),
    "micropython": (
        "@micropython/micropython-webassembly-pyscript",
        ("micropython.mjs", "micropython.wasm"),
    ),
    "uplot": ("uplot", ("dist/uPlot.esm.js", "dist/uPlot.min.css")),
}
_POLICY_AFTER = '<meta charset="utf-8">'
_STDLIB = "python_stdlib.zip"
_LOCK = "pyodide-lock.json"
# Parts of the host package that need a terminal, an emulator, a circuit or many processes.
_LEFT_OUT = {
    *("benchmarks", "bringup", "campaign", "chip", "circuit", "compiled", "hil", "plans"),
    "testing",
}
_SERIAL = ("mpremote", "serial")
_REPORT = ("jinja2", "markupsafe")
_WHEN = (2026, 1, 1, 0, 0, 0)  # of every file in an archive: the same sources, the same bytes


def default_folder() -> Path:
    """Where the page is: in a checkout its `build/page`, else in the cache of this person."""
    root = resources.data_root()
    if (root / "pyproject.toml").is_file():
        return root / "build" / "page"
    return Path.home() / ".cache" / "iontobench" / "page"


def build(folder: Path) -> Path:
    """Make the page in `folder`, anew where its sources have changed; return the folder.

    Raises:
        FetchError: what others wrote cannot be fetched.
        UserError: the folder is there and is no page.
    """
    key = _key()
    if _built_key(folder) == key:
        return folder
    if folder.exists() and any(folder.iterdir()) and _built_key(folder) is None:
        raise UserError(f"{folder}: is there and holds no page; name another folder")
    cache = folder.with_name(f"{folder.name}-cache")
    modules, wheel = fetched.browser_files(cache), fetched.wheel(cache)
    work = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(STATIC, work, ignore=shutil.ignore_patterns("__pycache__"))
    _add_policy(work / "index.html")
    _copy_vendor(modules, work / "vendor")
    _write_archive(work / "python.zip", [*_project(), *_wheel(wheel), *_installed(_REPORT)])
    slots_zip = (f"iontobench/_data/{slots.NAME}", slots.packed())
    _write_archive(work / "serial.zip", [*_installed(_SERIAL), slots_zip])
    names = sorted(p.relative_to(work).as_posix() for p in work.rglob("*") if p.is_file())
    _name_files(work / "offline.js", key, names)
    (work / STAMP).write_text(json.dumps({"key": key, "files": names}, indent=1), "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    work.rename(folder)
    return folder


def _add_policy(index: Path) -> None:
    """A web host sends no header of ours: the page itself says what it may load."""
    line = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    before, mark, after = index.read_text("utf-8").partition(_POLICY_AFTER)
    if not mark:
        raise UserError(f"{index.name}: has no {_POLICY_AFTER}")
    index.write_text(f"{before}{mark}\n{line}{after}", "utf-8")


def _name_files(script: Path, key: str, names: list[str]) -> None:
    """Tell the service worker what to keep, under which name."""
    text = script.read_text("utf-8").replace("__KEY__", key[:16])
    script.write_text(text.replace('["__FILES__"]', json.dumps(names)), "utf-8")


def _built_key(folder: Path) -> str | None:
    try:
        return str(json.loads((folder / STAMP).read_text("utf-8"))["key"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _key() -> str:
    """A hash of everything that the folder is made from."""
    digest = hashlib.sha256()
    ours = [p for p in HERE.iterdir() if p.suffix in (".txt", ".json")]
    ours += [p for p in STATIC.rglob("*") if p.is_file()]
    for name, data in [*_project(), *((p.name, p.read_bytes()) for p in sorted(ours))]:
        digest.update(f"{name} {len(data)}\n".encode() + data)
    return digest.hexdigest()


def _copy_vendor(modules: Path, target: Path) -> None:
    for folder, (package, names) in _VENDOR.items():
        (target / folder).mkdir(parents=True)
        for name in names:
            shutil.copy(modules / package / name, target / folder)
    shutil.copy(modules / "pyodide" / _STDLIB, target / "pyodide")
    lock = json.loads((modules / "pyodide" / _LOCK).read_text("utf-8"))
    lock["packages"] = {}  # nothing is ever loaded from elsewhere
    (target / "pyodide" / _LOCK).write_text(json.dumps(lock), "utf-8")


def _project() -> Iterator[tuple[str, bytes]]:
    """This project as an installed wheel has it, without what the page never runs."""
    for root, package in ((_PACKAGE, "iontobench"), (resources.firmware_package(), "ionto")):
        for path in sorted(root.rglob("*")):
            inside = path.relative_to(root)
            skipped = inside.parts[0] in _LEFT_OUT or "static" in inside.parts
            if path.is_file() and path.suffix not in (".pyc", ".md") and not skipped:
                yield f"{package}/{inside.as_posix()}", path.read_bytes()
    root = resources.data_root()
    for path in sorted((root / "boards").rglob("*")):
        if path.suffix in (".py", ".toml"):
            yield f"iontobench/_data/{path.relative_to(root).as_posix()}", path.read_bytes()
    yield "iontobench/_data/main.py", resources.main_py().read_bytes()
    told = f"Metadata-Version: 2.1\nName: iontobench\nVersion: {version('iontobench')}\n"
    yield "iontobench.dist-info/METADATA", told.encode()


def _wheel(path: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not name.endswith(("/", ".pyi")):
                yield name, archive.read(name)


def _installed(packages: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Packages of pure Python as they are installed here; a compiled part is left out."""
    for package in packages:
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            raise UserError(f"the page: {package} is missing; install iontobench again")
        root = Path(spec.origin).parent
        for path in sorted(root.rglob("*.py")):
            yield f"{package}/{path.relative_to(root).as_posix()}", path.read_bytes()


def _write_archive(path: Path, files) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name, _WHEN), data, zipfile.ZIP_DEFLATED)


def main() -> int:
    """Build into the folder of the command line, or the default one."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default_folder()
    try:
        print(f"the page: {build(folder)}")
    except UserError as error:
        print(f"iontobench: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
