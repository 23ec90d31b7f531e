// The page's end of the worker: sends messages, hands answers on, starts a dead worker anew.

const handlers = new Map();
const waiting = new Map();
let worker;
let next = 1;
let announceReady;

export const engine = {
  // The catalogue, once the worker has told it; `null` before.
  catalogue: null,

  ready: new Promise((done) => {
    announceReady = done;
  }),

  start() {
    worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.onmessage = (event) => hear(event.data);
    worker.onerror = (event) => hear({ type: "failed", line: "the bench stopped", detail: event.message });
  },

  restart() {
    worker.terminate();
    for (const [id, wait] of waiting) {
      wait.done({ type: "refused", id, line: "the bench was started anew" });
    }
    waiting.clear();
    engine.start();
  },

  send(message, transfer = []) {
    worker.postMessage(message, transfer);
  },

  // Every message of a type, for as long as the page is there.
  on(type, handler) {
    if (!handlers.has(type)) handlers.set(type, []);
    handlers.get(type).push(handler);
  },

  // The answer to one message: of the type that is asked for, or `refused`.
  ask(message, transfer = []) {
    const id = `q${next++}`;
    return new Promise((done) => {
      waiting.set(id, { done });
      engine.send({ ...message, id }, transfer);
    });
  },
};

// Once the page runs: its files are kept, so that it opens without a network.
function keepOffline() {
  navigator.serviceWorker?.register(new URL("./offline.js", import.meta.url)).catch((error) => {
    console.warn(`not kept for offline use: ${error.message}`);
  });
}

function hear(message) {
  const wait = waiting.get(message.id);
  if (wait) {
    waiting.delete(message.id);
    wait.done(message);
    return;
  }
  if (message.type === "ready") {
    engine.catalogue = message;
    announceReady(message);
    keepOffline();
  }
  for (const handler of handlers.get(message.type) ?? []) handler(message);
}
