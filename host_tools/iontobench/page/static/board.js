// The room "a board": what is asked of it, and what it says. The port and the link are in a worker
// of its own; the page only lets the person choose a port, which a browser allows nobody else.

import { byId, fillSelect, made, show, tell, tellOrHide } from "./dom.js";
import { makeSession } from "./session.js";

const LINES_SHOWN = 300;
const of = (name) => byId(`board-${name}`);

let session;
let worker = null;
let catalogue = null;
let chosen = ""; // the protocol's name, while its text is as it ships
let doing = ""; // the act that has the port
let lastId = 0;
let wanted = -1; // the place of the port that was just allowed

const send = (message) => worker.postMessage(message);

/** A live region: what stands there is said. */
function say(text) {
  tell(of("told"), text);
}

/** What can be done now: one act at a time, and only where a port is chosen. */
function offer() {
  const hasPort = of("port").options.length > 0;
  show(of("port-field"), hasPort);
  show(of("acts"), hasPort && catalogue !== null, of("choose"));
  const isWaiting = doing === "watch" || (doing === "run" && !session.running());
  show(of("leave"), isWaiting, of("watch"));
  for (const name of ["doctor", "watch", "deploy", "start", "clear", "port", "choose"]) {
    of(name).disabled = doing !== "";
  }
  of("says").hidden = doing === "run" && of("lines").childElementCount === 0; // the session says it
  of("told").setAttribute("aria-busy", String(doing !== ""));
}

function begin(type, more = {}) {
  if (doing) return;
  doing = type;
  lastId += 1;
  of("findings").replaceChildren();
  of("lines").replaceChildren();
  tellOrHide(of("refused"), "");
  show(of("clear"), false, of("start"));
  send({ type, id: `b${lastId}`, port: of("port").value, ...more });
  offer();
}

function over() {
  doing = "";
  offer();
}

function list() {
  if (doing || worker === null || catalogue === null) return;
  doing = "ports";
  send({ type: "ports", id: "ports" });
}

async function choose() {
  try {
    const port = await navigator.serial.requestPort();
    wanted = (await navigator.serial.getPorts()).indexOf(port);
    list();
  } catch (error) {
    if (error.name !== "NotFoundError") tellOrHide(of("refused"), error.message); // else: none was chosen
  }
}

function showPorts(message) {
  fillSelect(of("port"), message.ports);
  if (wanted >= 0 && message.ports[wanted]) of("port").value = message.ports[wanted].value;
  wanted = -1;
  over();
  if (message.ports.length === 0) say("No port is allowed yet: choose one.");
}

function showFinding(message) {
  const list = of("findings");
  list.append(made("dt", message.what), made("dd", message.answer));
  if (message.remedy) list.append(made("dd", message.remedy, "remedy"));
}

function showLine(line) {
  const list = of("lines");
  list.append(made("li", line));
  while (list.childElementCount > LINES_SHOWN) list.firstElementChild.remove();
  tell(of("told"), doing === "run" ? "" : line);
  of("says").hidden = false;
}

function refused(message) {
  tellOrHide(of("refused"), message.line);
  if (message.is_over !== true) return;
  if (session.running()) session.gone();
  show(of("clear"), message.latched === true);
  over();
}

function ready(message) {
  catalogue = message;
  const named = (rows) =>
    rows.map((one) => ({ value: one.name, label: [one.name, one.title ?? one.text].filter(Boolean).join(": ") }));
  fillSelect(of("protocol"), named(message.protocols));
  fillSelect(of("profile"), named(message.profiles));
  fillSelect(of("kind"), named(message.boards), "as its firmware says");
  chosen = message.setup.name;
  of("protocol").value = chosen;
  of("text").value = message.setup.protocol;
  of("profile").value = message.setup.profile;
  session.catalogue(message);
  say("");
  list();
}

function failed(message) {
  console.warn(message.detail);
  const wasThere = catalogue !== null;
  const more = wasThere ? ". It is started anew; the page's console has the details." : "";
  tellOrHide(of("refused"), message.line + more);
  say("");
  session.gone();
  stop();
  if (wasThere) start();
}

const HEARD = {
  loading: (message) => tell(of("told"), `${message.text} …`),
  ready,
  without: () => without(),
  ports: showPorts,
  finding: showFinding,
  line: (message) => showLine(message.line),
  done(message) {
    if (message.line) say(message.line);
    over();
  },
  started(message) {
    say("");
    session.started(message);
    offer();
  },
  progress: (message) => session.progress(message),
  ended(message) {
    session.ended(message);
    offer();
  },
  after: (message) => session.after(message.line),
  protocol_text(message) {
    chosen = of("protocol").value;
    of("text").value = message.text;
  },
  file: (message) => session.file(message),
  refused,
  failed,
};

function start() {
  worker = new Worker(new URL("./board_worker.js", import.meta.url), { type: "module" });
  worker.onmessage = (event) => HEARD[event.data.type]?.(event.data);
  worker.onerror = (event) => failed({ line: "the board's side of the page stopped", detail: event.message });
}

function stop() {
  worker?.terminate();
  worker = null;
  catalogue = null;
  over();
}

function without() {
  of("unsupported").hidden = false;
  of("desk").hidden = true;
}

function run(more = {}) {
  begin("run", { name: chosen, protocol: of("text").value, profile: of("profile").value, ...more });
}

export function setUp(given) {
  session = makeSession("board", given, (message) => send(message));
  if (!navigator.serial) return without();
  of("choose").addEventListener("click", choose);
  of("doctor").addEventListener("click", () => begin("doctor"));
  of("watch").addEventListener("click", () => begin("watch"));
  of("deploy").addEventListener("click", () => begin("deploy", { board: of("kind").value }));
  of("leave").addEventListener("click", () => send({ type: "leave" }));
  of("clear").addEventListener("click", () => run({ clear: true }));
  of("protocol").addEventListener("change", () => send({ type: "protocol", id: "p", name: of("protocol").value }));
  of("setup").addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  for (const type of ["connect", "disconnect"]) navigator.serial.addEventListener(type, list);
  addEventListener("beforeunload", (event) => {
    if (session.running()) event.preventDefault(); // the board would have no host any more
  });
  offer();
  return undefined;
}

export const key = (text) => session.key(text);

export function shown(isShown) {
  if (!isShown || !navigator.serial) return;
  if (worker === null) start();
  session.settle();
}
