"""The `setup.py` that `native_build` puts into the emulator's sources: compiled for one Python.

The emulator's own setup compiles for the stable interface of every Python from 3.11 on, which is
three times slower. -O1 compiles in two thirds of the time of -O2 and runs as fast. It runs in the
sources' folder, never in this one.
"""

from os import cpu_count
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

_PROCESSES = cpu_count() or 1
_DIRECTIVES = {
    "language_level": "3",
    "boundscheck": False,
    "wraparound": False,
    "initializedcheck": False,
}


class ParallelBuild(build_ext):
    """Compiles as many modules at once as there are processors."""

    def finalize_options(self):
        super().finalize_options()
        self.parallel = _PROCESSES


setup(
    ext_modules=cythonize(
        [
            Extension(
                f"rp2040py.native.{source.stem}",
                [str(source)],
                extra_compile_args=["-O1", "-g0", "-std=c99", "-w"],
            )
            for source in sorted(Path("src/rp2040py/native").glob("*.pyx"))
        ],
        compiler_directives=_DIRECTIVES,
        nthreads=_PROCESSES,
    ),
    cmdclass={"build_ext": ParallelBuild},
)
