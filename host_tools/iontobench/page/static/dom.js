// What the rooms share to put words onto the page. Text is text: nothing here makes mark-up of it.

export const byId = (id) => document.getElementById(id);

export function made(tag, text = "", className = "") {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  if (className) element.className = className;
  return element;
}

/** `text` into an element that says it once: a live region must not say the same again. */
export function tell(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A line that is hidden while it is empty. */
export function tellOrHide(element, text) {
  tell(element, text || "");
  element.hidden = !text;
}

/** Rows `[head, text]` into a `dl`; an empty head goes on with the last. */
export function fillRows(list, rows) {
  list.replaceChildren();
  for (const [head, text] of rows) {
    if (head || !list.lastElementChild) list.append(made("dt", head));
    list.append(made("dd", text));
  }
}

export function fillLines(list, lines) {
  list.replaceChildren(...lines.map((line) => made("li", line)));
  list.hidden = lines.length === 0;
}

/** A table `{head, rows}`; `isOk` marks the rows, beside the words that say it. */
export function fillTable(table, content, isOk = []) {
  table.replaceChildren();
  if (!content || content.rows.length === 0) return;
  const head = made("tr");
  for (const text of content.head) {
    const cell = made("th", text);
    cell.scope = "col";
    head.append(cell);
  }
  table.createTHead().append(head);
  const body = table.createTBody();
  content.rows.forEach((row, at) => {
    const line = made("tr", "", isOk[at] === false ? "bad" : "");
    row.forEach((text, column) => {
      const cell = made(column === 0 ? "th" : "td", text);
      if (column === 0) cell.scope = "row";
      line.append(cell);
    });
    body.append(line);
  });
}

/** Options `{value or name, label, title or text}` into a select; keeps what was chosen. */
export function fillSelect(select, options, first = null) {
  const chosen = select.value;
  const all = first === null ? options : [{ value: "", label: first }, ...options];
  select.replaceChildren(
    ...all.map((one) => {
      const value = one.value ?? one.name ?? one.kind;
      const option = made("option", one.label ?? one.title ?? one.text ?? String(value));
      option.value = value;
      return option;
    }),
  );
  if (all.some((one) => String(one.value ?? one.name ?? one.kind) === chosen)) select.value = chosen;
}

const EVENTS_SHOWN = 400;

/** Append events `{time, text, tone}`; the oldest go, and the list stays at its end if it was. */
export function addEvents(list, events) {
  if (events.length === 0) return;
  const isAtEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 4;
  for (const event of events.slice(-EVENTS_SHOWN)) {
    const line = made("li", "", `tone-${event.tone}`);
    line.append(made("time", event.time), made("span", event.text));
    list.append(line);
  }
  while (list.childElementCount > EVENTS_SHOWN) list.firstElementChild.remove();
  if (isAtEnd) list.scrollTop = list.scrollHeight;
}

/** Hand a file to the person. */
export function save(name, mime, bytes) {
  const address = URL.createObjectURL(new Blob([bytes], { type: mime }));
  const link = made("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

export function button(text, act, className = "") {
  const made_ = made("button", text, className);
  made_.type = "button";
  made_.addEventListener("click", act);
  return made_;
}

/** Show or hide; what had the focus hands it on, so that it is not lost. */
export function show(element, isShown, next = null) {
  if (element.hidden === !isShown) return;
  const hadFocus = !isShown && element.contains(document.activeElement);
  element.hidden = !isShown;
  if (hadFocus && next) next.focus({ preventScroll: true });
}
