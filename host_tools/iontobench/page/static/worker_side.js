// What both workers have: posting with its buffers, and a turn for messages that wait.

function buffersIn(value, found) {
  if (value instanceof ArrayBuffer) found.add(value);
  else if (ArrayBuffer.isView(value)) found.add(value.buffer);
  else if (value && typeof value === "object") Object.values(value).forEach((one) => buffersIn(one, found));
  return found;
}

export function post(message) {
  self.postMessage(message, [...buffersIn(message, new Set())]);
}

// A task of its own, so that messages that wait come in; no timer, which browsers slow down.
const { port1, port2 } = new MessageChannel();
const turns = [];
port2.onmessage = () => turns.shift()();

export function turn() {
  return new Promise((go) => {
    turns.push(go);
    port1.postMessage(0);
  });
}

export const wait = (ms) => (ms > 0 ? new Promise((go) => setTimeout(go, ms)) : turn());
