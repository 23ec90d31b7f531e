"""A real MicroPython VM that tests can talk to: 31-bit small ints, a heap that can be locked.

`Vm` keeps one Node process that runs MicroPython compiled to WebAssembly and speaks JSON lines.
The firmware's files are in its memory under /firmware, first on its import path. Times in
seconds of wall clock guard against a hung VM and are never a result. It must not judge: what
an answer means is for the tests.
"""

import base64
import contextlib
import json
import queue
import subprocess
import tempfile
import threading
from pathlib import Path

from .install import HERE, node_binary

FIRMWARE = HERE.parents[1] / "firmware"
TIMEOUT_S = 60.0
HEAP_BYTES = 1 << 20  # small, because gc.mem_alloc() walks all of it; it grows by itself

_SERVER = HERE / "server.mjs"
_LAST_WORDS_S = 5.0


class VmError(Exception):
    """Python code raised in the VM. `kind` is the exception's name, the text its traceback."""

    def __init__(self, kind, traceback, printed):
        super().__init__("\n".join([*printed, traceback]))
        self.kind = kind


class VmHang(Exception):
    """No answer in time: the VM was killed, and the next request starts a new one."""


class VmDied(Exception):
    """The process ended by itself; the text is what it said last."""


class Vm:
    """One VM, started at the first request and again after a hang or a death.

    Args:
        module: path of the VM's JavaScript module, from `install.vm_module`.
        firmware: folder whose `ionto/**.py` the VM can import.
        heap_bytes: its first heap; one request has to fit into it.
    """

    def __init__(self, module, firmware=FIRMWARE, heap_bytes=HEAP_BYTES):
        self._module = Path(module)
        self._heap_bytes = heap_bytes
        self._files = _files(Path(firmware))  # once: a restarted VM runs the same firmware
        self._process = None
        self._lines = None
        self._errors = None

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def exec(self, source, timeout_s=TIMEOUT_S):
        """Run `source` in the VM's main module; return what it printed.

        Raises:
            VmError, VmHang, VmDied.
        """
        return "\n".join(self._ask({"op": "exec", "source": source}, timeout_s)["printed"])

    def call(self, source, function, *args, file="<call>", timeout_s=TIMEOUT_S):
        """Define `source` in a fresh namespace, call its `function`; return its JSON result.

        Args:
            source: MicroPython source that defines `function`.
            args: values that JSON can carry.
            file: what a traceback calls the source.

        Raises:
            VmError, VmHang, VmDied.
        """
        request = {"op": "call", "source": source, "file": file, "function": function}
        return self._ask({**request, "args": json.dumps(args)}, timeout_s)["result"]

    def take_file(self, path, timeout_s=TIMEOUT_S):
        """The bytes of a file that a call has left in the VM's memory; it is gone then."""
        return base64.b64decode(self._ask({"op": "take", "path": path}, timeout_s)["result"])

    def restart(self):
        """Forget everything: the next request meets a new VM."""
        self.close()

    def close(self):
        """End the process, however busy it is. Harmless when there is none."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(OSError):  # what a dead process never read
            self._process.stdin.close()
        self._errors.close()
        self._process = None

    def _ask(self, request, timeout_s):
        if self._process is None:
            self._start()
        return self._exchange(request, timeout_s)

    def _start(self):
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the process)
        self._process = subprocess.Popen(
            [node_binary(), _SERVER, self._module, str(self._heap_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        self._lines = queue.SimpleQueue()
        reader = threading.Thread(target=_pump, args=(self._process, self._lines), daemon=True)
        reader.start()
        self._exchange({"op": "load", "files": self._files}, TIMEOUT_S)
        path = 'import sys\nsys.path.insert(0, "/firmware")'
        self._exchange({"op": "exec", "source": path}, TIMEOUT_S)

    def _exchange(self, request, timeout_s):
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            line = self._lines.get(timeout=timeout_s)
        except queue.Empty:
            self.close()
            raise VmHang(
                f"no answer within {timeout_s} s: an endless loop, or a heap left locked"
            ) from None
        except OSError:  # a broken pipe says less than the process's last words
            line = b""
        if not line:
            raise VmDied(self._last_words())
        answer = json.loads(line)
        if not answer["ok"]:
            raise VmError(answer["type"], answer["traceback"], answer["printed"])
        return answer

    def _last_words(self):
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_LAST_WORDS_S)
        code = self._process.poll()
        self._errors.seek(0)
        words = self._errors.read()[-2000:].decode(errors="replace")
        self.close()
        return f"node ended with code {code}: {words}"


def _pump(process, lines):
    """Move answers into the queue; an empty one marks the end."""
    with process.stdout as stdout:
        for line in stdout:
            lines.put(line)
    lines.put(b"")


def _files(firmware):
    return {
        f"/firmware/{path.relative_to(firmware).as_posix()}": path.read_text(encoding="utf-8")
        for path in sorted((firmware / "ionto").rglob("*.py"))
    }
