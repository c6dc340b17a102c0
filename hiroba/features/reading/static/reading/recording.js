// A recording beside its text, improved where scripts run: a time plays from there, and the line being said is marked.
const player = document.querySelector("[data-player] audio, [data-player] video");
const lines = [...document.querySelectorAll("[data-second]")];
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
let said;

/** Play from the second that a line's time names, and let the address say so. */
function play(link) {
  player.currentTime = Number(link.dataset.second);
  player.play();
  history.replaceState(null, "", link.href);
}

/** Mark the line that is being said; bring it into view when it has left it. */
function follow() {
  const now = lines.findLast((each) => Number(each.dataset.second) <= player.currentTime + 0.3)?.closest(".passage");
  if (!now || now === said || player.paused) return;
  said?.classList.remove("playing");
  said?.removeAttribute("aria-current");
  now.classList.add("playing");
  now.setAttribute("aria-current", "true");
  said = now;
  const box = now.getBoundingClientRect();
  if (box.bottom > innerHeight || box.top < 0) now.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-second]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  play(link);
});
player.addEventListener("timeupdate", follow);
