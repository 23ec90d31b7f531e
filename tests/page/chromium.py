"""A headless Chromium by its debugging protocol, over two pipes: no WebSocket, no package.

`Chromium` is the browser, `Tab` one page of it with its workers. What goes wrong in a page, its
script's errors and what it prints as one, is kept in `errors`; every address that it or a worker
asks for in `requests`. Waiting is done in the page, in pieces of 20 ms of the browser's time, and
ends with an error that names what did not come. Times in s.
"""

import base64
import contextlib
import itertools
import json
import os
import queue
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
_ANSWER_S = 60


def chromium_or_skip():
    """The browser's name; skip where there is none, or fail if IONTOBENCH_REQUIRE names `page`."""
    for name in _NAMES:
        found = shutil.which(name)
        if found:
            return found
    why = f"no browser: none of {', '.join(_NAMES)} is installed"
    if "page" in os.environ.get("IONTOBENCH_REQUIRE", "").split(","):
        pytest.fail(f"the page tier is required: {why}", pytrace=False)
    pytest.skip(f"page tier: {why}")


class ScriptError(AssertionError):
    """What a script in the page raised, or what it never came to."""


class Chromium:
    """One browser, without a window and with nothing kept. A context manager."""

    def __init__(self):
        self._name = chromium_or_skip()
        self._ids = itertools.count(1)
        self._answers = {}
        self._lock = threading.Lock()
        self._tabs = {}  # by session
        self._calls = queue.SimpleQueue()

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="iontobench-chromium-")
        command_read, self._write = os.pipe()
        self._read, answer_write = os.pipe()

        def as_three_and_four():
            os.dup2(command_read, 13)
            os.dup2(answer_write, 14)
            os.dup2(13, 3)
            os.dup2(14, 4)

        self._process = subprocess.Popen(
            [self._name, *_FLAGS, f"--user-data-dir={self._folder.name}", "about:blank"],
            preexec_fn=as_three_and_four,
            close_fds=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(command_read)
        os.close(answer_write)
        threading.Thread(target=self._listen, daemon=True).start()
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_what):
        with contextlib.suppress(OSError, ScriptError):
            self.send("Browser.close")
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        os.close(self._write)
        self._calls.put(None)
        with contextlib.suppress(OSError):
            self._folder.cleanup()

    def open(self, address, worker_script="", bindings=None, prepare=()):
        """A new tab at `address`.

        Args:
            address: of the page.
            worker_script: run in each worker before its own first line.
            bindings: functions of one text that scripts may call, by their name.
            prepare: scripts that run in the page before its own first line.
        """
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        tab = Tab(self, session, target, worker_script, bindings or {})
        self._tabs[session] = tab
        tab.begin(address, prepare)
        return tab

    def send(self, method, session=None, answer_s=_ANSWER_S, **params):
        """One command; its answer, for which it waits `answer_s`.

        Raises:
            ScriptError: the browser refuses it, or does not answer.
        """
        number = next(self._ids)
        answer = self._answers[number] = queue.SimpleQueue()
        self.post(method, session, number, **params)
        try:
            said = answer.get(timeout=answer_s)
        except queue.Empty:
            raise ScriptError(f"{method}: no answer within {answer_s:g} s") from None
        if "error" in said:
            raise ScriptError(f"{method}: {said['error']['message']}")
        return said["result"]

    def post(self, method, session=None, number=None, **params):
        """One command whose answer nobody awaits."""
        message = {"id": number or next(self._ids), "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        with self._lock:
            while data:
                data = data[os.write(self._write, data) :]

    def adopt(self, session, tab):
        """From now on what `session` says is the tab's."""
        self._tabs[session] = tab

    def _listen(self):
        pending = b""
        with open(self._read, "rb", buffering=0) as stream:
            while piece := stream.read(1 << 20):
                *lines, pending = (pending + piece).split(b"\0")
                for line in lines:
                    self._take(json.loads(line))
        for answer in list(self._answers.values()):
            answer.put({"error": {"message": "the browser is gone"}})

    def _take(self, message):
        if "id" in message:
            answer = self._answers.pop(message["id"], None)
            if answer is not None:
                answer.put(message)
            return
        tab = self._tabs.get(message.get("sessionId"))
        if tab is not None:
            self._calls.put((tab, message))

    def _serve(self):
        """Events are told in a thread of their own: what they cause may ask the browser."""
        while (call := self._calls.get()) is not None:
            tab, message = call
            try:
                tab.on_event(message["method"], message["params"], message["sessionId"])
            except (ScriptError, OSError):
                continue  # a session that is gone
            except Exception as error:  # of a test's own function
                tab.errors.append(repr(error))


class Tab:
    """One page.

    Attributes:
        errors: what its scripts and workers raised or printed as an error, and what was refused.
        requests: every address that was asked for.
        workers: the sessions of its workers, the newest last.
    """

    def __init__(self, browser, session, target, worker_script, bindings):
        self.errors = []
        self.requests = []
        self.workers = []
        self._browser = browser
        self._session = session
        self._target = target
        self._worker_script = worker_script
        self._bindings = bindings

    def begin(self, address, prepare=()):
        """Listen to everything, then go there."""
        self.command("Page.enable")
        self._listen_to(self._session)
        for source in prepare:
            self.command("Page.addScriptToEvaluateOnNewDocument", source=source)
        auto = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
        self.command("Target.setAutoAttach", **auto)
        self.command("Page.navigate", url=address)

    def command(self, method, **params):
        """A command of the debugging protocol to this page."""
        return self._browser.send(method, self._session, **params)

    def value(self, expression, session=None, answer_s=_ANSWER_S):
        """What an expression (or a promise) is worth in the page, or in a worker's session.

        Raises:
            ScriptError: it raised.
        """
        said = self._browser.send(
            "Runtime.evaluate",
            session or self._session,
            answer_s,
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        wrong = said.get("exceptionDetails")
        if wrong is not None:
            told = wrong.get("exception", {}).get("description") or wrong["text"]
            raise ScriptError(f"{expression[:80]}: {told}")
        return said["result"].get("value")

    def wait(self, expression, seconds=30.0):
        """Until the expression is true in the page; returns its value.

        Raises:
            ScriptError: it never was.
        """
        script = f"""new Promise((resolve) => {{
            const until = performance.now() + {seconds * 1000};
            const look = () => {{
                let found = null;
                try {{ found = {expression}; }} catch {{}}
                if (found) resolve([found]);
                else if (performance.now() > until) resolve([]);
                else setTimeout(look, 20);
            }};
            look();
        }})"""
        found = self.value(script, answer_s=seconds + _ANSWER_S)
        if not found:
            errors = "; ".join(self.errors) or "no error was told"
            raise ScriptError(f"not within {seconds:g} s: {expression} ({errors})")
        return found[0]

    def text(self, selector):
        """The text of an element, as it is shown."""
        return self.value(f"document.querySelector({json.dumps(selector)}).innerText.trim()")

    def click(self, selector):
        """Press a button, as a person would who sees it.

        Raises:
            ScriptError: it is not shown, or does nothing.
        """
        self.wait(
            f"(e => e && e.offsetParent !== null && !e.disabled)"
            f"(document.querySelector({json.dumps(selector)}))"
        )
        self.value(f"document.querySelector({json.dumps(selector)}).click()")

    def fill(self, selector, text):
        """Put text into a field, and tell the page."""
        where = f"document.querySelector({json.dumps(selector)})"
        self.value(
            f"{where}.value = {json.dumps(text)};"
            f"{where}.dispatchEvent(new Event('input', {{bubbles: true}}));"
            f"{where}.dispatchEvent(new Event('change', {{bubbles: true}}))"
        )

    def press(self, key):
        """One key, at whatever has the focus."""
        text = key if len(key) == 1 else ""
        for kind in ("keyDown", "keyUp"):
            more = {"text": text} if kind == "keyDown" and text else {}
            self.command("Input.dispatchKeyEvent", type=kind, key=key, **more)

    def look_like(self, width, height=900, is_dark=False):
        """A window of so many px, in the light or the dark theme of the system."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.command("Emulation.setDeviceMetricsOverride", **metrics)
        scheme = "dark" if is_dark else "light"
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.command("Emulation.setEmulatedMedia", features=features)

    def screenshot(self, path, is_whole=False):
        """A picture of what is seen, or of the whole page."""
        said = (
            self.command(
                "Page.captureScreenshot",
                format="png",
                captureBeyondViewport=is_whole,
                **self._clip(),
            )
            if is_whole
            else self.command("Page.captureScreenshot", format="png")
        )
        Path(path).write_bytes(base64.b64decode(said["data"]))

    def _clip(self):
        size = self.command("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        return {"clip": clip}

    def in_worker(self, expression):
        """Run a script in the newest worker, and do not wait for it: it may be busy."""
        self._browser.post(
            "Runtime.evaluate", self.workers[-1], expression=expression, awaitPromise=False
        )

    def close(self):
        """Leave the page."""
        self._browser.send("Target.closeTarget", targetId=self._target)

    def on_event(self, method, params, session):
        """What the browser tells of this page and its workers."""
        if method == "Runtime.bindingCalled":
            self._bindings[params["name"]](params["payload"])
        elif method == "Target.attachedToTarget":
            self._attached(params["sessionId"], params["targetInfo"]["type"])
        elif method == "Runtime.exceptionThrown":
            wrong = params["exceptionDetails"]
            told = wrong.get("exception", {}).get("description") or wrong["text"]
            self.errors.append(told.splitlines()[0])
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "assert"):
            parts = [str(one.get("value", one.get("description"))) for one in params["args"]]
            self.errors.append(" ".join(parts))
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            entry = params["entry"]
            self.errors.append(f"{entry['text']} {entry.get('url', '')}".strip())
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])

    def _attached(self, session, kind):
        self._browser.adopt(session, self)
        if kind == "service_worker":  # it answers nothing before it runs
            self._browser.post("Runtime.runIfWaitingForDebugger", session)
            return
        self._listen_to(session)
        if kind == "worker":
            if self._worker_script:
                self._browser.send("Runtime.evaluate", session, expression=self._worker_script)
            self.workers.append(session)
        self._browser.post("Runtime.runIfWaitingForDebugger", session)

    def _listen_to(self, session):
        send = self._browser.send
        send("Runtime.enable", session)
        for name in self._bindings:
            send("Runtime.addBinding", session, name=name)
        for domain in ("Log", "Network"):
            with contextlib.suppress(ScriptError):  # a worker has not all of them
                send(f"{domain}.enable", session)
