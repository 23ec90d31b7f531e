"""`python -m tests.page.figures [FILE]`: how fast the page is, in headless Chromium.

A part of `make bench`: rows are added to FILE. Speeds are seconds of board time per second of the
worker's CPU time, of `dexamethasone-40` at its steady hold and above; frames and keys are of the
page while it shows that session at 20 x real time. Exit 0 whatever the figures are. Linux: a
thread's time is read from /proc.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path

import pytest
from tests.arch.sources import ROOT

from iontobench.benchmarks.figures import met
from iontobench.page.build import build
from iontobench.page.server import PageServer

from .chromium import Chromium, chromium_or_skip
from .desk import Desk

COMMAND = "python -m tests.page.figures"
PROTOCOL = "dexamethasone-40"
_SECONDS = 20.0
_PAUSES = 3
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_THREAD = "DedicatedWorker"
_FRAMES = """new Promise((done) => {
    const found = [];
    let last = performance.now();
    const frame = (now) => {
        found.push(now - last);
        last = now;
        if (found.length < 400) requestAnimationFrame(frame);
        else done(found.slice(5).sort((a, b) => a - b));
    };
    requestAnimationFrame(frame);
})"""
_KEY = """new Promise((done) => {
    const state = document.getElementById("sim-state");
    const before = state.textContent;
    const from = performance.now();
    const look = new MutationObserver(() => {
        if (state.textContent === before) return;
        look.disconnect();
        done(performance.now() - from);
    });
    look.observe(state, {childList: true, characterData: true, subtree: true});
    document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "%s", bubbles: true}));
})"""


def worker_cpu_s(root):
    """CPU seconds of all worker threads of a process and its children."""
    children = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(told[1]), []).append(int(path.parent.name))
    waiting, ticks = [root], 0
    while waiting:
        process = waiting.pop()
        waiting += children.get(process, [])
        for task in Path(f"/proc/{process}/task").glob("*"):
            try:
                if not (task / "comm").read_text().startswith(_THREAD):
                    continue
                told = (task / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            ticks += int(told[11]) + int(told[12])
    return ticks / _TICKS


def speed(browser, desk, engine, skin=""):
    """Board time per CPU time of the worker."""
    now = "heard.findLast((one) => one.columns?.t_s.length)?.columns.t_s.at(-1)"
    desk.start(PROTOCOL, engine=engine, skin=skin)
    desk.until_minute(1)
    from_s, from_cpu_s = desk.tab.value(now), worker_cpu_s(browser._process.pid)
    time.sleep(_SECONDS)
    to_s, to_cpu_s = desk.tab.value(now), worker_cpu_s(browser._process.pid)
    desk.send(type="stop", now=True)
    desk.end()
    return (to_s - from_s) / (to_cpu_s - from_cpu_s)


def shown(desk):
    """p95 of the frames' times, and the longest time from a key to the state, ms, at 20 x."""
    tab = desk.tab
    tab.value("document.getElementById('tab-simulation').click()")
    tab.fill("#sim-speed", "20")
    tab.click("#sim-start")
    state = "document.getElementById('sim-state').textContent"
    tab.wait(f"{state}.startsWith('holding')", 60)
    frames = tab.value(_FRAMES)
    taken = []
    for _ in range(_PAUSES):
        taken.append(tab.value(_KEY % "p"))
        tab.wait(f"{state}.startsWith('paused')", 60)
        taken.append(tab.value(_KEY % "r"))
        tab.wait(f"{state}.startsWith('holding')", 60)
    tab.click("#sim-off")
    return frames[int(len(frames) * 0.95)], max(taken)


def rows():
    """(name, value, unit, required) of each figure."""
    folder = build(ROOT / "build" / "page")
    with PageServer(folder, 0) as server, Chromium() as browser:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        desk = Desk(browser, server.address)
        name = "the page, board time per CPU time of its worker"
        yield f"{name}: Pyodide", speed(browser, desk, "pyodide"), "x", ">= 40"
        yield f"{name}: MicroPython VM", speed(browser, desk, "micropython"), "x", ">= 15"
        frames_ms, key_ms = shown(desk)
        yield "the page at 20 x: frames' times, p95", frames_ms, "ms", "<= 50"
        yield (
            "the page at 20 x: from a key to the shown state, longest of 6",
            key_ms,
            "ms",
            "<= 250",
        )
        server.shutdown()


def main(args):
    """Measure, print, and add to FILE."""
    found = []
    try:
        chromium_or_skip()
    except pytest.skip.Exception as why:
        print(f"not measured: {why}")
        return 0
    for name, value, unit, required in rows():
        is_met = "" if met(value, required) else "  missed"
        print(f"{name}: {value:.1f} {unit} (required {required}){is_met}", flush=True)
        told = {"name": name, "value": round(value, 1), "unit": unit, "required": required}
        found.append({**told, "rung": "browser", "command": COMMAND})
    if args:
        path = Path(args[0])
        before = json.loads(path.read_text("utf-8")) if path.is_file() else []
        kept = [one for one in before if one["command"] != COMMAND]
        path.write_text(json.dumps(kept + found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
