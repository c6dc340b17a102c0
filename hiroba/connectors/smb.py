"""A share of a Windows file server (SMB 2 and 3), walked in a fixed order so that a visit can stop and go on anywhere.
Nothing there is ever changed. The connector keeps no state."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import smbclient  # type: ignore[import-untyped]  # smbprotocol's, without types
from smbclient._io import (  # type: ignore[import-untyped]  # as above; there is no public way to ask for access lists
    SMBFileTransaction,
    SMBRawIO,
)
from smbprotocol.connection import Connection
from smbprotocol.exceptions import (
    LogonFailure,
    SMBAuthenticationError,
    SMBException,
    SMBOSError,
)
from smbprotocol.file_info import InfoType
from smbprotocol.header import NtStatus
from smbprotocol.open import FilePipePrinterAccessMask, SMB2QueryInfoRequest, SMB2QueryInfoResponse

from hiroba.connectors.folder import PassedOver, is_leftover
from hiroba.connectors.ntfs_access import UNKNOWN, Access, DamagedError, read_access
from hiroba.connectors.outside import NOT_SIGNED_IN, NOT_THERE, UNREACHABLE, OutsideError, Patience

PIECE = 1024 * 1024
DEEPEST = 60
CONNECT_SECONDS = 15
_DIRECTORY, _REPARSE_POINT = 0x10, 0x400
_OWNER_AND_LIST = 0x1 | 0x4  # OWNER_SECURITY_INFORMATION, DACL_SECURITY_INFORMATION
_LONGEST_LIST = 65_536
_GONE = (
    NtStatus.STATUS_OBJECT_NAME_NOT_FOUND,
    NtStatus.STATUS_OBJECT_PATH_NOT_FOUND,
    NtStatus.STATUS_BAD_NETWORK_NAME,
    NtStatus.STATUS_NO_SUCH_FILE,
)
_SHUT = (
    NtStatus.STATUS_ACCESS_DENIED,
    NtStatus.STATUS_SHARING_VIOLATION,
    NtStatus.STATUS_DELETE_PENDING,
    NtStatus.STATUS_BUFFER_OVERFLOW,  # an access list longer than any we ask for
)


@dataclass(frozen=True)
class Share:
    """Where the files lie: \\\\host\\share\\folder, and as whom we look at them."""

    host: str
    share: str
    user: str
    password: str
    folder: str = ""
    port: int = 445
    is_encrypted: bool = False


@dataclass(frozen=True)
class Seen:
    """A file as the listing of its folder shows it. `path` is relative to where the walk begins, with "/".

    `changed_at` moves with the access list too; `file_id` stays when a file is renamed or moved (0: not told)."""

    path: str
    size: int
    modified_at: dt.datetime
    changed_at: dt.datetime
    file_id: int


@dataclass(frozen=True)
class FolderDone:
    """All files of this folder (not what lies below) have been given: a visit may stop here and go on after it."""

    path: str


@dataclass
class OpenedShare:
    """A share with a session; every method may raise OutsideError: servers vanish."""

    share: Share
    _patience: Patience
    _options: dict[str, Any] = field(default_factory=dict)

    def walk(self, after: str | None = None) -> Iterator[Seen | PassedOver | FolderDone]:
        """Give every file, folder by folder, names in order; with `after` only the folders that come after that one."""
        yield from self._walk("", None if after is None else tuple(part for part in after.split("/") if part), 0)

    def _walk(self, folder: str, after: tuple[str, ...] | None, depth: int) -> Iterator[Seen | PassedOver | FolderDone]:
        parts = tuple(part for part in folder.split("/") if part)
        is_done = after is not None and parts <= after
        if is_done and after is not None and after[: len(parts)] != parts:
            return  # everything below it was done before, too
        try:
            entries = self._list(folder)
        except SMBOSError as error:
            if not (_is_gone(error) or _is_shut(error)) or not folder:
                raise _outside(error, self.share) from error
            yield PassedOver(folder, "INGEST-08")
            return
        below = sorted(entry.name for entry in entries if _is_folder(entry))
        if not is_done:
            for entry in sorted(entries, key=lambda each: each.name):
                if not _is_folder(entry) and not is_leftover(entry.name):
                    yield _seen(folder, entry)
            yield FolderDone(folder)
        for name in below if depth < DEEPEST else ():
            yield from self._walk(f"{folder}/{name}".lstrip("/"), after, depth + 1)

    def _list(self, folder: str) -> list[Any]:
        with _told(self.share), self._patience.waiting():
            return list(smbclient.scandir(self._unc(folder), **self._options))

    def pieces_of(self, seen: Seen) -> Iterator[bytes]:
        """Give a file's bytes; others may write, rename and delete it meanwhile. SMBOSError-free: a file that cannot
        be opened raises PermissionError or FileNotFoundError."""
        with _told(self.share), self._file(seen) as file:
            while piece := self._read(file):
                yield piece

    def _read(self, file: Any) -> bytes:
        with self._patience.waiting():
            return bytes(file.read(PIECE))

    @contextlib.contextmanager
    def _file(self, seen: Seen) -> Iterator[Any]:
        try:
            with self._patience.waiting():
                file = smbclient.open_file(
                    self._unc(seen.path), mode="rb", share_access="rwd", buffering=0, **self._options
                )
        except SMBOSError as error:
            if _is_gone(error):
                raise FileNotFoundError(seen.path) from error
            if _is_shut(error):
                raise PermissionError(seen.path) from error
            raise
        try:
            yield file
        finally:
            with self._patience.waiting():
                file.close()

    def is_unchanged(self, seen: Seen) -> bool:
        """Tell whether a file still has the size and time it was seen with."""
        with _told(self.share), self._patience.waiting():
            try:
                now = smbclient.lstat(self._unc(seen.path), **self._options)
            except SMBOSError as error:
                if _is_gone(error) or _is_shut(error):
                    return False
                raise
        modified = dt.datetime.fromtimestamp(now.st_mtime_ns // 1000 / 1_000_000, tz=dt.UTC)
        return now.st_size == seen.size and abs(modified - seen.modified_at) < dt.timedelta(milliseconds=1)

    def access_of(self, seen: Seen) -> Access:
        """Give who may read a file there; UNKNOWN when we may not see its list or cannot understand it."""
        wanted = FilePipePrinterAccessMask.READ_CONTROL | FilePipePrinterAccessMask.FILE_READ_ATTRIBUTES
        with _told(self.share), self._patience.waiting():
            try:
                raw = SMBRawIO(
                    self._unc(seen.path), mode="rb", share_access="rwd", desired_access=wanted, **self._options
                )
                with SMBFileTransaction(raw) as transaction:
                    _ask_for_list(transaction)
                return read_access(transaction.results[0])
            except DamagedError:
                return UNKNOWN
            except SMBOSError as error:
                if _is_gone(error) or _is_shut(error):
                    return UNKNOWN
                raise

    def _unc(self, path: str) -> str:
        parts = [self.share.host, self.share.share, *_parts(self.share.folder), *_parts(path)]
        return "\\\\" + "\\".join(parts)


@contextlib.contextmanager
def open_share(share: Share) -> Iterator[OpenedShare]:
    """Sign in. OutsideError: UNREACHABLE, NOT_SIGNED_IN, NOT_THERE. A server that falls silent is UNREACHABLE after
    SILENT_SECONDS, wherever that happens."""
    connections: dict[str, Any] = {}
    known = {"port": share.port, "connection_cache": connections, "connection_timeout": CONNECT_SECONDS}
    known |= {"username": share.user, "password": share.password}
    with Patience(lambda: _hang_up(connections)) as patience:
        try:
            with _told(share), patience.waiting():
                _connect(share, connections)
                smbclient.register_session(share.host, **known, encrypt=share.is_encrypted or None)
            yield OpenedShare(share, patience, known)
        finally:
            with contextlib.suppress(SMBException, OSError, ValueError), patience.waiting():
                smbclient.reset_connection_cache(fail_on_error=False, connection_cache=connections)


def _connect(share: Share, connections: dict[str, Any]) -> None:
    """Connect under the name by which smbclient looks for it. smbclient itself knows nothing of a connection that
    failed halfway: it would stay open for ever, with a thread that listens."""
    connection = Connection(uuid.uuid4(), share.host, share.port, require_signing=True)
    connections[f"{share.host.lower()}:{share.port}"] = connection
    try:
        connection.connect(timeout=CONNECT_SECONDS)
    except BaseException:
        connection.disconnect(close=False)
        raise


def _hang_up(connections: dict[str, Any]) -> None:
    for connection in list(connections.values()):
        connection.transport.close()


@contextlib.contextmanager
def _told(share: Share) -> Iterator[None]:
    """Say what went wrong in our codes. What has a status of one file's own is for the caller to judge."""
    try:
        yield
    except (SMBAuthenticationError, LogonFailure) as error:
        raise OutsideError(NOT_SIGNED_IN) from error
    except (FileNotFoundError, PermissionError):
        raise
    except SMBOSError as error:
        if _is_gone(error) or _is_shut(error):
            raise
        raise OutsideError(UNREACHABLE) from error
    except (SMBException, OSError, ValueError, EOFError) as error:
        raise OutsideError(UNREACHABLE) from error


def _is_gone(error: SMBOSError) -> bool:
    return error.ntstatus in _GONE or error.errno == errno.ENOENT


def _is_shut(error: SMBOSError) -> bool:
    return error.ntstatus in _SHUT or error.errno == errno.EACCES


def _outside(error: SMBOSError, share: Share) -> OutsideError:
    """Say what a status of the share itself means."""
    if _is_gone(error):
        return OutsideError(NOT_THERE, place="/".join([share.share, *_parts(share.folder)]))
    return OutsideError(NOT_SIGNED_IN if _is_shut(error) else UNREACHABLE)


def _parts(path: str) -> list[str]:
    return [part for part in path.replace("\\", "/").split("/") if part and part not in (".", "..")]


def _is_folder(entry: Any) -> bool:
    attributes = entry.smb_info.file_attributes
    return bool(attributes & _DIRECTORY) and not attributes & _REPARSE_POINT


def _seen(folder: str, entry: Any) -> Seen | PassedOver:
    path, told = f"{folder}/{entry.name}".lstrip("/"), entry.smb_info
    if told.file_attributes & _REPARSE_POINT:  # a link: what it leads to may lie anywhere
        return PassedOver(path, "INGEST-09")
    return Seen(path, told.end_of_file, told.last_write_time, told.change_time, told.file_id)


def _ask_for_list(transaction: SMBFileTransaction) -> None:
    """Add the question for a file's owner and access list ([MS-SMB2] 2.2.37) to a transaction that opens it."""
    question = SMB2QueryInfoRequest()
    question["info_type"] = InfoType.SMB2_0_INFO_SECURITY
    question["output_buffer_length"] = _LONGEST_LIST
    question["additional_information"] = _OWNER_AND_LIST
    question["file_id"] = b"\xff" * 16

    def answer(request: Any) -> bytes:
        response = SMB2QueryInfoResponse()
        response.unpack(transaction.raw.fd.connection.receive(request)["data"].get_value())
        return bytes(response["buffer"].get_value())

    transaction += (question, answer)
