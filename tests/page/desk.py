"""The page in a tab, as tests use it: messages to its worker, and what came back."""

import base64
import json

READY_S = 120
_LISTEN = """import("./engine.js").then((module) => {
    window.engine = module.engine;
    window.heard = [];
    const types = ["started", "progress", "ended", "refused", "failed"];
    for (const type of types) engine.on(type, (message) => heard.push(message));
    return true;
})"""
_PIECE_S = 20
_PIECE = """new Promise((done) => {
    const until = performance.now() + %d;
    const look = () => {
        let found = false;
        try { found = Boolean(%s); } catch {}
        if (found || performance.now() > until) done(found);
        else setTimeout(look, 20);
    };
    look();
})"""
# In the worker, before its own first line: every memory that is made or exported.
_KEEP_MEMORIES = """
const Memory = WebAssembly.Memory;
const made = [];
self.memories = () => [...new Set(made.map((one) => one.deref()).filter((one) => one))];
const keep = (found) => {
    const instance = found.instance ?? found;
    for (const one of Object.values(instance.exports)) {
        if (one instanceof Memory) made.push(new WeakRef(one));
    }
    return found;
};
for (const name of ["instantiate", "instantiateStreaming"]) {
    const before = WebAssembly[name];
    WebAssembly[name] = (...given) => before.apply(WebAssembly, given).then(keep);
}
WebAssembly.Memory = new Proxy(Memory, {construct(target, given) {
    const one = new target(...given);
    made.push(new WeakRef(one));
    return one;
}});
"""
_BASE64 = """((bytes) => {
    let text = "";
    for (let at = 0; at < bytes.length; at += 32768) {
        text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    }
    return btoa(text);
})"""


class Desk:
    """One tab, its worker ready.

    Attributes:
        tab: the tab.
    """

    def __init__(self, browser, address):
        self.address = address
        self.browser = browser
        self.tab = browser.open(address, worker_script=_KEEP_MEMORIES)
        self.listen()

    def listen(self):
        """Wait until the bench is ready; from now on its messages are kept."""
        self.until("document.getElementById('loading').hidden", READY_S)
        self.tab.value(_LISTEN)

    def run(self, name, seconds=300, **setup):
        """Run a session as fast as it goes; returns its last message, `record` as bytes."""
        self.start(name, **setup)
        return self.end(seconds)

    def start(self, name, **setup):
        """Begin a session of a protocol that ships, or of a text (`protocol`)."""
        told = {"name": name, "speed": "max", **setup}
        self.tab.value(f"""(async () => {{
            heard.length = 0;
            const setup = {{...engine.catalogue.setup, protocol: "", ...{json.dumps(told)}}};
            if (!setup.protocol) {{
                const found = await engine.ask({{type: "protocol", name: setup.name}});
                setup.protocol = found.text;
            }}
            engine.send({{type: "start", id: "test", setup}});
        }})()""")

    def end(self, seconds=300):
        """The message that ended the session, or refused it."""
        over = "heard.findLast((one) => ['ended', 'refused', 'failed'].includes(one.type))"
        self.until(f"{over} !== undefined", seconds)
        found = self.tab.value(
            f"((one) => one.type === 'ended' ? "
            f"{{...one, record: {_BASE64}(one.record)}} : one)({over})"
        )
        if "record" in found:
            found["record"] = base64.b64decode(found["record"])
        return found

    def until(self, expression, seconds):
        """As `Tab.wait`, for minutes: the browser is asked for one piece of it after the other."""
        while seconds > _PIECE_S:
            seconds -= _PIECE_S
            if self.tab.value(_PIECE % (_PIECE_S * 1000, expression)):
                return
        self.tab.wait(expression, seconds)

    def send(self, **message):
        """A message to the worker."""
        self.tab.value(f"engine.send({json.dumps(message)})")

    def ask(self, data=None, **message):
        """The answer to a message; `data` are its bytes."""
        told = json.dumps(message)
        if data is None:
            return self.tab.value(f"engine.ask({told})")
        packed = json.dumps(base64.b64encode(data).decode())
        return self.tab.value(f"""(async () => {{
            const bytes = Uint8Array.from(atob({packed}), (one) => one.charCodeAt(0));
            const found = await engine.ask({{...{told}, bytes: bytes.buffer}}, [bytes.buffer]);
            delete found.columns;
            return found;
        }})()""")

    def until_minute(self, minutes, seconds=3000):
        """Until the session has come to so many minutes of board time."""
        last = "heard.findLast((one) => one.columns?.t_s.length)?.columns.t_s.at(-1)"
        self.until(f"{last} >= {minutes * 60}", seconds)

    def wasm_bytes(self):
        """Of all WebAssembly memories that the worker still has, together."""
        self.browser.send("HeapProfiler.collectGarbage", self._worker())
        return sum(
            self.tab.value("memories().map((one) => one.buffer.byteLength)", self._worker())
        )

    def _worker(self):
        return self.tab.workers[0]

    def close(self):
        """Leave the tab."""
        self.tab.close()
