"""Somebody who calls the office's pages without a browser, as a script or an attacker would."""

from __future__ import annotations

import json
import re
import secrets
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http.client import HTTPMessage
from http.cookiejar import CookieJar
from typing import Any

from tests.journeys.office import PASSWORD, Office

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
HIDDEN = re.compile(r'<input[^>]*csrfmiddlewaretoken[^>]*>|nonce="[^"]*"')


@dataclass(frozen=True)
class Answer:
    """What came back; an error status is an answer like any other."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        """Give the body as text."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """Give the body as the document it is."""
        return json.loads(self.body)


class Caller:
    """One session; `get` and `post` carry its cookies and the token of its forms."""

    def __init__(self, office: Office, login: str = "") -> None:
        self.office = office
        self.jar = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar), _NoRedirect())
        self._token = ""
        if login:
            self.sign_in(login)

    def sign_in(self, login: str) -> None:
        """Come in by the form."""
        self._token = self._form_token("/sign-in/")
        answer = self.post("/sign-in/", {"login": login, "password": PASSWORD})
        assert answer.status == 302, answer.text
        self._token = self._form_token("/intake/")

    def _form_token(self, path: str) -> str:
        found = TOKEN.search(self.get(path).text)
        assert found, f"no form on {path}"
        return found[1]

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a page."""
        return self._send(
            urllib.request.Request(self.office.url + urllib.parse.quote(path, safe="/?&=%"), headers=headers)
        )

    def post(self, path: str, data: dict[str, str], **headers: str) -> Answer:
        """Send a form."""
        body = urllib.parse.urlencode(data).encode()
        return self._send(self._request(path, body, headers))

    def send_file(self, path: str, name: str, content: bytes, **fields: str) -> Answer:
        """Send one file as a form does."""
        mark = secrets.token_hex(16)
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
            for field, value in fields.items()
        ]
        quoted = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        parts.append(f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n'.encode())
        parts.append(b"Content-Type: application/octet-stream\r\n\r\n" + content + f"\r\n--{mark}--\r\n".encode())
        kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
        return self._send(self._request(path, b"".join(parts), kind))

    def open_batch(self, audience: str = "section") -> int:
        """Begin an upload."""
        answer = self.post("/intake/batches/", {"audience": audience})
        assert answer.status == 201, answer.text
        return int(answer.json()["batch"])

    def upload(self, batch: int, name: str, content: bytes) -> Answer:
        """Send one file of an upload; it is acknowledged by 201 and nothing else."""
        return self.send_file(f"/intake/batches/{batch}/files/", name, content)

    def _request(self, path: str, body: bytes, headers: dict[str, str]) -> urllib.request.Request:
        return urllib.request.Request(self.office.url + path, body, {"X-CSRFToken": self._token, **headers})

    def _send(self, request: urllib.request.Request) -> Answer:
        try:
            with self._opener.open(request, timeout=60) as response:
                return Answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None
