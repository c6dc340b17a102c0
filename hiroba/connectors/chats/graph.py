"""Microsoft Graph over HTTP: signing in as an application, pages, and waiting when it says that it is asked too often.

Only the two servers that the settings name are spoken to (and, for a file, the one its own address is on): an address
in an answer that leads elsewhere is refused. Source: Microsoft Graph v1.0; OAuth 2.0 client credentials (RFC 6749,
4.4); Retry-After (RFC 9110, 10.2.3)."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from hiroba.connectors.outside import NOT_SIGNED_IN, NOT_TRUSTED, SETTINGS_WRONG, UNREACHABLE, OutsideError

GRAPH = "https://graph.microsoft.com/v1.0"
LOGIN = "https://login.microsoftonline.com"
TIMEOUT = 60.0
LARGEST_ANSWER = 64 * 1024 * 1024
PIECE = 1024 * 1024
MOST_TRIES = 6
LONGEST_PAUSE = 120.0  # seconds of waiting in one visit; then it ends and goes on at its next turn
_AGAIN = frozenset({429, 500, 502, 503, 504})
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})
Pause = Callable[[float], None]


@dataclass(frozen=True)
class Tenant:
    """Whose Microsoft 365 it is, as which application we come, and on what way."""

    tenant: str
    client_id: str
    secret: str = field(repr=False)
    graph_url: str = GRAPH
    login_url: str = LOGIN
    ca_file: str = ""
    proxy: str = ""  # host:port


class RefusedError(Exception):
    """Graph answered, and gives this thing not: 403 we may not, 404 it is not there, 410 the link is too old."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class BusyError(Exception):
    """Graph asks for longer silence than a visit has."""


class Graph:
    """A connection for one visit; keeps a token and nothing else."""

    def __init__(self, tenant: Tenant, pause: Pause = time.sleep) -> None:
        """SETTINGS_WRONG when an address is none, or would send the secret in the clear to another machine."""
        self._tenant, self._pause = tenant, pause
        self._graph, self._login = _server(tenant.graph_url, "graph_url"), _server(tenant.login_url, "login_url")
        self._context = ssl.create_default_context()
        if tenant.ca_file:
            try:
                self._context.load_verify_locations(tenant.ca_file)
            except OSError as error:
                raise OutsideError(SETTINGS_WRONG, field="ca_file") from error
        self._token, self._until, self._paused = "", 0.0, 0.0
        self._connection: http.client.HTTPConnection | None = None

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def get(self, link: str) -> dict[str, Any]:
        """Give an answer. `link` is a path below the Graph address, or a whole address that Graph itself gave.

        RefusedError, BusyError; OutsideError: UNREACHABLE, NOT_SIGNED_IN, NOT_TRUSTED."""
        response = self._ask(self._address(link))
        content = _bounded(response)
        try:
            found = json.loads(content)
        except ValueError as error:
            raise OutsideError(UNREACHABLE, place=link[:100]) from error
        return found if isinstance(found, dict) else {}

    def pages(self, link: str) -> Iterator[dict[str, Any]]:
        """Give answers page by page, following what each says of the next."""
        while link:
            page = self.get(link)
            yield page
            link = str(page.get("@odata.nextLink") or "")

    def values(self, link: str) -> Iterator[dict[str, Any]]:
        """Give the objects of all pages."""
        for page in self.pages(link):
            yield from objects(page)

    def pieces(self, url: str) -> Iterator[bytes]:
        """Give the bytes of an image in a message, or of a file in SharePoint by its address. RefusedError for any
        other address."""
        parts = urlsplit(url)
        if (parts.scheme, parts.netloc) == (self._graph.scheme, self._graph.netloc) and "/hostedContents/" in url:
            response = self._ask(parts)
        elif parts.scheme == "https" and parts.netloc.endswith(".sharepoint.com"):
            response = self._shared_file(url, parts.netloc)
        else:
            raise RefusedError(404)
        while piece := response.read(PIECE):
            yield piece

    def _shared_file(self, url: str, host: str) -> http.client.HTTPResponse:
        """Ask for a shared file: Graph gives an address for it at the server it lies on, and for that alone we go."""
        name = base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
        response = self._ask(self._address(f"/shares/u!{name}/driveItem/content"), is_redirect_taken=True)
        if response.status != 302:
            return response
        place = urlsplit(response.headers.get("Location", ""))
        response.read()
        if place.scheme != "https" or place.netloc != host:
            raise OutsideError(NOT_TRUSTED)
        connection = self._open(place)
        connection.request("GET", _path(place))
        found = connection.getresponse()
        if found.status != 200:
            raise RefusedError(found.status)
        return found

    def _address(self, link: str) -> SplitResult:
        if link.startswith("/"):
            return urlsplit(self._tenant.graph_url.rstrip("/") + link)
        parts = urlsplit(link)
        if (parts.scheme, parts.netloc) != (self._graph.scheme, self._graph.netloc):
            raise OutsideError(NOT_TRUSTED)
        return parts

    def _ask(self, address: SplitResult, is_redirect_taken: bool = False) -> http.client.HTTPResponse:
        signed_in = False
        for count in range(1, MOST_TRIES + 1):
            response = self._send(address)
            if response.status == 200 or (is_redirect_taken and response.status == 302):
                return response
            _bounded(response)
            if response.status == 401 and not signed_in:  # the token ended before its time
                signed_in, self._token = True, ""
            elif response.status in _AGAIN:
                self._wait(response, count)
            elif response.status == 401:
                raise OutsideError(NOT_SIGNED_IN)
            else:
                raise RefusedError(response.status)
        raise BusyError

    def _wait(self, response: http.client.HTTPResponse, count: int) -> None:
        seconds = _retry_after(response.headers.get("Retry-After", "")) or min(2.0**count, 30.0)
        if self._paused + seconds > LONGEST_PAUSE:
            raise BusyError
        self._paused += seconds
        self._pause(seconds)

    def _send(self, address: SplitResult) -> http.client.HTTPResponse:
        headers = {"Authorization": f"Bearer {self._signed_in()}", "Accept": "application/json"}
        for is_last in (False, True):
            if self._connection is None:
                self._connection = self._open(address)
            try:
                self._connection.request("GET", _path(address), headers=headers)
                return self._connection.getresponse()
            except ssl.SSLCertVerificationError as error:
                raise OutsideError(NOT_TRUSTED) from error
            except (OSError, http.client.HTTPException) as error:  # a kept connection may have been closed
                self.close()
                if is_last:
                    raise OutsideError(UNREACHABLE) from error
        raise OutsideError(UNREACHABLE)

    def _signed_in(self) -> str:
        if self._token and time.monotonic() < self._until:
            return self._token
        form = {
            "grant_type": "client_credentials",
            "client_id": self._tenant.client_id,
            "client_secret": self._tenant.secret,
            "scope": f"{self._graph.scheme}://{self._graph.netloc}/.default",
        }
        status, content = self._post_form(f"/{self._tenant.tenant}/oauth2/v2.0/token", form)
        answer: Any = None
        with suppress(ValueError):
            answer = json.loads(content)
        if status >= 500 or status == 429:
            raise OutsideError(UNREACHABLE)
        if status != 200 or not isinstance(answer, dict) or not answer.get("access_token"):
            raise OutsideError(NOT_SIGNED_IN)
        self._token = str(answer["access_token"])
        self._until = time.monotonic() + max(60.0, float(answer.get("expires_in") or 3600) - 120.0)
        return self._token

    def _post_form(self, path: str, form: dict[str, str]) -> tuple[int, bytes]:
        connection = self._open(self._login)
        try:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", self._login.path.rstrip("/") + path, urlencode(form), headers)
            response = connection.getresponse()
            return response.status, _bounded(response)
        except ssl.SSLCertVerificationError as error:
            raise OutsideError(NOT_TRUSTED) from error
        except (OSError, http.client.HTTPException) as error:
            raise OutsideError(UNREACHABLE) from error
        finally:
            connection.close()

    def _open(self, address: SplitResult) -> http.client.HTTPConnection:
        host, port = address.hostname or "", address.port
        way, _colon, way_port = self._tenant.proxy.rpartition(":") if self._tenant.proxy else ("", "", "")
        if address.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=TIMEOUT)
        first = (way, int(way_port)) if way and way_port.isdecimal() else (host, port)
        connection = http.client.HTTPSConnection(first[0], first[1], timeout=TIMEOUT, context=self._context)
        if way:
            connection.set_tunnel(host, port or 443)
        return connection


def objects(page: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the objects of one page."""
    values = page.get("value")
    return [each for each in values if isinstance(each, dict)] if isinstance(values, list) else []


def _server(url: str, field_name: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        raise OutsideError(SETTINGS_WRONG, field=field_name) from error
    if not host or parts.username or (parts.scheme != "https" and not (parts.scheme == "http" and host in _HERE)):
        raise OutsideError(SETTINGS_WRONG, field=field_name)
    return parts


def _path(address: SplitResult) -> str:
    return (address.path or "/") + (f"?{address.query}" if address.query else "")


def _bounded(response: http.client.HTTPResponse) -> bytes:
    try:
        content = response.read(LARGEST_ANSWER + 1)
    except (OSError, http.client.HTTPException) as error:
        raise OutsideError(UNREACHABLE) from error
    if len(content) > LARGEST_ANSWER:
        raise OutsideError(UNREACHABLE)
    return content


def _retry_after(text: str) -> float:
    """Read Retry-After, seconds or a date; 0 when there is none."""
    if text.strip().isdecimal():
        return max(0.1, float(text))
    try:
        return max(0.1, parsedate_to_datetime(text).timestamp() - time.time()) if text else 0.0
    except (ValueError, TypeError):
        return 0.0
