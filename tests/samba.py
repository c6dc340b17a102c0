"""A throw-away samba: a real file server of a test's own, which can be killed in the middle and started again.

It serves as root only (smbd becomes whoever signs in). The share `kyoyu` keeps access lists as POSIX ones, which know
no denial; `kengen` shows the same files and keeps them as Windows does, by Debian's samba-vfs-modules."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import smbclient  # type: ignore[import-untyped]  # smbprotocol's, without types
from smbclient._io import (  # type: ignore[import-untyped]  # as above; there is no public way to set access lists
    SMBFileTransaction,
    SMBRawIO,
)
from smbprotocol.file_info import InfoType
from smbprotocol.open import FilePipePrinterAccessMask, SMB2SetInfoRequest
from smbprotocol.security_descriptor import SIDPacket

from tests.dovecot import free_port

USER, PASSWORD = "root", "mirai-smb-2026"
_FOLDERS = ("private", "lock", "state", "cache", "pid", "log", "rpc", "share")


def _entry(kind: str, sid: str) -> bytes:
    """Write an entry of an access list ([MS-DTYP] 2.4.4.2, 2.4.4.4): reading and what goes with it."""
    identity = SIDPacket()
    identity.from_string(sid)
    packed: bytes = identity.pack()
    head = struct.pack("<BBHI", 1 if kind == "deny" else 0, 0, 8 + len(packed), 0x00120089)
    return head + packed


@dataclass
class Samba:
    """A running smbd with one share, `kyoyu`, whose files lie in `files`."""

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="hiroba-smb-", dir="/tmp")))
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def files(self) -> Path:
        """Give the folder that the share shows."""
        return self.folder / "share"

    def start(self) -> None:
        """Write the configuration and the users where they are new, and start."""
        config = self.folder / "smb.conf"
        if not config.exists():
            for name in _FOLDERS:
                (self.folder / name).mkdir(exist_ok=True)
            self.folder.chmod(0o755)
            config.write_text(self._config())
            self._run("smbpasswd", "-c", str(config), "-L", "-a", "-s", USER, told=f"{PASSWORD}\n{PASSWORD}\n")
            self._run("smbpasswd", "-c", str(config), "-L", "-a", "-s", "www-data", told=f"{PASSWORD}\n{PASSWORD}\n")
        self.process = subprocess.Popen(
            ["smbd", "-F", "--no-process-group", "-s", str(config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + 15
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)
        raise RuntimeError((self.folder / "log" / "log").read_text(errors="replace"))

    def kill(self) -> None:
        """End it and all its connections at once."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None
        shutil.rmtree(self.folder / "pid", ignore_errors=True)
        (self.folder / "pid").mkdir()

    def stop(self) -> None:
        """End it and remove its files."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, path: str, text: str = "", mode: int = 0o600) -> Path:
        """Write a file of www-data's, group 33, as it lies on the server."""
        file = self.files / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text or path)
        self.let_read(path, mode)
        return file

    def let_read(self, path: str, mode: int) -> None:
        """Say by the mode who may read it: 0o400 www-data, 0o040 group 33, 0o004 everybody."""
        entry = pwd.getpwnam("www-data")
        os.chown(self.files / path, entry.pw_uid, entry.pw_gid)
        (self.files / path).chmod(mode)

    def set_list(self, path: str, *entries: tuple[str, str]) -> None:
        """Give a file an access list of ("allow" or "deny", SID) entries to read, over SMB as Windows does it."""
        aces = [_entry(kind, sid) for kind, sid in entries]
        listed = struct.pack("<BBHHH", 2, 0, 8 + sum(map(len, aces)), len(aces), 0) + b"".join(aces)
        question = SMB2SetInfoRequest()
        question["info_type"] = InfoType.SMB2_0_INFO_SECURITY
        question["additional_information"] = 0x4  # DACL_SECURITY_INFORMATION
        question["file_id"] = b"\xff" * 16
        # Revision 1, self-relative with a list, which lies right behind this head ([MS-DTYP] 2.4.6).
        question["buffer"] = struct.pack("<BBHIIII", 1, 0, 0x8004, 0, 0, 0, 20) + listed
        connections: dict[str, Any] = {}
        known = {"port": self.port, "username": USER, "password": PASSWORD, "connection_cache": connections}
        place = f"\\\\127.0.0.1\\kengen\\{path}".replace("/", "\\")
        wanted = FilePipePrinterAccessMask.WRITE_DAC | FilePipePrinterAccessMask.READ_CONTROL
        try:
            raw = SMBRawIO(place, mode="rb", share_access="rwd", desired_access=wanted, **known)
            with SMBFileTransaction(raw) as transaction:
                transaction += (question, raw.fd.connection.receive)
        finally:
            smbclient.reset_connection_cache(fail_on_error=False, connection_cache=connections)

    def sid_of(self, user: str) -> str:
        """Give a user's SID as the server tells it."""
        told = self._run("pdbedit", "-s", str(self.folder / "smb.conf"), "-L", "-v", "-u", user)
        return next(line.split()[-1] for line in told.splitlines() if line.startswith("User SID"))

    def _run(self, *words: str, told: str = "") -> str:
        return subprocess.run(words, input=told, capture_output=True, text=True, check=True).stdout

    def _config(self) -> str:
        at = self.folder
        return f"""
[global]
 server role = standalone server
 smb ports = {self.port}
 interfaces = 127.0.0.1/8
 bind interfaces only = yes
 private dir = {at}/private
 lock directory = {at}/lock
 state directory = {at}/state
 cache directory = {at}/cache
 pid directory = {at}/pid
 ncalrpc dir = {at}/rpc
 log file = {at}/log/log
 disable netbios = yes
 load printers = no
 printcap name = /dev/null
 disable spoolss = yes
 store dos attributes = no
[kyoyu]
 path = {at}/share
 read only = no
[kengen]
 path = {at}/share
 read only = no
 vfs objects = acl_xattr
 acl_xattr:ignore system acls = yes
"""
