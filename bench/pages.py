"""What a person waits for: pages over HTTP, from the demo office, by a signed-in person.

`bin/bench pages [--home DIR] [--rounds N]` serves a demo office (made if DIR is empty) and prints one table."""

from __future__ import annotations

import argparse
import http.cookiejar
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PORT = 8093
WORDS = (
    "一時保育 電話",
    "税",
    "選挙",
    "予算 令和8年度",
    "引っ越し",
    '"入園のしおり"',
    "保育 -認可外",
    "防災 部署:防災課",
    "相談窓口 件数",
    "無い言葉",
)
PATHS = {
    "today": ["/"],
    "search": [f"/search/?q={urllib.parse.quote(words)}" for words in WORDS],
    "suggestions": [f"/search/suggestions/?q={urllib.parse.quote(words[:2])}" for words in WORDS],
    "record": [f"/records/{number}/" for number in (144, 147, 353, 438, 340)],
    "folders": ["/folders/"],
    "units": ["/units/", "/units/0402/"],
    "intake": ["/intake/"],
}


def main() -> None:
    """Serve, sign in, ask each page in turn, print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder, "home")
        environment = {**os.environ, "HIROBA_HOME": str(home)}
        if not (home / "office.json").exists():
            subprocess.run([sys.executable, "-m", "config.command", "demo"], cwd=ROOT, env=environment, check=True)
        server = subprocess.Popen(
            [sys.executable, "-m", "config.command", "serve", "--port", str(PORT)], cwd=ROOT, env=environment
        )
        try:
            _measure(_sign_in(), options.rounds)
        finally:
            server.terminate()
            server.wait(timeout=30)


def _sign_in() -> urllib.request.OpenerDirector:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    for _ in range(100):
        try:
            page = browser.open(f"http://127.0.0.1:{PORT}/sign-in/").read().decode()
            break
        except OSError:
            time.sleep(0.2)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    form = {"login": "kimura", "password": "mirai-hiroba", "csrfmiddlewaretoken": token[1] if token else ""}
    browser.open(f"http://127.0.0.1:{PORT}/sign-in/", urllib.parse.urlencode(form).encode()).read()
    return browser


def _measure(browser: urllib.request.OpenerDirector, rounds: int) -> None:
    print("| page | asked | p50 ms | p95 ms | worst ms | KB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, paths in PATHS.items():
        times: list[float] = []
        size = 0
        for turn in range(rounds + 1):
            for path in paths:
                began = time.perf_counter()
                size = len(browser.open(f"http://127.0.0.1:{PORT}{path}").read())
                if turn:  # the first round warms caches
                    times.append((time.perf_counter() - began) * 1000)
        times.sort()
        p95 = times[int(len(times) * 0.95) - 1]
        figures = (statistics.median(times), p95, times[-1], size / 1024)
        print(f"| {name} | {len(times)} | {' | '.join(f'{figure:.0f}' for figure in figures)} |")


if __name__ == "__main__":
    main()
