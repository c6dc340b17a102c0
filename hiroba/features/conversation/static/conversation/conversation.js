// はなす, live: messages of the channel on this page come by the stream, each once, in the order of their numbers; what
// one sends stands there at once and is sent until the server has it, with one key, so that it is one message.
const talk = document.querySelector("[data-talk]");
const composer = document.querySelector("[data-composer]");

function made(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html; // our own server's rendering of a message; see marked_text
  return holder.content.firstElementChild;
}

function list(thread) {
  if (talk.dataset.thread) return talk.dataset.thread === String(thread) && !("partial" in talk.dataset) ? talk : null;
  return talk.querySelector(`[data-thread="${thread}"] [data-replies]`);
}

// A message that is here already is shown anew; a new one goes behind those with smaller numbers.
function show({ thread, message, number, html }) {
  const here = document.getElementById(`message-${message}`);
  const fresh = made(html);
  if (here) return here.replaceWith(fresh);
  const place = list(thread);
  if (!place) return talk.dataset.thread ? undefined : reload();
  const later = [...place.querySelectorAll("[data-message]")].find((each) => Number(each.dataset.number) > number);
  const atEnd = innerHeight + scrollY >= document.body.offsetHeight - 200;
  if (later) later.before(fresh);
  else place.append(fresh);
  if (atEnd && !later) fresh.scrollIntoView({ block: "nearest" });
}

let asked = 0;
// A topic that is not on the page yet, or was taken away: the list is fetched again, at most every second.
function reload() {
  asked ||= setTimeout(async () => {
    asked = 0;
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return location.reload();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-talk]");
    if (fresh) talk.replaceChildren(...fresh.childNodes);
    for (const each of document.querySelectorAll(".msg.waiting")) if (each.dataset.done) each.remove();
  }, 200);
}

if (talk && "EventSource" in window) {
  const address = `${talk.dataset.live}?from=${encodeURIComponent(talk.dataset.from)}&show=${talk.dataset.show}`;
  const stream = new EventSource(address);
  stream.addEventListener("message", (event) => event.data && show(JSON.parse(event.data)));
  stream.addEventListener("gone", () => location.reload());
  stream.addEventListener("reset", () => location.reload());
  addEventListener("pagehide", () => stream.close());
}

const text = composer?.querySelector("textarea");
const draft = text && `hiroba-draft:${text.dataset.draft}`;
// What was typed, and the key under which it was being sent when the page went away: sent again it is one message.
const kept = JSON.parse((text && localStorage.getItem(draft)) || "{}");
if (text && !text.value) text.value = kept.text ?? "";
const keep = (typed, key) => (typed ? localStorage.setItem(draft, JSON.stringify({ text: typed, key })) : localStorage.removeItem(draft));
text?.addEventListener("input", () => keep(text.value));
text?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) composer.requestSubmit();
});

function waitingMessage(body) {
  const shown = made('<article class="msg waiting"><span class="face" aria-hidden="true"></span><div class="body"></div></article>');
  shown.querySelector(".body").textContent = body;
  talk.append(shown);
  shown.scrollIntoView({ block: "nearest" });
  return shown;
}

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

// Send until the server has answered: after a lost connection the same key gives the same message.
async function send(data) {
  for (let wait = 1; ; wait = Math.min(wait * 2, 30)) {
    try {
      const answer = await fetch(composer.action, { method: "POST", body: data, headers: { Accept: "application/json" } });
      if (answer.status < 500 || answer.status === 507) return [answer.status, await answer.json()];
    } catch {
      // not connected: again
    }
    await pause(wait);
  }
}

function trouble(said) {
  const shown = composer.querySelector("[data-trouble]");
  shown.textContent = said ? `${said.message} (${said.code})` : "";
  shown.hidden = !said;
  composer.querySelector("[data-confirm]").hidden = said?.code !== "GATE-02";
}

composer?.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!text.value.trim() && !composer.elements.files.files.length) return;
  const key = composer.querySelector("[data-key]");
  const typed = text.value;
  const asked = [...composer.querySelectorAll(".asks input")].map((each) => [each, each.checked, each.value]);
  key.value = (kept.text === typed && kept.key) || (crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`);
  const data = new FormData(composer);
  keep(typed, key.value);
  const waiting = waitingMessage(typed);
  trouble(null);
  composer.reset();
  text.value = "";
  key.value = "";
  const [status, said] = await send(data);
  waiting.dataset.done = "1";
  waiting.remove();
  if (status === 202) {
    keep("");
    return location.assign(said.url); // it waits for its time: shown where it can be cancelled
  }
  if (status === 201) {
    keep(text.value);
    return show(said);
  }
  text.value = text.value ? `${typed}\n${text.value}` : typed; // nothing typed is lost
  for (const [each, checked, value] of asked) [each.checked, each.value] = [checked, value];
  keep(text.value);
  trouble(said);
});

// The menu of a message opens over the page; without this script it is a page of its own.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-menu]");
  if (!link || event.ctrlKey || event.metaKey || !("HTMLDialogElement" in window)) return;
  event.preventDefault();
  const answer = await fetch(`${link.href}?fragment`);
  if (!answer.ok) return location.assign(link.href);
  const dialog = document.createElement("dialog");
  dialog.innerHTML = await answer.text(); // our own server's fragment
  dialog.insertAdjacentHTML("beforeend", '<form method="dialog"><button class="btn quiet" type="submit"></button></form>');
  dialog.querySelector('form[method="dialog"] button').textContent = document.documentElement.lang === "en" ? "Close" : "閉じる";
  dialog.setAttribute("aria-label", link.textContent);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
});
