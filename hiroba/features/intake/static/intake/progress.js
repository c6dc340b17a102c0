// The moving part of a batch's page is fetched again each second until nothing moves; more slowly where pages of paper
// are read, which takes its time, and not while somebody is about to press a button in it.
const part = document.querySelector("[data-progress]");

async function follow() {
  const answer = await fetch("?fragment", { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  if (!part.contains(document.activeElement)) part.innerHTML = await answer.text();
  const [bar, ...pages] = part.querySelectorAll("progress");
  if (bar.value < bar.max) setTimeout(follow, pages.length ? 3000 : 1000);
}

if (part && "moving" in part.dataset) setTimeout(follow, 1000);
