// The worker of the rooms "simulation" and "record": messages to Python and back (messages.md).
import { boot } from "./boot.js";
import { post, wait } from "./worker_side.js";

const heard = [];
let receive = (message) => heard.push(message);

const bench = {
  post,
  wait,
  boot_vm: async (...given) => (await import("./micropython.js")).boot(...given),
};

self.onmessage = (event) => receive(event.data);

try {
  const python = await boot(["python.zip"], (text, share) => post({ type: "loading", text, share }));
  const bridge = python.pyimport("iontobench.page.in_worker").bridge_of(bench);
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
  post({ type: "failed", line: `the bench did not start: ${error.message.split("\n")[0]}`, detail: String(error.stack ?? error) });
}
