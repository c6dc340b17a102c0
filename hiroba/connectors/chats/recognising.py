"""Which product a file or folder comes from, by what is in it; and its telling."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from hiroba.connectors.chats.arranging import arranged
from hiroba.connectors.chats.exports import BROKEN, Files, open_files
from hiroba.connectors.chats.telling import NotTaken, Told

OFFICE = "Asia/Tokyo"
PRODUCTS = (
    "hiroba_export",
    "teams_export",
    "slack",
    "mattermost",
    "zulip",
    "teams_saved",
    "chat_tables",
    "mailing_list",
)
"""In the order in which they are asked; each is a module with `is_export` and `tell`."""


def product_of(files: Files) -> str:
    """Give the product whose export this is, "" when it is none that we know."""
    for name in PRODUCTS:
        try:
            if importlib.import_module(f"hiroba.connectors.chats.{name}").is_export(files):
                return name
        except BROKEN:
            continue
    return ""


def tell_unarranged(path: Path, product: str = "", zone: str = OFFICE) -> Iterator[Told]:
    """Tell an export as it comes, in this process. Never raises for what it contains.

    CHATS-10 it is no export that we know, CHATS-12 names in it that lead elsewhere, CHATS-13 and CHATS-14 archives
    that cannot be opened. `zone` is that of logs which do not say theirs."""
    files = open_files(path)
    if isinstance(files, NotTaken):
        yield files
        return
    yield from files.troubles()
    product = product or product_of(files)
    if product not in PRODUCTS:
        yield NotTaken(path.name, "CHATS-10")
        return
    module = importlib.import_module(f"hiroba.connectors.chats.{product}")
    yield from module.tell(files, ZoneInfo(zone))


def tell_here(path: Path, product: str = "", zone: str = OFFICE) -> Iterator[Told]:
    """Tell an export in order, in this process; what strangers sent goes through `confined.tell`."""
    yield from arranged(tell_unarranged(path, product, zone))
