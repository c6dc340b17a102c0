// <a data-card="/records/5/card/?here=par%3D3"> becomes the card of what it cites, asked for by whoever reads the page.
// What they may not read stays the link it was. Cards are asked for when they come into sight, once an address; links
// that come later (a message, a preview) are found too. After "gone" (document event "hiroba:gone", detail: subject and
// id as the live stream says them) the card is a link again.

const asked = new Map();
const links = new WeakMap();

const ask = (address) => {
  if (!asked.has(address)) {
    asked.set(address, fetch(address, { headers: { "X-Requested-With": "fetch" }, redirect: "manual" })
      .then((answer) => (answer.ok ? answer.text() : ""))
      .catch(() => ""));
  }
  return asked.get(address);
};

const show = async (link) => {
  const html = await ask(link.dataset.card);
  if (!html || !link.isConnected) return;
  const card = new DOMParser().parseFromString(html, "text/html").querySelector(".cited-card");
  if (!card) return;
  links.set(card, link);
  link.replaceWith(card);
};

const sight = "IntersectionObserver" in window
  ? new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        sight.unobserve(entry.target);
        show(entry.target);
      }
    }, { rootMargin: "400px" })
  : { observe: show, unobserve() {} };

const look = (part) => {
  if (part.matches?.("a[data-card]")) sight.observe(part);
  part.querySelectorAll?.("a[data-card]").forEach((link) => sight.observe(link));
};

document.addEventListener("hiroba:gone", (event) => {
  if (event.detail?.subject !== "record") return;
  const about = `/records/${event.detail.id}/`;
  for (const address of asked.keys()) if (address.startsWith(about)) asked.delete(address);
  for (const card of document.querySelectorAll(".cited-card")) {
    const link = links.get(card);
    if (!link?.dataset.card.startsWith(about)) continue;
    card.replaceWith(link);
  }
});

look(document);
new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach(look)))
  .observe(document.body, { childList: true, subtree: true });
