// きょう, kept current: when something came in or went away, the part that shows it is fetched again, at most every
// three seconds. One stream a page; the browser comes back with Last-Event-ID by itself.
const part = document.querySelector("[data-lately]");
let waiting = 0;

async function fetchAgain() {
  waiting = 0;
  const answer = await fetch("?fragment", { headers: { Accept: "text/html" } });
  if (answer.ok) part.innerHTML = await answer.text();
}

function soon() {
  waiting ||= setTimeout(fetchAgain, 300 + Math.random() * 2700);
}

if (part && "EventSource" in window) {
  const stream = new EventSource(`${part.dataset.live}?from=${encodeURIComponent(part.dataset.from)}`);
  for (const name of ["change", "gone"]) stream.addEventListener(name, soon);
  stream.addEventListener("reset", () => location.reload());
}
