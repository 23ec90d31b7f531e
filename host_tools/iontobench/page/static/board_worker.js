// The worker of the room "a board": it owns the serial port, so that a page that stands still does
// not cost a session its beats. It moves bytes between the port and Python, and knows none of them.

import { boot } from "./boot.js";
import { post, wait } from "./worker_side.js";

const OPENED = { baudRate: 115200, bufferSize: 1 << 16 }; // a USB device takes any speed
const LEFT_MS = 1000; // for what is still to be sent, to a board that may not read any more

const why = (error) => `${error.name}: ${error.message}`;

/** One opening of a port. */
class Opening {
  constructor(port) {
    this.port = port;
    this.pieces = [];
    this.lost = "";
    this.isClosing = false;
    this.wake = () => {};
    this.writer = port.writable.getWriter();
    this.reading = this.read();
  }

  async read() {
    const { port } = this;
    while (port.readable && !this.isClosing) {
      this.reader = port.readable.getReader();
      try {
        for (;;) {
          const { value, done } = await this.reader.read();
          if (done) break;
          this.pieces.push(value);
          this.wake();
        }
      } catch (error) {
        this.lost = why(error); // a break or an overrun leaves a new stream, a lost device none
      } finally {
        this.reader.releaseLock();
      }
      if (port.readable) this.lost = "";
    }
    if (!this.isClosing) this.lost ||= "NetworkError: the device has been lost";
    this.wake();
  }

  take() {
    const pieces = this.pieces.splice(0);
    if (pieces.length === 1) return pieces[0];
    const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }

  arrived(ms) {
    if (this.pieces.length || this.lost) return wait(0);
    return new Promise((go) => {
      const timer = setTimeout(go, ms);
      this.wake = () => {
        clearTimeout(timer);
        go();
      };
    });
  }

  async write(data, ms) {
    let timer;
    const late = new Promise((_, stop) => {
      timer = setTimeout(() => stop(new DOMException("the board takes no bytes", "TimeoutError")), ms);
    });
    try {
      await Promise.race([this.writer.write(data), late]);
      return "";
    } catch (error) {
      return this.lost || why(error);
    } finally {
      clearTimeout(timer);
    }
  }

  async close() {
    this.isClosing = true;
    this.wake();
    const kept = (promise) => Promise.resolve(promise).catch(() => {});
    await kept(this.reader?.cancel());
    await kept(this.reading);
    await kept(Promise.race([this.writer.close(), wait(LEFT_MS)]));
    this.writer.releaseLock();
    await kept(this.port.close());
  }
}

const cable = {
  post,
  wait,

  async ports() {
    const found = await navigator.serial.getPorts();
    return found.map((port) => {
      const { usbVendorId, usbProductId } = port.getInfo();
      return [usbVendorId, usbProductId];
    });
  },

  /** An opening, or why there is none. */
  async open(place) {
    const port = (await navigator.serial.getPorts())[place];
    try {
      await port.open(OPENED);
    } catch (error) {
      return why(error);
    }
    await port.setSignals({ dataTerminalReady: true, requestToSend: true }).catch(() => {}); // not every port has them
    return new Opening(port);
  },

  pause: wait,
};

const heard = [];
let receive = (message) => heard.push(message);
self.onmessage = (event) => receive(event.data);

async function begin() {
  if (!navigator.serial) {
    post({ type: "without", serial: false });
    return;
  }
  const python = await boot(["python.zip", "serial.zip"], (text, share) => post({ type: "loading", text, share }));
  const room = python.pyimport("iontobench.page.in_worker").room_of(cable);
  receive = (message) => {
    room.receive.callPromising(python.toPy(message)).catch((error) => {
      post({ type: "failed", line: "the board's side of the page stopped", detail: String(error) });
    });
  };
  room.begin();
  heard.splice(0).forEach((message) => receive(message));
}

begin().catch((error) => {
  post({ type: "failed", line: `the board's side of the page did not start: ${error.message.split("\n")[0]}`, detail: String(error.stack ?? error) });
});
