"""A server on this machine that answers as Microsoft Graph does: pages, delta, expiring tokens, throttling."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from hiroba.connectors.chats.graph import Tenant
from hiroba.connectors.chats.tests import mirai
from hiroba.connectors.chats.tests.mirai import DIRECT, KIMURA, NAMES, OPEN, PRIVATE, SATO, TANAKA, TEAM

A_PAGE = 2
SECRET = "kagi"
LOGINS = {SATO: "sato", KIMURA: "kimura", TANAKA: "tanaka"}
Answer = tuple[int, dict[str, Any], dict[str, str]]


class GraphServer:
    """Holds the messages and answers from a thread of its own; `with GraphServer() as server: server.tenant()`."""

    def __init__(self) -> None:
        root, reply = mirai.channel_messages()[4], mirai.channel_messages()[0]
        self.roots: dict[str, list[dict[str, Any]]] = {OPEN: [root, *mirai.channel_messages()[2:4]], PRIVATE: []}
        self.replies: dict[str, list[dict[str, Any]]] = {root["id"]: [reply]}
        self.chats = [mirai.chat_messages()[0]]
        self.changed: dict[str, list[dict[str, Any]]] = {OPEN: [], PRIVATE: []}
        self.busy = 0  # requests that will be told to come later
        self.retry_after = "1"
        self.valid_tokens: set[str] = set()
        self.asked: list[str] = []
        self.is_delta_too_old = False
        self.next_link_host = ""
        self.forbidden: set[str] = set()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 65536  # head and body in one packet

            def do_GET(self) -> None:
                self.send(*server.answer(self.path, self.headers.get("Authorization", "")))

            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.send(*server.sign_in(self.path, form))

            def send(self, status: int, content: dict[str, Any], headers: dict[str, str]) -> None:
                data = content.get("bytes") or json.dumps(content).encode()
                self.send_response(status)
                for name, value in (headers | {"Content-Length": str(len(data))}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> GraphServer:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def tenant(self, secret: str = SECRET) -> Tenant:
        """Give settings that lead here."""
        return Tenant("mirai.example", "hiroba", secret, f"{self.url}/v1.0", self.url)

    def sign_in(self, path: str, form: dict[str, list[str]]) -> Answer:
        """Give a token for the secret."""
        self.asked.append(path)
        if path != "/mirai.example/oauth2/v2.0/token" or form.get("client_secret") != [SECRET]:
            return 401, {"error": "invalid_client"}, {}
        token = f"token-{len(self.asked)}"
        self.valid_tokens.add(token)
        return 200, {"access_token": token, "expires_in": 3600}, {}

    def answer(self, path: str, authorization: str) -> Answer:
        """Answer one question."""
        self.asked.append(path)
        if authorization.removeprefix("Bearer ") not in self.valid_tokens:
            return 401, {}, {}
        if self.busy:
            self.busy -= 1
            return 429, {}, {"Retry-After": self.retry_after}
        parts = urlsplit(path)
        steps = [unquote(step) for step in parts.path.removeprefix("/v1.0/").split("/")]
        if any(each in parts.path or each in steps for each in self.forbidden):
            return 403, {}, {}
        return self._answer(steps, parse_qs(parts.query), path)

    def _answer(self, steps: list[str], query: dict[str, list[str]], path: str) -> Answer:
        if steps[0] == "users":
            return self._of_user(steps, query, path)
        if steps[:2] == ["teams", TEAM] and len(steps) > 3:
            return self._of_team(steps[2:], query, path)
        team = {"id": TEAM, "displayName": "子育て支援課"}
        members = [{"userId": key, "displayName": NAMES[key]} for key in LOGINS]
        channels = [
            {"id": OPEN, "displayName": "入園の相談", "membershipType": "standard"},
            {"id": PRIVATE, "displayName": "人事", "membershipType": "private"},
        ]
        found: dict[tuple[str, ...], list[dict[str, Any]]] = {
            ("teams",): [team],
            ("teams", TEAM, "members"): members,
            ("teams", TEAM, "channels"): channels,
        }
        if steps == ["teams", TEAM]:
            return 200, team, {}
        return self._paged(found[tuple(steps)], query, path) if tuple(steps) in found else (404, {}, {})

    def _of_team(self, steps: list[str], query: dict[str, list[str]], path: str) -> Answer:
        channel, rest = steps[1], steps[2:]
        if rest == ["members"]:
            return self._paged([{"userId": SATO, "displayName": NAMES[SATO]}], query, path)
        if rest == ["messages"]:
            with_replies = [each | {"replies": self.replies.get(each["id"], [])} for each in self.roots[channel]]
            return self._paged(with_replies, query, path)
        if rest == ["messages", "delta"]:
            return self._delta(self.changed[channel], query, path)
        if rest[-1] == "$value":
            return 200, {"bytes": b"\x89PNG"}, {}
        return self._paged(self.replies.get(rest[1], []), query, path)

    def _of_user(self, steps: list[str], query: dict[str, list[str]], path: str) -> Answer:
        key = next((key for key, login in LOGINS.items() if steps[1] in (key, f"{login}@mirai.example")), "")
        if not key:
            return 404, {}, {}
        if steps[2:] == ["chats"]:
            members = [{"userId": each, "displayName": NAMES[each]} for each in (SATO, KIMURA)]
            return self._paged([{"id": DIRECT, "chatType": "oneOnOne", "members": members}], query, path)
        if steps[2:] == ["chats", "getAllMessages", "delta"]:
            return self._delta(self.chats, query, path)
        return 200, {"id": key, "displayName": NAMES[key], "userPrincipalName": f"{LOGINS[key]}@mirai.example"}, {}

    def _paged(self, values: list[dict[str, Any]], query: dict[str, list[str]], path: str) -> Answer:
        start = int(query.get("$skiptoken", ["0"])[0])
        page: dict[str, Any] = {"value": values[start : start + A_PAGE]}
        if start + A_PAGE < len(values):
            host = self.next_link_host or self.url
            page["@odata.nextLink"] = f"{host}{path.partition('?')[0]}?$skiptoken={start + A_PAGE}"
        return 200, page, {}

    def _delta(self, values: list[dict[str, Any]], query: dict[str, list[str]], path: str) -> Answer:
        """A delta token says how many changes its holder has seen."""
        start = int(query.get("$deltatoken", query.get("$skiptoken", ["0"]))[0])
        if "$deltatoken" in query and self.is_delta_too_old:
            return 410, {}, {}
        end = start + A_PAGE
        name = "nextLink" if end < len(values) else "deltaLink"
        token = "$skiptoken" if end < len(values) else "$deltatoken"
        link = f"{self.url}{path.partition('?')[0]}?{token}={min(end, len(values))}"
        return 200, {"value": values[start:end], f"@odata.{name}": link}, {}
