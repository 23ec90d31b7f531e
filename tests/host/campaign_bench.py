"""A small campaign for the tests of the engine: its file, its folder, and a process to kill."""

import subprocess
import sys
from pathlib import Path

from tests.host.cli import call

TEXT = """\
name = "small"
title = "a small one"
protocols = ["demo"]
loads = ["resistor:5000", "palm"]
faults = ["none", "open@3"]
part_runs = 2

[seeds]
first = 5
count = 3
"""
RUNS, PARTS = 12, 6


def write(folder, text=TEXT, name="small.toml"):
    """The file of a campaign."""
    path = Path(folder) / name
    path.write_text(text, encoding="utf-8")
    return path


def run(file, out, *words):
    """Run a campaign in this process."""
    return call("campaign", file, "--out", out, "--jobs", "1", *words)


def begin(file, out, jobs=1):
    """Run a campaign in a process of its own."""
    words = ["campaign", str(file), "--out", str(out), "--jobs", str(jobs)]
    return subprocess.Popen(
        [sys.executable, "-m", "iontobench", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def parts(out):
    """Each part's bytes by its name."""
    return {path.name: path.read_bytes() for path in sorted((Path(out) / "runs").iterdir())}
