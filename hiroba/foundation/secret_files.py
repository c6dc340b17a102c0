"""Passwords for the world outside: a small file each in HIROBA_HOME/secrets, in no database, log or page."""

from __future__ import annotations

import os
import re
from pathlib import Path

from django.conf import settings

from hiroba.foundation.refusal import Refusal

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")


def secrets_folder() -> Path:
    """Give the folder where secrets lie; it may not be there yet."""
    return Path(settings.HOME) / "secrets"


def is_secret_name(name: str) -> bool:
    """Tell whether a secret may be called so: small letters, digits, dots and hyphens, no way out of the folder."""
    return _NAME.fullmatch(name) is not None


def keep_secret(name: str, value: str) -> None:
    """Write a secret, readable by the office's own user only; an earlier one of that name is replaced whole."""
    path = _path(name)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_name(f".{name}.part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(value)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def read_secret(name: str) -> str:
    """Give a secret without the line's end an editor may have put there; SOURCE-12 when it is not there."""
    try:
        return _path(name).read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise Refusal("SOURCE-12", name=name) from error


def has_secret(name: str) -> bool:
    """Tell whether there is such a secret."""
    return _path(name).exists()


def forget_secret(name: str) -> None:
    """Remove a secret, if it is there."""
    _path(name).unlink(missing_ok=True)


def _path(name: str) -> Path:
    if not is_secret_name(name):
        raise Refusal("SOURCE-12", name=name)
    return secrets_folder() / name
