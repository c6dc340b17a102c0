"""A throw-away dovecot: a real IMAP server of a test's own, which can be killed in the middle and started again."""

from __future__ import annotations

import contextlib
import grp
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

PASSWORD = "みらい-imap-2026"
CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
mail_location = maildir:{folder}/mail/%u
maildir_very_dirty_syncs = no
first_valid_uid = 1
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
mail_uid = {uid}
mail_gid = {gid}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


def free_port() -> int:
    """Give a port of this machine that nobody uses now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@dataclass
class Dovecot:
    """A running dovecot. Any user's password is PASSWORD; letters are files in a Maildir."""

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="hiroba-imap-", dir="/tmp")))
    port: int = field(default_factory=free_port)
    tls_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    number: int = 0
    user: str = "kouen"  # whose mailbox letters go to

    @property
    def certificate(self) -> Path:
        """Give the certificate that signs itself, as the office's authority would be given."""
        return self.folder / "cert.pem"

    def start(self) -> None:
        """Write the configuration where it is new, and start."""
        self.folder.chmod(0o755)
        if not self.certificate.exists():
            self._make_certificate()
        config = self.folder / "dovecot.conf"
        config.write_text(self._config())
        self.process = subprocess.Popen(
            ["dovecot", "-F", "-c", str(config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as sock:
                if sock.recv(10).startswith(b"* OK"):
                    return
            time.sleep(0.05)
        raise RuntimeError((self.folder / "log").read_text(errors="replace") if (self.folder / "log").exists() else "?")

    def kill(self) -> None:
        """End it and everything it runs, at once: connections break where they are."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None
        shutil.rmtree(self.folder / "run", ignore_errors=True)

    def stop(self) -> None:
        """End it and remove its files."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def deliver(self, content: bytes, folder: str = "") -> Path:
        """Put a letter into the user's folder as a delivery agent does."""
        self.number += 1
        new = self.folder / "mail" / self.user / (f".{folder}" if folder else "") / "new"
        for place in (new, new.parent / "cur", new.parent / "tmp"):
            place.mkdir(parents=True, exist_ok=True)
        path = new / f"{int(time.time())}.M{self.number:06d}P1.test"
        path.write_bytes(content)
        if os.getuid() == 0:
            for place in (self.folder / "mail", *(self.folder / "mail").rglob("*")):
                os.chown(place, *_owner())
        return path

    def _make_certificate(self) -> None:
        words = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
        words += " -addext subjectAltName=DNS:localhost,IP:127.0.0.1"
        where = ["-keyout", str(self.folder / "key.pem"), "-out", str(self.certificate)]
        subprocess.run([*words.split(), *where], check=True, capture_output=True)

    def _config(self) -> str:
        uid, gid = _owner()
        user, group = pwd.getpwuid(uid).pw_name, grp.getgrgid(gid).gr_name
        known = {"folder": self.folder, "port": self.port, "tls_port": self.tls_port, "password": PASSWORD}
        return CONFIG.format(**known, uid=uid, gid=gid, user=user, group=group)


def _owner() -> tuple[int, int]:
    """Give whose the letters are: dovecot serves no mail of root's."""
    if os.getuid():
        return os.getuid(), os.getgid()
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid
