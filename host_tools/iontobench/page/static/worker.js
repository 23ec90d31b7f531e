// The worker of the rooms "simulation" and "record": messages to Python and back (messages.md).
import { boot } from "./boot.js";

const heard = [];
let receive = (message) => heard.push(message);

function buffersIn(value, found) {
  if (value instanceof ArrayBuffer) found.add(value);
  else if (ArrayBuffer.isView(value)) found.add(value.buffer);
  else if (value && typeof value === "object") Object.values(value).forEach((one) => buffersIn(one, found));
  return found;
}

function post(message) {
  self.postMessage(message, [...buffersIn(message, new Set())]);
}

// A task of its own, so that messages that wait come in; no timer, which browsers slow down.
const { port1, port2 } = new MessageChannel();
const turns = [];
port2.onmessage = () => turns.shift()();
function turn() {
  return new Promise((go) => {
    turns.push(go);
    port1.postMessage(0);
  });
}

const bench = {
  post,
  wait: (ms) => (ms > 0 ? new Promise((go) => setTimeout(go, ms)) : turn()),
  load_vm: () => import("./micropython.js").then((vm) => vm.load()),
};

self.onmessage = (event) => receive(event.data);

try {
  const python = await boot(["python.zip"], (text, share) => post({ type: "loading", text, share }));
  const bridge = python.pyimport("iontobench.page.browser").bridge_of(bench);
  receive = (message) => {
    const { bytes, ...rest } = message;
    const told = python.toPy(rest);
    const data = bytes ? python.toPy(new Uint8Array(bytes)) : undefined;
    bridge.receive.callPromising(told, data).catch((error) => {
      post({ type: "failed", line: "the bench stopped", detail: String(error) });
    });
  };
  bridge.begin();
  heard.splice(0).forEach((message) => receive(message));
} catch (error) {
  post({ type: "failed", line: "the bench did not start", detail: String(error.stack ?? error) });
}
