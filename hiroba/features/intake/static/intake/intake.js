// Taking in, improved where scripts run: drop files and whole folders, a result for each, three at a time.
const form = document.querySelector("[data-intake]");
const list = form.querySelector("[data-list]");
const bar = form.querySelector("progress");
const status = form.querySelector("[data-status]");
const AT_ONCE = 3;

for (const each of form.querySelectorAll("[data-folder]")) each.hidden = false;
form.querySelector("[data-folder-input]").disabled = false;
form.querySelector("[data-submit]").hidden = true;

/** Read a dropped entry: a file, or all files below a folder, each with its path. */
async function* filesOf(entry, folder = "") {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    yield { file, path: folder + file.name };
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return;
    for (const each of some) yield* filesOf(each, `${folder}${entry.name}/`);
  }
}

function line(path) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  const said = document.createElement("span");
  name.textContent = path;
  said.className = "why";
  said.textContent = ` ${form.dataset.sending}`;
  item.append(name, said);
  list.append(item);
  return said;
}

async function send(batch, { file, path }) {
  const said = line(path);
  const body = new FormData();
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.append("path", path);
  body.append("modified", String(file.lastModified));
  body.append("file", file);
  try {
    const answer = await fetch(`${form.dataset.batches}${batch}/files/`, { method: "POST", body });
    const result = answer.headers.get("content-type")?.includes("json") ? await answer.json() : {};
    said.textContent = ` ${result.said || result.message || (answer.ok ? form.dataset.received : form.dataset.lost)}`;
  } catch {
    said.textContent = ` ${form.dataset.lost}`;
  }
  bar.value += 1;
  status.textContent = `${bar.value} / ${bar.max}`;
}

async function openBatch(things) {
  const body = new FormData(form);
  body.delete("files");
  const isBulk = things.length > 5 || things.some((thing) => thing.path.includes("/"));
  if (isBulk && body.get("audience") === "everyone") body.set("audience", "section");
  body.set("title", things[0].path.split("/")[0]);
  const answer = await fetch(form.dataset.batches, { method: "POST", body });
  const result = await answer.json();
  if (!answer.ok) throw new Error(result.error || result.message);
  return result.batch;
}

async function take(things) {
  if (!things.length) return;
  form.querySelector("[data-results]").hidden = false;
  bar.max = things.length;
  bar.value = 0;
  list.replaceChildren();
  try {
    const batch = await openBatch(things);
    const waiting = [...things];
    const one = async () => { while (waiting.length) await send(batch, waiting.shift()); };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
    location.href = `${form.dataset.batches}${batch}/`;
  } catch (error) {
    status.textContent = error.message || form.dataset.lost;
  }
}

for (const id of ["files", "folder"]) {
  document.getElementById(id).addEventListener("change", (event) => {
    take([...event.target.files].map((file) => ({ file, path: file.webkitRelativePath || file.name })));
  });
}
const zone = form.querySelector("[data-drop]");
for (const name of ["dragover", "dragenter"]) zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("over"); });
zone.addEventListener("dragleave", () => zone.classList.remove("over"));
zone.addEventListener("drop", async (event) => {
  event.preventDefault();
  zone.classList.remove("over");
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
  const things = [];
  for (const entry of entries) for await (const thing of filesOf(entry)) things.push(thing);
  take(things);
});
