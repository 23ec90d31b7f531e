// The room "simulation": the set-up, the checker beside it, and one session on the simulated bench.
// Choices, words and limits come from the worker; what is chosen goes back to it as it is.

import { byId, fillLines, fillSelect, fillTable, tell, tellOrHide } from "./dom.js";
import { engine } from "./engine.js";
import { makeSession } from "./session.js";

const CHECK_MS = 250; // after the last letter
const FIELDS = ["board", "skin", "adc", "profile", "speed", "seed", "faults", "engine"];
const of = (name) => byId(`sim-${name}`);

let page;
let session;
let chosen = ""; // the protocol's name, while its text is as it ships
let checking = 0;
let timer;
let next = 1;
let running = null;
let isFirst = true; // what is chosen stays when the worker is started anew

function setup() {
  const found = { name: chosen, protocol: of("text").value };
  for (const name of FIELDS) found[name] = of(name).value;
  return found;
}

function take(given) {
  of("text").value = given.protocol;
  chosen = given.name;
  of("protocol").value = given.name;
  for (const name of FIELDS) {
    const field = of(name);
    const value = given[name];
    if (field.tagName === "SELECT" && ![...field.options].some((one) => one.value === value)) {
      field.add(new Option(value, value)); // of a link: the checker says whether there is one
    }
    field.value = value;
  }
  checkSoon(0);
}

function checkSoon(ms = CHECK_MS) {
  clearTimeout(timer);
  timer = setTimeout(check, ms);
}

async function check() {
  const number = ++checking;
  const { name, protocol, board, profile, skin } = setup();
  if (protocol.length > engine.catalogue.protocol_bytes_max) {
    showCheck({ ok: false, verdict: engine.catalogue.too_large, lines: [], is_ok: [], estimates: [] });
    return;
  }
  const found = await engine.ask({ type: "check", name, protocol, board, profile, skin });
  if (number !== checking) return; // a later one is on its way
  if (found.type !== "checked") {
    tell(of("check-verdict"), found.line);
    return;
  }
  showCheck(found);
}

function showCheck(found) {
  of("check-verdict").className = `verdict tone-${found.ok ? "good" : "bad"}`;
  tell(of("check-verdict"), found.verdict);
  fillLines(of("check-lines"), [...(found.board_note ? [found.board_note] : []), ...found.lines]);
  fillTable(of("check-table"), found.table, found.is_ok);
  fillLines(of("check-estimates"), found.estimates);
}

async function choose(name) {
  const found = await engine.ask({ type: "protocol", name });
  if (found.type !== "protocol_text") return;
  chosen = name;
  of("text").value = found.text;
  checkSoon(0);
}

function start(event) {
  event.preventDefault();
  if (running !== null) return;
  tellOrHide(of("refused"), "");
  running = `s${next++}`;
  of("start").disabled = true;
  engine.send({ type: "start", id: running, setup: setup() });
}

function over() {
  running = null;
  of("start").disabled = engine.catalogue === null;
}

function refused(message) {
  if (message.id !== running && message.id !== undefined) return;
  tellOrHide(of("refused"), message.line); // an alert: it is said
  if (!session.running()) over();
}

async function link() {
  const found = await engine.ask({ type: "link", setup: setup() });
  if (found.type !== "linked") return refused({ line: found.line });
  history.replaceState(null, "", `#${found.fragment}`);
  try {
    await navigator.clipboard.writeText(location.href);
    page.announce("The link is copied, and stands in the address");
  } catch {
    page.announce("The link stands in the address");
  }
}

async function takeLink() {
  const fragment = location.hash.slice(1);
  if (!fragment.includes("=")) return;
  const found = await engine.ask({ type: "linked_setup", fragment });
  if (found.type === "setup") take(found.setup);
  else refused({ line: found.line });
}

function ready(catalogue) {
  fillSelect(of("protocol"), catalogue.protocols.map((one) => ({ value: one.name, label: `${one.name}: ${one.title}` })));
  const named = (rows) => rows.map((one) => ({ value: one.name, label: one.text ? `${one.name}: ${one.text}` : one.name }));
  fillSelect(of("board"), named(catalogue.boards), "the first that can serve");
  fillSelect(of("skin"), named(catalogue.skins), "the protocol's own");
  fillSelect(of("adc"), named(catalogue.converters));
  fillSelect(of("profile"), named(catalogue.profiles));
  fillSelect(of("speed"), catalogue.speeds);
  fillSelect(of("engine"), catalogue.engines);
  session.catalogue(catalogue);
  if (isFirst) {
    take(catalogue.setup);
    takeLink();
  }
  isFirst = false;
  of("start").disabled = running !== null;
  of("link").disabled = false;
}

export function setUp(given) {
  page = given;
  session = makeSession("sim", page, (message) => engine.send(message));
  of("protocol").addEventListener("change", () => choose(of("protocol").value));
  of("text").addEventListener("input", () => checkSoon());
  for (const name of ["board", "profile", "skin"]) of(name).addEventListener("change", () => checkSoon(0));
  of("setup").addEventListener("submit", start);
  of("link").addEventListener("click", link);
  addEventListener("hashchange", takeLink);
  engine.on("loading", (message) => {
    tell(byId("loading-text"), message.text);
    byId("loading").querySelector("progress").value = message.share;
  });
  engine.on("ready", (catalogue) => {
    byId("loading").hidden = true;
    ready(catalogue);
  });
  engine.on("started", (message) => session.started({ ...message, speed: of("speed").value }));
  engine.on("progress", (message) => session.progress(message));
  engine.on("ended", (message) => {
    over();
    session.ended(message);
  });
  engine.on("file", (message) => session.file(message));
  engine.on("refused", refused);
  engine.on("failed", (message) => {
    console.warn(message.detail);
    const more = engine.catalogue ? ". It is started anew; the page's console has the details." : "";
    tellOrHide(byId("failed"), message.line + more);
    byId("loading").hidden = true;
    session.gone();
    over();
    if (engine.catalogue !== null) engine.restart();
  });
  engine.start();
}

export const key = (text) => session.key(text);

export function shown(isShown) {
  if (isShown) session.settle();
}
