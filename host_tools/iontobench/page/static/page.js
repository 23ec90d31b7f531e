// The page itself: which room is shown, keys, the theme, and what a screen reader is told.
// The rooms do the rest, each in its own script.

import * as board from "./board.js";
import { byId } from "./dom.js";
import { makePlots } from "./plot.js";
import * as record from "./record.js";
import * as simulation from "./simulation.js";

const ROOMS = { simulation, board, record };
const KEYS_OF_TEXT = { Enter: "\r", Escape: "\x1b", Backspace: "\x7f" };
const FIELDS = "input, textarea, select, [contenteditable]";
const QUIET_MS = 700; // between two announcements: a screen reader has to come to its end

let shown = "simulation";

function roomOfAddress() {
  const name = location.hash.slice(1);
  return name in ROOMS ? name : "simulation";
}

function showRoom(name) {
  const before = shown;
  shown = name;
  for (const other of Object.keys(ROOMS)) {
    const isShown = other === name;
    byId(`room-${other}`).hidden = !isShown;
    const tab = byId(`tab-${other}`);
    tab.setAttribute("aria-selected", String(isShown));
    tab.tabIndex = isShown ? 0 : -1;
  }
  if (before !== name) ROOMS[before].shown?.(false);
  ROOMS[name].shown?.(true);
}

function goTo(name) {
  showRoom(name);
  history.replaceState(null, "", `#${name}`);
}

function setUpTabs() {
  const names = Object.keys(ROOMS);
  const steps = { ArrowLeft: -1, ArrowRight: 1 };
  for (const [at, name] of names.entries()) {
    const tab = byId(`tab-${name}`);
    tab.addEventListener("click", () => goTo(name));
    tab.addEventListener("keydown", (event) => {
      let next = null;
      if (event.key in steps) next = names[(at + steps[event.key] + names.length) % names.length];
      if (event.key === "Home") next = names[0];
      if (event.key === "End") next = names.at(-1);
      if (next === null) return;
      event.preventDefault();
      goTo(next);
      byId(`tab-${next}`).focus();
    });
  }
  addEventListener("hashchange", () => showRoom(roomOfAddress()));
}

/** The key as one character, or "" where it is not the room's: it belongs to a field or a button. */
function keyOf(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return "";
  if (event.target.closest?.(FIELDS)) return "";
  const isPress = event.key === "Enter" || event.key === " ";
  if (isPress && event.target.closest?.("button, a, summary, label")) return "";
  if (event.target.closest?.("[role=tablist]")) return "";
  return event.key.length === 1 ? event.key : (KEYS_OF_TEXT[event.key] ?? "");
}

function setUpKeys() {
  addEventListener("keydown", (event) => {
    const key = keyOf(event);
    if (key && ROOMS[shown].key?.(key)) event.preventDefault();
  });
}

const isDark = () =>
  (document.documentElement.dataset.theme ||
    (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";

function setUpTheme() {
  const button = byId("theme");
  const name = () => {
    button.textContent = isDark() ? "Light theme" : "Dark theme";
  };
  button.addEventListener("click", () => {
    const chosen = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = chosen;
    try {
      localStorage.setItem("theme", chosen);
    } catch {
      // storage is not allowed: chosen until the page is closed
    }
    name();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", name);
  name();
}

/** Say it once, politely or at once; of what comes too fast the newest. */
function announcer() {
  const waiting = { polite: "", urgent: "" };
  const timers = {};
  return (text, isUrgent = false) => {
    const where = isUrgent ? "urgent" : "polite";
    waiting[where] = text;
    timers[where] ??= setTimeout(
      () => {
        byId(where).textContent = waiting[where];
        delete timers[where];
      },
      isUrgent ? 50 : QUIET_MS,
    );
  };
}

function setUp() {
  setUpTabs();
  setUpKeys();
  setUpTheme();
  const page = { announce: announcer(), showRoom: goTo, makePlots };
  for (const room of Object.values(ROOMS)) room.setUp(page);
  showRoom(roomOfAddress());
}

setUp();
