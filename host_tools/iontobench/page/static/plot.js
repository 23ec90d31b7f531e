// Plots over uPlot: colours follow the theme, and what is drawn is also told in words and numbers.

import uPlot from "./vendor/uplot/uPlot.esm.js";
import { made } from "./dom.js";

const REDRAW_MS = 100; // a plot is read, not watched frame by frame
const TOLD_MS = 2000;
const ROWS_OF_TABLE = 25;
const WHOLE_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400];
const ROWS_MAX = 120_000; // then every second row goes: a session of hours stays drawable

const clock = (s) => {
  const whole = Math.max(0, Math.round(s));
  const minutes = Math.floor(whole / 60);
  const hours = Math.floor(minutes / 60);
  const two = (n) => String(n).padStart(2, "0");
  return hours ? `${hours}:${two(minutes % 60)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
};
const number = new Intl.NumberFormat("en", { maximumSignificantDigits: 4, useGrouping: false });

/** A value with as many places as the greatest of its column has sense for. */
function told(value, greatest) {
  if (value === null || value === undefined) return "none";
  const places = greatest > 0 ? Math.min(Math.max(3 - Math.floor(Math.log10(greatest)), 0), 6) : 0;
  return Number(value.toFixed(places)).toString();
}

/** One plot: its figure, its samples of colour, its words, its canvas. */
class Plot {
  constructor(about, isLarge, group) {
    this.about = about;
    this.group = group;
    this.figure = made("figure", "", isLarge ? "plot tall" : "plot");
    const caption = made("figcaption");
    caption.append(made("span", about.title, "name"), made("span", about.unit, "of"));
    this.samples = about.series.map((one, at) => {
      const isDashed = at === 0 && about.series.length > 1;
      const place = about.series.length > 1 ? at : group.count++ + 1;
      const sample = made("span", "", `sample series-${place % 4}`);
      sample.append(made("span", one.label, "of"));
      if (isDashed) sample.classList.add("dashed");
      if (about.series.length > 1) caption.append(sample);
      else sample.classList.add("unseen");
      return { sample, isDashed };
    });
    if (about.series.length === 1) caption.append(this.samples[0].sample);
    this.words = made("span", "", "told");
    caption.append(this.words);
    this.axis = made("span", "", "plot-axis unseen");
    this.grid = made("span", "", "plot-grid unseen");
    this.drawn = made("div", "", "drawn");
    this.drawn.setAttribute("aria-hidden", "true"); // the words and the table say what it shows
    this.table = this.asTable();
    this.figure.append(caption, this.axis, this.grid, this.drawn, this.table);
    this.uplot = null;
  }

  colour(element) {
    return getComputedStyle(element).color;
  }

  asTable() {
    const details = made("details");
    details.append(made("summary", "As numbers"));
    const scroll = made("div", "", "scroll");
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "group");
    scroll.setAttribute("aria-label", `${this.about.title} in numbers`);
    details.append(scroll);
    details.addEventListener("toggle", () => {
      if (details.open) this.fillTable(scroll);
      else scroll.replaceChildren();
    });
    return details;
  }

  fillTable(scroll) {
    const { rows } = this.group;
    const length = rows.t_s.length;
    const step = Math.max(1, Math.ceil(length / ROWS_OF_TABLE));
    const table = made("table");
    const head = table.createTHead().insertRow();
    for (const text of ["time", ...this.about.series.map((one) => `${one.label}, ${this.about.unit}`)]) {
      const cell = made("th", text);
      cell.scope = "col";
      head.append(cell);
    }
    const body = table.createTBody();
    const greatest = this.about.series.map((one) => greatestOf(rows[one.column]));
    for (let at = 0; at < length; at += step) {
      const line = body.insertRow();
      line.insertCell().textContent = clock(rows.t_s[at]);
      this.about.series.forEach((one, place) => {
        line.insertCell().textContent = told(rows[one.column][at], greatest[place]);
      });
    }
    scroll.replaceChildren(table);
  }

  draw(width) {
    const { rows } = this.group;
    const data = [rows.t_s, ...this.about.series.map((one) => rows[one.column]).reverse()];
    const height = this.drawn.clientHeight;
    if (!width || !height) return;
    if (this.uplot === null) {
      this.uplot = new uPlot(this.options(width, height), data, this.drawn);
      return;
    }
    if (this.uplot.width !== width || this.uplot.height !== height) this.uplot.setSize({ width, height });
    this.uplot.setData(data);
  }

  options(width, height) {
    const axis = () => this.colour(this.axis);
    const grid = { stroke: () => this.colour(this.grid), width: 1 };
    const font = `12px ${getComputedStyle(document.documentElement).fontFamily}`;
    const common = { stroke: axis, grid, ticks: { show: false }, font };
    return {
      width,
      height,
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 10, 0, 0],
      scales: { x: { time: false }, y: { range: (_, low, high) => spanOf(low, high) } },
      axes: [
        { ...common, incrs: WHOLE_S, values: (_, marks) => marks.map(clock), size: 26, gap: 4, space: 60 },
        { ...common, values: (_, marks) => marks.map((mark) => number.format(mark)), size: 48, gap: 4, space: 28 },
      ],
      series: [
        {},
        ...this.samples.toReversed().map(({ sample, isDashed }) => ({ // the first is drawn last, on top
          stroke: () => this.colour(sample),
          width: 1.6,
          dash: isDashed ? [6, 4] : undefined,
          points: { show: false },
          spanGaps: false,
        })),
      ],
    };
  }

  tell() {
    const { rows } = this.group;
    const parts = this.about.series.map((one) => {
      const column = rows[one.column];
      let low = Infinity;
      let high = -Infinity;
      for (const value of column) {
        if (value === null) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
      if (low > high) return "";
      const name = this.about.series.length > 1 ? `${one.label} ` : "";
      const greatest = Math.max(Math.abs(low), Math.abs(high));
      const inWords = (value) => told(value, greatest);
      return `${name}${inWords(column.at(-1))} (${inWords(low)} … ${inWords(high)})`;
    });
    const text = parts.filter(Boolean).join(", ");
    if (this.words.textContent !== text) this.words.textContent = text;
  }

  recolour() {
    this.uplot?.redraw(false, true);
  }

  destroy() {
    this.uplot?.destroy();
    this.figure.remove();
  }
}

function greatestOf(column) {
  let greatest = 0;
  for (const value of column) greatest = Math.max(greatest, Math.abs(value ?? 0));
  return greatest;
}

/** From 0, with some room above; what is flat has room on both sides. */
function spanOf(low, high) {
  if (low === null || low === undefined || !Number.isFinite(low)) return [0, 1];
  const from = Math.min(0, low);
  const to = high > from ? high : from + 1;
  return [from < 0 ? from - (to - from) * 0.06 : 0, to + (to - from) * 0.08];
}

/**
 * Plots of one session, one below the other over the same time.
 * @returns {{reset: Function, append: Function, replace: Function, destroy: Function}}
 */
export function makePlots(element, plots = []) {
  const group = { rows: { t_s: [] }, count: 0 };
  let all = [];
  let timer = null;
  let toldAt = 0;

  const columnsOf = () => ["t_s", ...all.flatMap((plot) => plot.about.series.map((one) => one.column))];

  function draw() {
    timer = null;
    if (element.offsetParent === null) return; // hidden: drawn when it is shown
    for (const plot of all) plot.draw(Math.floor(plot.drawn.clientWidth));
    const now = performance.now();
    if (now - toldAt > TOLD_MS) {
      toldAt = now;
      for (const plot of all) plot.tell();
    }
  }

  function soon(isLast = false) {
    if (isLast) toldAt = 0;
    timer ??= setTimeout(() => requestAnimationFrame(draw), REDRAW_MS);
  }

  function add(columns) {
    const t_s = columns.t_s ?? [];
    for (const name of new Set(columnsOf())) {
      const from = columns[name];
      const to = group.rows[name];
      for (let at = 0; at < t_s.length; at++) {
        const value = from?.[at];
        to.push(value === undefined || Number.isNaN(value) ? null : value);
      }
    }
    if (group.rows.t_s.length > ROWS_MAX) {
      for (const name of Object.keys(group.rows)) {
        group.rows[name] = group.rows[name].filter((_, at) => at % 2 === 0);
      }
    }
  }

  function empty() {
    group.rows = Object.fromEntries(columnsOf().map((name) => [name, []]));
  }

  function reset(wanted) {
    for (const plot of all) plot.destroy();
    group.count = 0;
    all = wanted.map((about, at) => new Plot(about, at === 0, group));
    element.replaceChildren(...all.map((plot) => plot.figure));
    empty();
    soon(true);
  }

  const sized = new ResizeObserver(() => soon());
  sized.observe(element);
  const themed = new MutationObserver(() => all.forEach((plot) => plot.recolour()));
  themed.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  const system = matchMedia("(prefers-color-scheme: dark)");
  const recolour = () => all.forEach((plot) => plot.recolour());
  system.addEventListener("change", recolour);
  reset(plots);

  return {
    reset,
    append(columns) {
      add(columns);
      soon();
    },
    replace(columns) {
      empty();
      add(columns);
      soon(true);
    },
    /** Draw and tell at once: a session has ended, or the room is shown. */
    settle() {
      soon(true);
    },
    destroy() {
      sized.disconnect();
      themed.disconnect();
      system.removeEventListener("change", recolour);
      clearTimeout(timer);
      for (const plot of all) plot.destroy();
      all = [];
    },
  };
}
