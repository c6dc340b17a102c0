// A page that several people write: blocks, what is typed in them, and what others typed, as it happens.
import { Block } from "./block.js";
import { csrf, Keeper, newKey } from "./keeping.js";

const part = document.getElementById("editor");
const words = document.getElementById("draft-words").dataset;
const paper = part.querySelector("[data-paper]");
const state = document.querySelector("[data-state]");
const blocks = new Map();
let version = 0;
let last = null; // the block that was written in last: the tools are for it

const OWN_LINK = /^(https?:\/\/[^\s/]+)?\/records\/\d+\/(\?\S*)?(#\S*)?$/;
const SIGNS = { heading: "## ", subheading: "### ", bullets: "- ", numbers: "1. ", tasks: "- [ ] ", quote: "> " };
const ANY_SIGN = /^(#{1,6} |- \[[ x]\] |[-*] |\d+[.)] |> )/;

const page = {
  opened: (block) => ((last = block), blocks.forEach((each) => each !== block && each.left())),
  left: (block) => keeper.flush(block),
  changed: (block) => keeper.typed(block),
  isKept: (key) => Boolean(blocks.get(key)?.version) || keeper.isWaiting(key),
  composed: (block) => block.stale && settleStale(block),
  keys,
  pasted,
  settle,
};

const keeper = new Keeper(
  part,
  (what) => {
    state.textContent = words[what] ?? "";
    state.classList.toggle("bad-state", what === "offline" || what === "gone");
  },
  (block, row) => take(block, row),
);
keeper.blocks = () => blocks.values();

// Others' words are not put under a hand that is just choosing characters.
function take(block, row) {
  block.place = row.place;
  if (row.gone) return drop(block);
  if (block.isComposing) block.stale = row;
  else block.take(row);
}

function settleStale(block) {
  const row = block.stale;
  block.stale = null;
  if (!keeper.isWaiting(block.key)) block.take(row);
}

function add(row, after = null) {
  const block = new Block(row, page);
  blocks.set(block.key, block);
  const before = after ? after.element.nextElementSibling : [...paper.children].find((each) => blocks.get(each.dataset.key).place > block.place);
  paper.insertBefore(block.element, before ?? null);
  return block;
}

function drop(block) {
  if (block.isTitle) return;
  block.element.remove();
  blocks.delete(block.key);
}

function addAfter(block, text = "") {
  const next = block?.element.nextElementSibling;
  const place = block ? (block.place + (next ? blocks.get(next.dataset.key).place : block.place + 1000)) / 2 : 0;
  const made = add({ key: newKey(), text: "", place }, block);
  if (text) (made.field.value = text), keeper.typed(made), made.show();
  return made;
}

function neighbour(block, way) {
  const element = way < 0 ? block.element.previousElementSibling : block.element.nextElementSibling;
  return element && blocks.get(element.dataset.key);
}

function keys(block, event) {
  if (event.isComposing || block.isComposing) return;
  const field = block.field;
  const isSingle = block.isTitle || /^#{1,6} /.test(field.value);
  const isEmpty = !field.value.trim();
  if (event.key === "Escape") field.blur();
  else if (event.key === "Enter" && (event.ctrlKey || event.metaKey || (isSingle && !event.shiftKey) || endsList(block))) {
    event.preventDefault();
    addAfter(block).edit();
  } else if (event.key === "Enter" && !event.shiftKey && continuesList(block)) event.preventDefault();
  else if (event.key === "Backspace" && isEmpty && !block.isTitle && blocks.size > 2) {
    event.preventDefault();
    const before = neighbour(block, -1);
    if (block.version || keeper.isWaiting(block.key)) keeper.remove(block);
    drop(block);
    before?.edit();
  } else if ((event.key === "ArrowUp" || event.key === "ArrowDown") && (event.altKey || atEdge(field, event.key))) {
    const way = event.key === "ArrowUp" ? -1 : 1;
    const next = neighbour(block, way);
    if (!next) return;
    event.preventDefault();
    next.edit(way > 0 ? "start" : null);
  }
}

const atEdge = (field, key) =>
  field.selectionStart === field.selectionEnd && (key === "ArrowUp" ? field.selectionStart === 0 : field.selectionEnd === field.value.length);

// In a list, Enter goes on with the next item; on an empty item it ends the list.
function lineOf(field) {
  const start = field.value.lastIndexOf("\n", field.selectionStart - 1) + 1;
  return [start, field.value.slice(start, field.selectionStart)];
}

function continuesList(block) {
  const field = block.field;
  const [, line] = lineOf(field);
  const found = /^(\s*)(- \[[ x]\] |[-*] |(\d+)([.)]) )\S/.exec(line);
  if (!found) return false;
  const sign = found[3] ? `${Number(found[3]) + 1}${found[4]} ` : found[2].replace("[x]", "[ ]");
  field.setRangeText(`\n${found[1]}${sign}`, field.selectionStart, field.selectionEnd, "end");
  block.changed();
  return true;
}

function endsList(block) {
  const field = block.field;
  const [start, line] = lineOf(field);
  if (!start || !/^\s*(- \[[ x]\] |[-*] |\d+[.)] )$/.test(line) || field.selectionStart !== field.value.length) return false;
  field.value = field.value.slice(0, start - 1);
  block.changed();
  return true;
}

// A link to a record that is pasted by itself stands by itself: as a card of what it cites.
function pasted(block, event) {
  const file = [...(event.clipboardData?.files ?? [])].find((each) => each.type.startsWith("image/"));
  if (file) return event.preventDefault(), takePicture(file);
  const text = event.clipboardData?.getData("text/plain").trim() ?? "";
  if (!OWN_LINK.test(text) || block.isTitle) return;
  event.preventDefault();
  if (!block.text().trim()) {
    block.field.value = text;
    block.changed();
    block.field.blur();
  } else addAfter(block, text);
}

async function settle(block) {
  const answer = await fetch(`${part.dataset.blocks}?settle`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() },
    body: JSON.stringify({ save: newKey(), key: block.key, base: "", text: "" }),
  }).catch(() => null);
  if (answer?.ok) block.mark(await answer.json());
}

// The tools: each changes the block that was written in last, or begins one.
const TABLE = "|  |  |\n|---|---|\n|  |  |\n|  |  |";

function useTool(name) {
  let block = last && blocks.has(last.key) && !last.isTitle ? last : addAfter([...blocks.values()].at(-1));
  if (name === "table") {
    block = block.text().trim() ? addAfter(block) : block;
    block.left();
    block.field.value = TABLE;
    keeper.typed(block);
    return block.edit();
  }
  block.edit();
  const field = block.field;
  if (field.hidden) return;
  if (name === "bold") {
    const [start, end] = [field.selectionStart, field.selectionEnd];
    field.setRangeText(`**${field.value.slice(start, end)}**`, start, end, "select");
    if (start === end) field.setSelectionRange(start + 2, start + 2);
  } else {
    const sign = SIGNS[name];
    field.value = field.value.split("\n").map((line, number) => signed(line, sign, number)).join("\n");
  }
  block.changed();
}

function signed(line, sign, number) {
  const bare = line.replace(ANY_SIGN, "");
  if (line.startsWith(sign) && sign !== "1. ") return bare;
  return `${sign === "1. " ? `${number + 1}. ` : sign}${bare}`;
}

for (const button of part.querySelectorAll("[data-tool]")) {
  button.addEventListener("mousedown", (event) => event.preventDefault()); // the cursor stays where it is
  button.addEventListener("click", () => useTool(button.dataset.tool));
}
part.querySelector("[data-add]").addEventListener("click", () => addAfter([...paper.children].map((each) => blocks.get(each.dataset.key)).at(-1)).edit());
part.querySelector("[data-picture]").addEventListener("change", (event) => {
  if (event.target.files[0]) takePicture(event.target.files[0]);
  event.target.value = "";
});

// A picture goes through the same door as every file; it stands on the page once it is a record.
async function takePicture(file) {
  const near = last && blocks.has(last.key) ? last : [...blocks.values()].at(-1);
  const block = addAfter(near);
  block.typing("");
  block.error(words.picture);
  const form = new FormData();
  form.append("file", file, file.name || "picture.png");
  const answer = await fetch(part.dataset.pictures, { method: "POST", headers: { "X-CSRFToken": csrf() }, body: form }).catch(() => null);
  const said = await answer?.json().catch(() => null);
  if (!answer?.ok) return block.error(said?.error || words.offline);
  const name = (file.name || "").replace(/\.[^.]*$/, "").replace(/[[\]()\n]/g, " ").trim() || "画像";
  const waiting = `![${name}](${part.dataset.pictureState.replace("/0/", `/${said.item}/`)})`;
  put(block, waiting);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const seen = await fetch(part.dataset.pictureState.replace("/0/", `/${said.item}/`)).then((each) => each.json()).catch(() => ({}));
    if (seen.error) return block.error(seen.error);
    if (!seen.record) continue;
    block.error("");
    return put(block, block.text().replace(waiting, `![${name}](/records/${seen.record}/)`));
  }
}

function put(block, text) {
  block.field.value = text;
  if (!block.isOpen) block.show();
  keeper.typed(block);
  keeper.flush(block);
}

// What others wrote: the stream says that something changed, the page asks what.
let asking = false;
let soon = 0; // many who type at once are fetched together
let askAgain = false;

async function fetchChanges() {
  soon = 0;
  if (asking) return void (askAgain = true);
  asking = true;
  const answer = await fetch(`${part.dataset.changes}?since=${version}`).catch(() => null);
  if (answer?.status === 404) state.textContent = words.gone;
  const found = answer?.ok ? await answer.json().catch(() => null) : null;
  if (found) {
    version = Math.max(version, found.version);
    for (const row of found.blocks) receive(row);
    showTypists(found.typing);
  }
  asking = false;
  if (askAgain) (askAgain = false), fetchChanges();
}

function receive(row) {
  const block = blocks.get(row.key);
  if (!block) return row.gone || keeper.isWaiting(row.key) ? undefined : void add(row);
  block.place = row.place;
  if (row.version <= block.version || keeper.isWaiting(row.key)) return; // ours is on its way, and is merged there
  take(block, row);
}

let quiet = 0;

function showTypists(typing) {
  clearTimeout(quiet);
  const list = document.querySelector("[data-typists]");
  const names = [...new Set(Object.values(typing))];
  list.replaceChildren(...names.map((name) => Object.assign(document.createElement("li"), { textContent: `${name}${words.typing}` })));
  document.querySelector("[data-nobody]").hidden = names.length > 0;
  blocks.forEach((block) => block.typing(typing[block.key]));
  if (names.length) quiet = setTimeout(() => showTypists({}), 8000);
}

// Begin: what the page came with, then what this device still holds from before.
for (const row of JSON.parse(document.getElementById("draft-blocks").textContent)) {
  add(row);
  version = Math.max(version, row.version);
}
for (const [key, kept] of keeper.left()) {
  const after = blocks.get(kept.after) ?? [...paper.children].map((each) => blocks.get(each.dataset.key)).at(-1);
  const block = blocks.get(key) ?? (kept.gone ? null : add({ key, text: kept.base ?? "", place: after.place }, after));
  if (!block) continue;
  if (!kept.gone) {
    block.base = kept.base ?? block.base;
    block.field.value = kept.text ?? "";
    block.show();
  }
  keeper.flush(block);
}
document.querySelector("[data-plain]").remove();
part.hidden = false;

// Posting shows what the server has: what is typed goes there first.
document.querySelector("[data-post]")?.addEventListener("click", async (event) => {
  const link = event.currentTarget;
  if (!keeper.left().length) return;
  event.preventDefault();
  keeper.again();
  for (let tries = 0; keeper.left().length && tries < 50; tries++) await new Promise((resolve) => setTimeout(resolve, 100));
  if (!keeper.left().length) location.href = link.href;
});

if ("EventSource" in window) {
  const stream = new EventSource(`${part.dataset.live}?from=${encodeURIComponent(part.dataset.from)}&show=draft-${part.dataset.draft}`);
  stream.addEventListener("draft", () => (soon ||= setTimeout(fetchChanges, 50 + Math.random() * 200)));
  stream.addEventListener("gone", (event) => document.dispatchEvent(new CustomEvent("hiroba:gone", { detail: JSON.parse(event.data) })));
  stream.addEventListener("reset", fetchChanges);
  stream.addEventListener("open", () => (fetchChanges(), keeper.again()));
}
