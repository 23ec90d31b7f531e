"""`python -m iontobench.compiled.build`, or `make compiled`: compile the hot modules.

The prepared sources, what Cython makes of them and the compiled modules are in `build/compiled`,
which git ignores; nothing is written beside a source. What has not changed is not made again.
Exit 0: the modules are there. Exit 1: they are not, and one line a cause says why. Exit 4: a tool
is missing, and a line says which.
"""

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from iontobench import resources

from . import declarations, rewrite, select

_SUFFIX = EXTENSION_SUFFIXES[0]
# A fused multiply-add rounds once where Python rounds twice.
_FLAGS = ("-O2", "-DNDEBUG", "-ffp-contract=off", "-fwrapv", "-w")
DIRECTIVES = {
    "language_level": 3,
    "annotation_typing": False,  # the declarations say all
    "infer_types": True,  # of local names
    "cdivision": False,  # rounds towards minus infinity, and raises, as Python does
    "embedsignature": False,
}


class CompileError(RuntimeError):
    """The modules cannot be compiled here; the text says why and what helps."""


class MissingToolError(CompileError):
    """Nor could any others: there is no compiler, or something else is missing."""


def main() -> int:
    """Build what has changed; returns the exit code."""
    try:
        made = build(resources.data_root() / "build" / "compiled")
    except (CompileError, declarations.DeclarationError, rewrite.RewriteError) as why:
        for line in str(why).splitlines():
            print(f"compiled: {line}", file=sys.stderr)
        return 4 if isinstance(why, MissingToolError) else 1
    print(f"compiled: {made} modules made anew")
    return 0


def build(at: Path, jobs: int | None = None) -> int:
    """Compile what has changed since the last build; returns how many modules that were.

    Args:
        at: the folder of the build; `lib` in it is what `select` takes.
        jobs: compilers at once; by default one a core.

    Raises:
        CompileError, DeclarationError, RewriteError: nothing usable was made; all reasons.
    """
    missing = missing_tool()
    if missing is not None:
        raise MissingToolError(missing)
    known = {name: declarations.read(path) for name, path in declarations.modules().items()}
    wrong = [
        line
        for name, found in known.items()
        for line in declarations.differences(found, select.source_of(name))
    ]
    if wrong:
        raise CompileError("\n".join(wrong))
    (at / "lib" / select.MANIFEST).unlink(missing_ok=True)  # half a build is none
    staged = _stage(at / "stage", known)
    before = _read_keys(at)
    keys = {name: _key(name, at / "stage") for name in staged}
    stale = [name for name in staged if keys[name] != before.get(name) or not _made(at, name)]
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        made = [pool.submit(_compile, at, name) for name in _translated(at, stale)]
        for name, one in zip(stale, made, strict=True):
            one.result()
            before[name] = keys[name]
            (at / "keys.json").write_text(json.dumps(before, indent=1), "utf-8")
    _write_manifest(at, staged, known)
    return len(stale)


def missing_tool() -> str | None:
    """What a build lacks here, and how to get it; None where it lacks nothing."""
    compiler = _compiler()[0]
    if shutil.which(compiler) is None:
        return f"there is no C compiler {compiler} (on Debian and Ubuntu: build-essential)"
    if not (Path(sysconfig.get_path("include")) / "Python.h").is_file():
        return f"{sys.executable} has no Python.h (on Debian and Ubuntu: python3-dev)"
    if importlib.util.find_spec("Cython") is None:
        return "Cython is not installed; pip install -c constraints.txt -e '.[native]'"
    return None


def _stage(at: Path, known: rewrite.Known) -> list[str]:
    """Write the prepared sources and their types; returns the names of all modules."""
    for name in known:
        try:
            done = rewrite.prepared(select.source_of(name).read_text("utf-8"), name, known)
        except rewrite.RewriteError as error:
            raise CompileError(f"{select.source_of(name)}: {error}") from error
        place = at / (name.replace(".", "/") + ".py")
        types = known[name].path.read_text("utf-8")
        _write(place, done)
        _write(place.with_suffix(".pxd"), types)
    for suffix in (".pyx", ".pxd"):
        text = (declarations.TYPES / f"sample_buffer{suffix}").read_text("utf-8")
        _write(at / (select.SAMPLES_MODULE.replace(".", "/") + suffix), text)
    for folder in {place.parent for place in at.rglob("*.pxd")}:
        while folder != at:
            _write(folder / "__init__.py", "")
            folder = folder.parent
    return [*known, select.SAMPLES_MODULE]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _source(at: Path, name: str) -> Path:
    return at / (name.replace(".", "/") + (".pyx" if name == select.SAMPLES_MODULE else ".py"))


def _key(name: str, at: Path) -> str:
    """A hash of all that a compiled module is made of, the types that it uses included."""
    seen: set[Path] = set()
    waiting = [_source(at, name).with_suffix(".pxd")]
    while waiting:
        path = waiting.pop()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        used = re.findall(r"from ([\w.]+) cimport", path.read_text("utf-8"))
        waiting += [at / (module.replace(".", "/") + ".pxd") for module in used]
    whole = hashlib.sha256(_source(at, name).read_bytes())
    for path in sorted(seen):
        whole.update(path.read_bytes())
    recipe = (_SUFFIX, DIRECTIVES, _directives(name), _FLAGS, importlib.metadata.version("Cython"))
    whole.update(repr(recipe).encode())
    return whole.hexdigest()


def _read_keys(at: Path) -> dict[str, str]:
    try:
        return json.loads((at / "keys.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}


def _made(at: Path, name: str) -> bool:
    return (at / "lib" / (name.replace(".", "/") + _SUFFIX)).is_file()


def _directives(name: str) -> dict[str, bool]:
    types = declarations.TYPES / f"{name}.pxd"
    checked = not (types.is_file() and declarations.is_of_every_tick(types))
    return {"boundscheck": checked, "wraparound": checked, "nonecheck": checked}


def _translated(at: Path, names: Iterable[str]) -> Iterator[str]:
    """Let Cython make C of the prepared sources; yields each when its C is there."""
    from Cython.Compiler.Main import compile  # an extra, and slow to import
    from Cython.Compiler.Options import CompilationOptions

    for name in names:
        place = at / "c" / f"{name}.c"
        place.parent.mkdir(parents=True, exist_ok=True)
        options = CompilationOptions(
            output_file=str(place),
            include_path=[str(at / "stage")],
            compiler_directives={**DIRECTIVES, **_directives(name)},
        )
        result = compile(str(_source(at / "stage", name)), options, full_module_name=name)
        if result.num_errors:
            raise CompileError(f"Cython refuses {name}: its words are above")
        yield name


def _compile(at: Path, name: str) -> None:
    place = at / "lib" / (name.replace(".", "/") + _SUFFIX)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    command = [*_compiler(), *_FLAGS, f"-I{sysconfig.get_path('include')}"]
    command += ["-fPIC", "-shared", str(at / "c" / f"{name}.c"), "-o", str(place), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CompileError(f"{name}: {done.stderr.strip()[:2000]}")


def _compiler() -> list[str]:
    return shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")


def _write_manifest(at: Path, names: Iterable[str], known: rewrite.Known) -> None:
    rows = {
        name: {
            "file": name.replace(".", "/") + _SUFFIX,
            "digest": "" if name == select.SAMPLES_MODULE else select.digest(name),
        }
        for name in names
    }
    constants = {
        name: select.source_digest(name) for name in sorted(rewrite.constant_sources(known))
    }
    whole = {"python": _SUFFIX, "modules": rows, "constants": constants}
    text = json.dumps(whole, indent=1)
    (at / "lib" / select.MANIFEST).write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
