// One session as it is seen: its state, readouts, plots, events and what can be done to it.
// Two rooms use it. Every word and number comes in messages; what is done goes out as messages.

import { addEvents, byId, button, fillLines, fillRows, fillSelect, made, save, show, tell, tellOrHide } from "./dom.js";

const GOES_ON = ["pause", "resume", "set", "stop", "inject"];

/** The parts of the template under `prefix`, put into `<prefix>-place`. */
function placed(prefix) {
  const part = byId("session-template").content.cloneNode(true);
  const parts = {};
  const named = (name) => `${prefix}-${name}`;
  for (const element of part.querySelectorAll("[data-part]")) {
    const name = element.dataset.part;
    element.id = named(name);
    parts[name] = element;
  }
  for (const label of part.querySelectorAll("[data-for]")) label.htmlFor = named(label.dataset.for);
  for (const element of part.querySelectorAll("[data-labelled]")) {
    element.setAttribute("aria-labelledby", named(element.dataset.labelled));
  }
  parts.session.setAttribute("aria-labelledby", named("title"));
  byId(`${prefix}-place`).replaceChildren(part);
  return parts;
}

/**
 * @param prefix of the elements' ids.
 * @param page what `page.js` gives to a room.
 * @param send posts one message to the session's worker.
 */
export function makeSession(prefix, page, send) {
  const parts = placed(prefix);
  const plots = page.makePlots(parts.plots, []);
  let id = null;
  let isRunning = false;
  let isTyping = false;
  let can = {};
  let readouts = new Map();
  let exports = [];
  let record = null;
  let keys = []; // the buttons of keys, and what each needs
  let kinds = [];

  /** Only what would do something now is there. */
  function offer() {
    const is = (name) => isRunning && can[name] === true;
    show(parts.controls, isRunning, parts.session);
    for (const { element, needs } of keys) show(element, needs ? is(needs) : isRunning, parts.session);
    show(parts["set-field"], is("set"), parts.session);
    show(parts.stop, is("stop"), parts.session);
    show(parts.off, is("stop"), parts.session);
    show(parts.faults, is("inject") && kinds.length > 0, parts.session);
  }

  function showReadouts(list) {
    const order = list.map((one) => one.key).join();
    if (order !== [...readouts.keys()].join()) {
      readouts = new Map();
      parts.readouts.replaceChildren();
      for (const one of list) {
        const pair = made("div", "", `readout-${one.key}`);
        const head = document.createElement("dt");
        const value = document.createElement("dd");
        head.textContent = one.label;
        pair.append(head, value);
        parts.readouts.append(pair);
        readouts.set(one.key, value);
      }
    }
    for (const one of list) tell(readouts.get(one.key), one.text);
  }

  function showState(state) {
    if (!state) return;
    parts.state.className = `state tone-${state.tone}`;
    tell(parts.state, state.text);
  }

  function tellEvents(events) {
    addEvents(parts.events, events);
    const grave = events.filter((event) => event.tone === "bad" || event.tone === "warning");
    if (grave.length) page.announce(grave.at(-1).text, grave.at(-1).tone === "bad");
  }

  function chosenFault() {
    const kind = parts["fault-kind"].value;
    const value = parts["fault-value"].value.trim();
    return value ? `${kind}:${value}` : kind;
  }

  function nameFault() {
    const chosen = kinds.find((one) => one.kind === parts["fault-kind"].value);
    const takes = chosen?.value ?? "";
    show(parts["fault-value-field"], Boolean(takes));
    parts["fault-value"].placeholder = takes;
    parts["fault-value"].value = "";
    parts["fault-kind"].title = chosen?.text ?? "";
  }

  function act(text) {
    send({ type: "key", key: text });
  }

  function wire(name, message) {
    const input = parts[name];
    const go = () => {
      const text = input.value.trim();
      if (!text) return input.focus();
      send(message(text));
      input.value = "";
    };
    parts[`${name}-go`].addEventListener("click", go);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") go();
    });
  }

  /** A key of its own is a button; one that a control does too stands beside that control. */
  function setKeys(rows) {
    for (const shown of parts.session.querySelectorAll("kbd, .step")) shown.remove();
    parts.keys.replaceChildren();
    keys = [];
    for (const row of rows) {
      const cap = made("kbd", row.key);
      if (row.control === "set") {
        const step = button(row.key, () => act(row.key), "step");
        step.setAttribute("aria-label", `${row.key}: ${row.label}`);
        step.title = row.label;
        parts["set-go"].before(step);
      } else if (row.control === "stop") {
        parts.stop.textContent = row.label;
        parts.stop.append(cap);
      } else if (row.control) {
        parts[`${row.control}-field`].querySelector("label").append(cap);
      } else {
        const element = button(row.label, () => act(row.key));
        element.append(cap);
        element.setAttribute("aria-keyshortcuts", row.key);
        keys.push({ element, needs: row.needs });
        parts.keys.append(element);
      }
    }
  }

  wire("mark", (text) => ({ type: "mark", text }));
  wire("set", (current_ma) => ({ type: "set", current_ma }));
  parts["fault-go"].addEventListener("click", () => send({ type: "inject", fault: chosenFault() }));
  parts["fault-kind"].addEventListener("change", nameFault);
  parts["speed-live"].addEventListener("change", () => send({ type: "speed", speed: parts["speed-live"].value }));
  parts.stop.addEventListener("click", () => send({ type: "stop", now: false }));
  parts.off.addEventListener("click", () => send({ type: "stop", now: true }));

  return {
    /** What there is to choose from; a room without faults or speeds has no controls of them. */
    catalogue(ready) {
      tell(byId("version"), `Version ${ready.version}.`);
      exports = ready.exports ?? [];
      kinds = ready.faults ?? [];
      setKeys(ready.keys ?? []);
      fillSelect(parts["fault-kind"], kinds.map((one) => ({ value: one.kind, label: one.label ?? one.kind })));
      nameFault();
      parts.quick.replaceChildren(
        ...(ready.quick ?? []).map((one) => button(one.label, () => send({ type: "inject", fault: one.fault }))),
      );
      fillSelect(parts["speed-live"], ready.speeds ?? []);
      parts["speed-field"].hidden = (ready.speeds ?? []).length === 0;
      offer();
    },

    started(message) {
      id = message.id;
      isRunning = true;
      isTyping = false;
      can = {};
      record = null;
      tell(parts.title, message.title);
      fillRows(parts.facts, message.rows);
      parts.events.replaceChildren();
      tell(parts.proof, "");
      tell(parts.note, "");
      tell(parts.state, "");
      parts.dose.hidden = true;
      parts.ended.hidden = true;
      readouts = new Map();
      parts.readouts.replaceChildren();
      if (message.speed !== undefined) parts["speed-live"].value = message.speed;
      for (const name of ["low", "high", "step"]) {
        const to = { low: "min", high: "max", step: "step" }[name];
        if (message.set_ma?.[name] !== undefined) parts.set.setAttribute(to, String(message.set_ma[name]));
      }
      parts.session.hidden = false;
      plots.reset(message.plots ?? []);
      offer();
      parts.session.focus({ preventScroll: true });
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      parts.session.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
    },

    progress(message) {
      if (message.id !== undefined && message.id !== id) return;
      if (message.columns) plots.append(message.columns);
      showState(message.state);
      if (message.readouts) showReadouts(message.readouts);
      parts.dose.hidden = message.done_share === null || message.done_share === undefined;
      if (!parts.dose.hidden) parts.dose.value = message.done_share;
      if (message.events?.length) tellEvents(message.events);
      if (message.proof) tell(parts.proof, message.proof);
      if (message.note !== undefined) tell(parts.note, message.note);
      isTyping = message.typing === true;
      if (message.can && GOES_ON.some((name) => message.can[name] !== can[name])) {
        can = message.can;
        offer();
      }
    },

    ended(message) {
      isRunning = false;
      isTyping = false;
      record = message.record ? { name: message.record_name, bytes: message.record } : null;
      parts.ended.className = `card ended tone-${message.ok ? "good" : "bad"}`;
      tell(parts.outcome, message.outcome);
      fillRows(parts.closing, message.rows ?? []);
      tellOrHide(parts.verdict, message.sentence);
      fillLines(parts.after, message.after ?? []);
      parts.files.replaceChildren();
      if (record) {
        parts.files.append(button("Save the record", () => save(record.name, "application/jsonl", record.bytes)));
        for (const one of exports) {
          parts.files.append(button(one.label, () => send({ type: "export", id, of: id, kind: one.kind })));
        }
      }
      tell(parts.note, "");
      parts.ended.hidden = false;
      offer();
      plots.settle();
      if (parts.session.contains(document.activeElement)) parts.outcome.focus({ preventScroll: true }); // which says it
      else page.announce(message.outcome, !message.ok);
    },

    /** A line behind the end: what a lost board says meanwhile. */
    after(line) {
      const item = document.createElement("li");
      item.textContent = line;
      parts.after.append(item);
      parts.after.hidden = false;
      page.announce(line);
    },

    /** The worker is gone: nothing runs any more. */
    gone() {
      isRunning = false;
      isTyping = false;
      offer();
    },

    file(message) {
      save(message.name, message.mime, message.bytes);
    },

    /** One key of the keyboard; whether it was taken. */
    key(text) {
      if (!isRunning || (!isTyping && !parts.listen.checked)) return false;
      act(text);
      return true;
    },

    typing: () => isTyping,
    running: () => isRunning,
    settle: () => plots.settle(),
  };
}
