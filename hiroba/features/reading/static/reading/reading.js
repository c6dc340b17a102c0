// Reading, improved where scripts run: the citation of the place that was clicked, and cells that open themselves.
const citation = document.querySelector("[data-citation]");
const copier = document.querySelector("[data-copy]");
if (copier) copier.dataset.copy = citation.value;

/** Put the address of a place into the citation box, with what stands there as the quote. */
function cite(link) {
  const passage = link.closest(".passage, .placed, td");
  const quote = passage.cloneNode(true);
  quote.querySelectorAll(".cite, .label").forEach((each) => each.remove());
  const text = quote.textContent.trim().slice(0, 200);
  citation.value = `「${text}」${document.querySelector("h1").textContent.trim()}(${link.textContent.trim()}) ${link.href}`;
  if (copier) copier.dataset.copy = citation.value;
}

for (const cell of document.querySelectorAll("td[data-at]")) {
  cell.title = cell.dataset.at;
  cell.addEventListener("dblclick", () => {
    location.href = `?at=${encodeURIComponent(cell.dataset.at)}#here`;
  });
}
document.addEventListener("click", (event) => {
  const line = event.target.closest("[data-correct]");
  if (line && !event.target.closest("a") && getSelection().isCollapsed) location.href = line.dataset.correct;
  const link = event.target.closest("[data-cite]");
  if (link && citation) cite(link);
});
document.querySelector(".sheet td.cited")?.scrollIntoView({ block: "center", inline: "center" });
