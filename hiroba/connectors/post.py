"""A small SMTP server that only takes letters in (RFC 5321): for addresses it knows, from networks it was told, and
acknowledges one only after whoever keeps it says that it is kept. It relays nothing."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from hiroba.connectors.outside import SETTINGS_WRONG, OutsideError

# A letter is held in memory until it is kept: at most this many at once. A mail server asks again later.
MOST_CONNECTIONS = 4
SILENT_SECONDS = 300.0
KEPT = "250 2.0.0 Kept"
TRY_LATER = "451 4.3.0 Not kept, nothing is lost: please try again later"
NO_ROOM = "452 4.3.1 No room on the disk at the moment: please try again later"
TOO_LARGE = "552 5.3.4 This letter is larger than we take: at most {mb} MB"
UNKNOWN = "550 5.1.1 Nobody takes mail at this address, and we relay none"
NOT_FROM_HERE = "554 5.7.1 We take no mail from your network"
TOO_MANY = "421 4.3.2 Too many letters at this moment: please try again later"


class NoRoomError(Exception):
    """Whoever keeps letters has no room at the moment."""


@dataclass(frozen=True)
class Rules:
    """From where letters are taken and how large; which addresses are known; who keeps them.

    `keep(addresses, content)` returns only after the letter is on disk for good; it may raise NoRoomError or anything
    else: then the sender is asked to try again."""

    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]
    limit: int
    is_known: Callable[[str], bool]
    keep: Callable[[list[str], bytes], None]


def read_networks(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """Read `10.0.0.0/8,::1/128`; OutsideError (SETTINGS_WRONG) when it makes no sense."""
    try:
        return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise OutsideError(SETTINGS_WRONG, field="HIROBA_POST_NETWORKS") from error


def read_listen(text: str) -> tuple[str, int]:
    """Read `host:port`; OutsideError (SETTINGS_WRONG) when it makes no sense."""
    host, found, port = text.rpartition(":")
    if not found or not port.isdecimal() or not 0 < int(port) < 65536:
        raise OutsideError(SETTINGS_WRONG, field="HIROBA_POST_LISTEN")
    return host.strip("[]") or "127.0.0.1", int(port)


class Reception:
    """The server, in a thread of its own from `open` to `close`."""

    def __init__(self, host: str, port: int, rules: Rules) -> None:
        self._controller = _Controller(_Handler(rules), hostname=host, port=port)
        self._controller.rules = rules

    def open(self) -> None:
        """Begin to listen; OSError when the port is taken or not ours."""
        self._controller.start()

    def close(self) -> None:
        """Stop listening; what is being kept at this moment is acknowledged or not, as it went."""
        self._controller.stop(no_assert=True)


class _Controller(Controller):
    rules: Rules
    count = 0

    def factory(self) -> SMTP:
        """Make the server's side of one connection."""
        return _Connection(self)


class _Connection(SMTP):
    line_length_limit = 100_000  # many programs write longer lines than the 1,000 characters that are allowed

    def __init__(self, controller: _Controller) -> None:
        super().__init__(
            controller.handler,
            data_size_limit=controller.rules.limit,
            enable_SMTPUTF8=True,
            ident="Hiroba",
            timeout=SILENT_SECONDS,
            loop=controller.loop,
        )
        self._controller = controller

    async def _handle_client(self) -> None:
        refusal = self._refusal()
        if refusal:
            await self.push(refusal)
            if self.transport is not None:
                self.transport.close()
            return
        self._controller.count += 1
        try:
            await super()._handle_client()
        finally:
            self._controller.count -= 1

    def _refusal(self) -> str:
        """Say why this caller is not even greeted, "" when it is."""
        peer = self.session.peer if self.session else None
        if not _is_from(str(peer[0]) if peer else "", self._controller.rules.networks):
            return NOT_FROM_HERE
        return TOO_MANY if self._controller.count >= MOST_CONNECTIONS else ""

    async def push(self, status: str | bytes) -> None:
        """Answer; where the library only says that it is too much, say how much it may be."""
        text = status if isinstance(status, str) else status.decode("ascii", "replace")
        if text.startswith("552 "):
            text = TOO_LARGE.format(mb=self._controller.rules.limit // (1024 * 1024))
        await super().push(text)


def _is_from(address: str, networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]) -> bool:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    plain = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped else found
    return any(plain in network for network in networks)


class _Handler:
    """The library's hooks; what takes time runs outside of its loop."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take an address we know."""
        if not await asyncio.to_thread(self._rules.is_known, address):
            return UNKNOWN
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        """Acknowledge a letter once it is kept."""
        content: Any = envelope.original_content or b""
        try:
            await asyncio.to_thread(self._rules.keep, list(envelope.rcpt_tos), bytes(content))
        except NoRoomError:
            return NO_ROOM
        except Exception:  # whatever it was, the sender keeps the letter and comes again
            return TRY_LATER
        return KEPT
