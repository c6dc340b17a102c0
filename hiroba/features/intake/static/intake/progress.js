// The moving part of a batch's page is fetched again each second until nothing moves.
const part = document.querySelector("[data-progress]");

async function follow() {
  const answer = await fetch("?fragment", { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  part.innerHTML = await answer.text();
  const bar = part.querySelector("progress");
  if (bar.value < bar.max) setTimeout(follow, 1000);
}

if (part && "moving" in part.dataset) setTimeout(follow, 1000);
