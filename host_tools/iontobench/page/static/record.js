// The room "record": a file that is dropped or chosen, what the command line says of it, its plots.

import { addEvents, button, byId, fillRows, save, tell, tellOrHide } from "./dom.js";
import { engine } from "./engine.js";

const of = (name) => byId(`rec-${name}`);

let page;
let plots;
let asked = 0;

async function read(file) {
  const number = ++asked;
  const catalogue = await engine.ready;
  tellOrHide(of("refused"), "");
  if (file.size > catalogue.record_bytes_max) return refuse(catalogue.too_large);
  tell(of("sentence"), `reading ${file.name} …`);
  let bytes;
  try {
    bytes = await file.arrayBuffer();
  } catch (error) {
    return refuse(`${file.name}: ${error.message}`);
  }
  const found = await engine.ask({ type: "verify", name: file.name, bytes }, [bytes]);
  if (number !== asked) return undefined; // another one was dropped meanwhile
  return found.type === "verified" ? showFound(found) : refuse(found.line);
}

function refuse(line) {
  tell(of("sentence"), "");
  of("found").hidden = true;
  tellOrHide(of("refused"), line); // an alert: it is said
}

function showFound(found) {
  of("sentence").className = `verdict tone-${found.ok ? "good" : "bad"}`;
  tell(of("sentence"), found.sentence);
  tell(of("name"), found.name);
  tell(of("caveat"), found.caveat);
  fillRows(of("rows"), found.rows);
  of("events").replaceChildren();
  addEvents(of("events"), found.events);
  of("found").hidden = false;
  plots.reset(found.plots);
  plots.replace(found.columns);
}

async function take(kind) {
  const found = await engine.ask({ type: "export", of: "dropped", kind });
  if (found.type === "file") save(found.name, found.mime, found.bytes);
  else tellOrHide(of("refused"), found.line);
}

export function setUp(given) {
  page = given;
  plots = page.makePlots(of("plots"), []);
  const drop = of("drop");
  of("file").addEventListener("change", (event) => {
    const [file] = event.target.files;
    if (file) read(file);
    event.target.value = "";
  });
  // A file that misses the field must not replace the page.
  for (const type of ["dragover", "drop"]) addEventListener(type, (event) => event.preventDefault());
  drop.addEventListener("dragover", () => drop.classList.add("over"));
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    drop.classList.remove("over");
    const [file] = event.dataTransfer.files;
    if (file) read(file);
  });
  engine.ready.then((catalogue) => {
    of("files").replaceChildren(...catalogue.exports.map((one) => button(one.label, () => take(one.kind))));
  });
}

export const key = () => false;

export function shown(isShown) {
  if (isShown) plots.settle?.();
}
