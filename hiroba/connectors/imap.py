"""Letters of one folder of an IMAP server (RFC 3501), in the order of their UIDs, nothing on the server changed.

The connector keeps no state: the caller says after which (UIDVALIDITY, UID) it wants to go on, and remembers."""

from __future__ import annotations

import contextlib
import datetime as dt
import imaplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from hiroba.connectors.outside import (
    NOT_SIGNED_IN,
    NOT_THERE,
    NOT_TRUSTED,
    SETTINGS_WRONG,
    UNREACHABLE,
    OutsideError,
    Patience,
)

# A letter is asked for in pieces, so that memory stays flat whatever its size.
PIECE = 2 * 1024 * 1024
TIMEOUT = SocketTimeout(connect=15, read=60)


@dataclass(frozen=True)
class Mailbox:
    """Where the letters lie. `ca_file` is a PEM file with the office's own authority, beside the system's."""

    host: str
    port: int
    user: str
    password: str
    folder: str = "INBOX"
    security: str = "tls"  # tls, starttls or none
    ca_file: str = ""


@dataclass(frozen=True)
class Place:
    """How far somebody has read in a folder. Another `validity` means that the server has numbered anew."""

    validity: int = 0
    uid: int = 0


@dataclass(frozen=True)
class Letter:
    """One letter on the server: where it stands, how large it is, when it came; its bytes are fetched on demand."""

    place: Place
    size: int
    received_at: dt.datetime | None


class Opened:
    """An open folder. Everything may raise OutsideError, at any point: servers vanish."""

    def __init__(self, client: IMAPClient, validity: int) -> None:
        self._client = client
        self.validity = validity

    def letters_after(self, place: Place) -> Iterator[Letter]:
        """Give the letters after `place` in the order they came; all of them when the server has numbered anew."""
        first = place.uid + 1 if place.validity == self.validity else 1
        with _told():
            # "n:*" always names the last letter, even when it is before n (RFC 3501, 6.4.8).
            uids = sorted(uid for uid in self._client.search(["UID", f"{first}:*"]) if uid >= first)
        for start in range(0, len(uids), 200):
            with _told():
                heads = self._client.fetch(uids[start : start + 200], ["RFC822.SIZE", "INTERNALDATE"])
            for uid in uids[start : start + 200]:
                if uid in heads:  # gone meanwhile: somebody deleted or moved it
                    yield self._letter(uid, heads[uid])

    def _letter(self, uid: int, head: dict[bytes, Any]) -> Letter:
        came = head.get(b"INTERNALDATE")
        return Letter(Place(self.validity, uid), int(head.get(b"RFC822.SIZE", 0)), came.astimezone() if came else None)

    def pieces_of(self, letter: Letter) -> Iterator[bytes]:
        """Give a letter's bytes as they are on the server; reading them does not mark it as read. Nothing at all when
        it is gone."""
        start = 0
        while True:
            with _told():
                found = self._client.fetch([letter.place.uid], [f"BODY.PEEK[]<{start}.{PIECE}>"])
            if letter.place.uid not in found and start:  # deleted while we read: half a letter is none
                raise OutsideError(UNREACHABLE)
            piece = found.get(letter.place.uid, {}).get(f"BODY[]<{start}>".encode(), b"")
            if piece:
                yield piece
            if len(piece) < PIECE:
                return
            start += len(piece)

    def move(self, letter: Letter, folder: str) -> None:
        """Put a letter into another folder of the server, which is made if it is not there."""
        with _told(folder):
            if not self._client.folder_exists(folder):
                self._client.create_folder(folder)
            if self._client.has_capability("MOVE"):
                self._client.move([letter.place.uid], folder)
                return
            self._client.copy([letter.place.uid], folder)
            self._client.delete_messages([letter.place.uid])
            if self._client.has_capability("UIDPLUS"):  # a plain EXPUNGE would take what others marked, too
                self._client.uid_expunge([letter.place.uid])


@contextlib.contextmanager
def open_mailbox(mailbox: Mailbox, is_read_only: bool = True) -> Iterator[Opened]:
    """Sign in and open the folder. OutsideError: UNREACHABLE, NOT_TRUSTED, NOT_SIGNED_IN, NOT_THERE, SETTINGS_WRONG."""
    client = _connected(mailbox)
    with Patience(client.shutdown):  # each wait has its TIMEOUT; a server that trickles has this
        try:
            with _told(mailbox.folder):
                is_ascii = (mailbox.user + mailbox.password).isascii()  # LOGIN takes nothing else (RFC 3501, 9)
                (client.login if is_ascii else client.plain_login)(mailbox.user, mailbox.password)
            state = _selected(client, mailbox.folder, is_read_only)
            yield Opened(client, int(state[b"UIDVALIDITY"]))
            with contextlib.suppress(IMAPClientError, OSError):
                client.logout()
        finally:  # whoever fell silent is not asked to say goodbye
            with contextlib.suppress(OSError):
                client.shutdown()


def _connected(mailbox: Mailbox) -> IMAPClient:
    if mailbox.security not in ("tls", "starttls", "none"):
        raise OutsideError(SETTINGS_WRONG, field="security")
    context = ssl.create_default_context()
    with _told():
        if mailbox.ca_file:
            context.load_verify_locations(mailbox.ca_file)
        is_tls = mailbox.security == "tls"
        client = IMAPClient(
            mailbox.host, mailbox.port, ssl=is_tls, ssl_context=context if is_tls else None, timeout=TIMEOUT
        )
        if mailbox.security == "starttls":
            client.starttls(context)
        return client


def _selected(client: IMAPClient, folder: str, is_read_only: bool) -> dict[bytes, Any]:
    with _told(folder):
        try:
            state: dict[bytes, Any] = client.select_folder(folder, readonly=is_read_only)
        except imaplib.IMAP4.abort:
            raise
        except IMAPClientError as error:
            raise OutsideError(NOT_THERE, place=folder) from error
        return state


@contextlib.contextmanager
def _told(place: str = "") -> Iterator[None]:
    """Say what went wrong in our codes. An error of the protocol in the middle counts as a server that went away."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise OutsideError(NOT_TRUSTED) from error
    except LoginError as error:
        went_away = isinstance(error.__context__, imaplib.IMAP4.abort) or "[UNAVAILABLE]" in str(error)
        raise OutsideError(UNREACHABLE if went_away else NOT_SIGNED_IN) from error
    except (IMAPClientError, OSError, EOFError) as error:
        raise OutsideError(UNREACHABLE, place=place) from error
