"""A throw-away samba: a real file server of a test's own, which can be killed in the middle and started again.

It serves as root only (smbd becomes whoever signs in), and keeps access lists as POSIX ones: without Debian's
samba-vfs-modules there are no denials on it, so those are tested with descriptors made by hand."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.dovecot import free_port

USER, PASSWORD = "root", "mirai-smb-2026"
_FOLDERS = ("private", "lock", "state", "cache", "pid", "log", "rpc", "share")


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
"""
