// Keeping what is typed: sent a second after the typing stops, merged there, and kept on this device until the server has
// said that it is on its disk. A save that got no answer is sent again as the same save, so nothing is made twice.

const PAUSE = 1000; // ms after the last key
const LONGEST = 4000; // ms of typing without a pause, then it is sent all the same: others see that somebody types
const RETRY = [500, 1000, 2000, 4000, 8000];

export const newKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export class Keeper {
  // `part`: the element with the addresses; `say`: shows how it stands (saving, saved, offline, gone); `taken(block, row)`
  // is called with what the server has now. A block: {key, base, text(), after(), error(text)}.
  constructor(part, say, taken) {
    this.part = part;
    this.say = say;
    this.taken = taken;
    this.store = `hiroba-draft-${part.dataset.draft}-${part.dataset.person}`;
    this.waiting = this.#load();
    this.timers = new Map();
    this.failures = 0;
    addEventListener("online", () => this.again());
  }

  // What this device still holds from before: [key, {base, text, after, gone, sent}]. `sent` is a save without an answer.
  left() {
    return Object.entries(this.waiting);
  }

  isWaiting(key) {
    return key in this.waiting;
  }

  isOnItsWay(key) {
    return Boolean(this.waiting[key]?.sent);
  }

  typed(block) {
    const kept = (this.waiting[block.key] ??= { base: block.base, after: block.after() });
    kept.text = block.text();
    kept.gone = false;
    kept.since ??= Date.now();
    this.#save();
    this.#later(block, Math.min(PAUSE, Math.max(0, kept.since + LONGEST - Date.now())));
  }

  // Send now what waits in a block: its field was left.
  flush(block) {
    if (this.isWaiting(block.key)) this.#later(block, 0);
  }

  remove(block) {
    this.waiting[block.key] = { ...(this.waiting[block.key] ?? {}), base: block.base, text: "", after: null, gone: true };
    this.#save();
    this.#later(block, 0);
  }

  again() {
    for (const block of this.blocks?.() ?? []) this.flush(block);
  }

  #later(block, wait) {
    clearTimeout(this.timers.get(block.key));
    this.timers.set(block.key, setTimeout(() => this.#send(block), wait));
  }

  async #send(block) {
    const kept = this.waiting[block.key];
    if (!kept || kept.busy) return;
    if (kept.after && !kept.sent && this.waiting[kept.after] && !block.version) return this.#later(block, 200); // first what it follows
    if (!kept.sent) {
      if (kept.text === kept.base && !kept.gone && block.version) return this.#done(block.key);
      kept.sent = { save: newKey(), key: block.key, base: kept.base, text: kept.text, after: kept.after, gone: Boolean(kept.gone) };
      kept.since = undefined;
      this.#save();
    }
    kept.busy = true;
    this.say("saving");
    const answer = await this.#post(kept.sent);
    kept.busy = false;
    if (!answer || answer.status >= 500 || answer.status === 0 || answer.redirected) return this.#failed(block);
    if (answer.status === 404) return this.say("gone");
    const said = await answer.json().catch(() => null);
    if (!said) return this.#failed(block);
    this.failures = 0;
    if (!answer.ok) return this.#refused(block, kept, said);
    this.#answered(block, kept, said);
  }

  // The server has it. What was typed meanwhile goes on from what was sent: the next save is merged with the rest.
  #answered(block, kept, row) {
    const sent = kept.sent;
    const now = kept.text;
    kept.sent = undefined;
    block.version = row.version;
    if (now === sent.text || sent.gone) {
      this.#done(block.key);
      block.base = row.text;
      this.taken(block, row);
    } else {
      block.base = kept.base = sent.text;
      kept.after = null;
      this.#save();
      this.#later(block, PAUSE);
    }
    if (!Object.keys(this.waiting).length) this.say("saved");
  }

  #refused(block, kept, said) {
    kept.sent = undefined;
    this.#save();
    block.error(said.error);
    this.say("");
  }

  #failed(block) {
    this.say("offline");
    this.#later(block, RETRY[Math.min(this.failures++, RETRY.length - 1)]);
  }

  async #post(sent) {
    try {
      return await fetch(this.part.dataset.blocks, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() },
        body: JSON.stringify(sent),
        keepalive: sent.text.length < 20000,
      });
    } catch {
      return null;
    }
  }

  #done(key) {
    delete this.waiting[key];
    this.#save();
  }

  #save() {
    const plain = Object.fromEntries(
      Object.entries(this.waiting).map(([key, { base, text, after, gone, sent }]) => [key, { base, text, after, gone, sent }]),
    );
    try {
      if (Object.keys(plain).length) localStorage.setItem(this.store, JSON.stringify(plain));
      else localStorage.removeItem(this.store);
    } catch {
      // No room on this device: the server still gets it.
    }
  }

  #load() {
    try {
      return JSON.parse(localStorage.getItem(this.store) ?? "{}");
    } catch {
      return {};
    }
  }
}

// Read once: the form that carries it goes when the editor comes.
const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
export const csrf = () => token;
