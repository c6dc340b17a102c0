// One block of a page: shown as it will be read, and a field (or a table's cells) while somebody writes in it.

const words = document.getElementById("draft-words").dataset;
const ROW = /^\s*\|.*\|\s*$/;
const RULE = /^\s*\|(\s*:?-+:?\s*\|)+\s*$/;

export class Block {
  constructor(row, page) {
    this.key = row.key;
    this.page = page;
    this.version = row.version ?? 0;
    this.base = row.text;
    this.hint = row.hint ?? "";
    this.place = row.place ?? 0;
    this.html = row.html ?? "";
    this.isComposing = false;
    this.#build();
    this.field.value = row.text;
    this.show();
    this.mark(row);
  }

  get isTitle() {
    return this.key === "title";
  }

  text() {
    return this.field.value;
  }

  // The block it stands behind, as far as the server knows or will know it.
  after() {
    let before = this.element.previousElementSibling;
    while (before && !this.page.isKept(before.dataset.key)) before = before.previousElementSibling;
    return before?.dataset.key ?? "";
  }

  #build() {
    this.element = Object.assign(document.createElement("section"), { className: "wblock" });
    this.element.dataset.key = this.key;
    this.shown = Object.assign(document.createElement("div"), { className: "wshown" });
    this.button = Object.assign(document.createElement("button"), { type: "button", className: "btn small quiet wedit", textContent: words.write });
    this.button.addEventListener("click", () => this.edit());
    this.field = document.createElement(this.isTitle ? "input" : "textarea");
    this.field.className = "wfield";
    this.field.setAttribute("aria-label", this.isTitle ? words.title : words.block);
    if (this.isTitle) this.field.maxLength = 200;
    else this.field.rows = 1;
    this.grid = Object.assign(document.createElement("div"), { className: "wgrid scroll", hidden: true });
    this.notes = Object.assign(document.createElement("div"), { className: "wnotes" });
    this.notes.setAttribute("aria-live", "polite");
    this.element.append(this.shown, this.button, this.field, this.grid, this.notes);
    this.shown.addEventListener("click", (event) => event.target.closest("a") || this.edit());
    this.field.addEventListener("input", () => this.changed());
    this.field.addEventListener("blur", () => this.left());
    this.field.addEventListener("compositionstart", () => (this.isComposing = true));
    this.field.addEventListener("compositionend", () => ((this.isComposing = false), this.page.composed(this)));
    this.field.addEventListener("keydown", (event) => this.page.keys(this, event));
    this.field.addEventListener("paste", (event) => this.page.pasted(this, event));
    this.grid.addEventListener("focusout", (event) => this.grid.contains(event.relatedTarget) || this.left());
  }

  get isOpen() {
    return this.element.classList.contains("open");
  }

  edit(at = null) {
    if (this.isOpen) return this.field.focus();
    this.page.opened(this);
    this.element.classList.add("open");
    if (this.isTable()) return this.#openGrid();
    this.shown.hidden = this.button.hidden = true;
    this.field.hidden = false;
    if (!this.field.value) this.field.value = this.#sign(); // what belongs here is a list: it has begun
    this.#grow();
    this.field.focus();
    const end = this.field.value.length;
    const place = at === "start" ? 0 : end;
    this.field.setSelectionRange(place, place);
  }

  #sign() {
    return /^(- \[ \] |- |\d+\. )/.exec(this.hint)?.[0] ?? "";
  }

  left() {
    if (!this.isOpen) return;
    if (this.field.value && this.field.value === this.#sign() && !this.base) this.field.value = "";
    this.page.left(this);
    this.element.classList.remove("open");
    this.show();
  }

  changed() {
    this.#grow();
    this.error("");
    this.page.changed(this);
  }

  #grow() {
    if (this.isTitle) return;
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight + 2}px`;
  }

  // Show it as it is read: with what the server made of it, as soon as that is known.
  show() {
    const text = this.field.value;
    const isCurrent = text === this.base;
    this.field.hidden = true;
    this.grid.hidden = true;
    this.shown.hidden = false;
    this.shown.classList.toggle("empty-block", !text.trim());
    this.button.hidden = false;
    this.button.setAttribute("aria-label", `${words.edit}: ${text.slice(0, 60) || this.hint || words.empty}`);
    if (this.isTitle) this.shown.replaceChildren(Object.assign(document.createElement("h1"), { textContent: text || words.title }));
    else if (!text.trim()) this.shown.textContent = this.hint || words.empty;
    else if (isCurrent && this.html) this.shown.innerHTML = this.html; // made and escaped by the server (marked_text)
    else this.shown.replaceChildren(Object.assign(document.createElement("p"), { className: "as-typed", textContent: text }));
  }

  // Take what the server has, keeping the place of the cursor in the words around it.
  take(row) {
    this.html = row.html;
    this.base = row.text;
    this.version = row.version;
    this.hint = row.hint ?? this.hint;
    const before = this.field.value;
    if (before !== row.text) {
      const [start, end] = [this.field.selectionStart, this.field.selectionEnd].map((at) => moved(before, row.text, at ?? 0));
      this.field.value = row.text;
      if (this.isOpen && !this.grid.hidden) this.#fillGrid();
      if (this.isOpen && document.activeElement === this.field) this.field.setSelectionRange(start, end);
      this.#grow();
    }
    if (!this.isOpen) this.show();
    this.mark(row);
  }

  mark(row) {
    this.element.classList.toggle("split", Boolean(row.split));
    this.#note("split", row.split ? words.split : "", row.split ? () => this.page.settle(this) : null);
  }

  typing(name) {
    this.#note("typing", name ? `${name}${words.typing}` : "");
  }

  error(text) {
    this.#note("error", text);
  }

  #note(kind, text, settle = null) {
    this.notes.querySelector(`.${kind}`)?.remove();
    if (!text) return;
    const line = Object.assign(document.createElement("p"), { className: `wnote ${kind}`, textContent: text });
    if (settle) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "btn small quiet", textContent: words.settle });
      button.addEventListener("click", settle);
      line.append(" ", button);
    }
    this.notes.append(line);
  }

  // Tables are written in cells; their Markdown is made of those.
  isTable() {
    const lines = this.field.value.split("\n");
    return lines.length > 1 && lines.every((line) => ROW.test(line)) && RULE.test(lines[1]);
  }

  #openGrid() {
    this.#fillGrid();
    this.shown.hidden = this.button.hidden = true;
    this.field.hidden = true;
    this.grid.hidden = false;
    this.grid.querySelector("input").focus();
  }

  #fillGrid() {
    const lines = this.field.value.split("\n");
    const rule = lines.splice(1, 1)[0];
    const table = document.createElement("table");
    for (const line of lines) {
      const row = table.insertRow();
      for (const text of cells(line)) this.#addCell(row, text);
    }
    const more = document.createElement("p");
    for (const [word, act] of [[words.row, () => this.#addRow(table)], [words.column, () => this.#addColumn(table)]]) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "btn small quiet", textContent: word });
      button.addEventListener("mousedown", (event) => event.preventDefault());
      button.addEventListener("click", act);
      more.append(button, " ");
    }
    const at = [...this.grid.querySelectorAll("input")].indexOf(document.activeElement);
    this.rule = rule;
    this.grid.replaceChildren(table, more);
    if (at >= 0) this.grid.querySelectorAll("input")[at]?.focus();
  }

  #addCell(row, text) {
    const input = Object.assign(document.createElement("input"), { value: text });
    input.setAttribute("aria-label", words.cell);
    input.addEventListener("input", () => this.#fromGrid());
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Escape") input.blur();
      if (event.key === "Enter") (event.preventDefault(), this.page.keys(this, event));
    });
    row.insertCell().append(input);
  }

  #addRow(table) {
    const row = table.insertRow();
    for (let count = table.rows[0].cells.length; count > 0; count--) this.#addCell(row, "");
    this.#fromGrid();
    row.querySelector("input").focus();
  }

  #addColumn(table) {
    for (const row of table.rows) this.#addCell(row, "");
    this.rule = this.rule.replace(/\s*$/, "") + "---|";
    this.#fromGrid();
    table.rows[0].lastElementChild.firstElementChild.focus();
  }

  #fromGrid() {
    const rows = [...this.grid.querySelectorAll("tr")].map(
      (row) => `| ${[...row.querySelectorAll("input")].map((input) => input.value.replaceAll("|", "\\|")).join(" | ")} |`,
    );
    rows.splice(1, 0, this.rule);
    this.field.value = rows.join("\n");
    this.error("");
    this.page.changed(this);
  }
}

const cells = (line) =>
  line.trim().replace(/^\|/, "").replace(/\|$/, "").split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));

// Where a place in one text is in another that has the same beginning and end.
function moved(before, after, at) {
  let same = 0;
  while (same < before.length && before[same] === after[same]) same++;
  return at <= same ? at : Math.max(same, at + after.length - before.length);
}
