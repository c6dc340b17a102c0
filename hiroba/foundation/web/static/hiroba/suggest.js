// Search as you type: titles and people that one may see, under the box, by arrow keys or pointer.
let number = 0;

for (const form of document.querySelectorAll("form[data-suggest]")) {
  const input = form.querySelector("input[type=search]");
  const list = document.createElement("ul");
  list.id = `suggest-${++number}`;
  list.className = "suggest";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.dataset.label);
  form.append(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-autocomplete", "list");
  let asked = 0;
  let chosen = -1;

  const close = () => {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const option = (text, note, url) => {
    const item = document.createElement("li");
    item.setAttribute("role", "option");
    item.id = `${list.id}-${list.children.length}`;
    item.dataset.url = url;
    item.textContent = text;
    if (note) {
      const kind = document.createElement("span");
      kind.className = "dim";
      kind.textContent = note;
      item.append(kind);
    }
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      location.href = url;
    });
    list.append(item);
  };

  const ask = async () => {
    const words = input.value.trim();
    const mine = ++asked;
    if (!words) return close();
    const answer = await fetch(`${form.dataset.suggest}?q=${encodeURIComponent(words)}`);
    if (!answer.ok || mine !== asked) return;
    const found = await answer.json();
    list.replaceChildren();
    found.people.forEach((each) => option(each.name, form.dataset.person, each.url));
    found.records.forEach((each) => option(each.title, "", each.url));
    chosen = -1;
    list.hidden = !list.children.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
  };

  const choose = (step) => {
    const items = [...list.children];
    chosen = (chosen + step + items.length + (chosen < 0 && step < 0 ? 1 : 0)) % items.length;
    items.forEach((item, at) => item.setAttribute("aria-selected", String(at === chosen)));
    input.setAttribute("aria-activedescendant", items[chosen].id);
    items[chosen].scrollIntoView({ block: "nearest" });
  };

  let timer = 0;
  input.addEventListener("input", (event) => {
    if (event.isComposing) return;
    clearTimeout(timer);
    timer = setTimeout(ask, 150);
  });
  input.addEventListener("compositionend", ask);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      location.href = list.children[chosen].dataset.url;
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    }
  });
}
