"""Kinds of record: what a file is to a person who looks for it."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# A later room declares its own kinds and config registers them here.
LABELS: dict[str, StrPromise] = {
    "word": _("文書"),
    "sheet": _("表"),
    "slides": _("スライド"),
    "pdf": _("PDF"),
    "mail": _("メール"),
    "conversation": _("会話"),
    "page": _("ページ"),
    "text": _("テキスト"),
    "web": _("ウェブページ"),
    "image": _("画像"),
    "recording": _("録音・録画"),
    "case": _("業務システムの案件"),
    "other": _("そのほか"),
}

_SUFFIXES = {
    "word": "docx docm doc odt rtf jtd dotx",
    "sheet": "xlsx xlsm xls ods csv tsv xltx",
    "slides": "pptx pptm ppt odp ppsx",
    "pdf": "pdf",
    "mail": "eml emlx msg mbox",
    "text": "txt md text log",
    "web": "html htm xhtml mht xml",
    "recording": "wav mp3 m4a aac flac ogg oga opus wma amr aif mp4 m4v mov mkv webm avi wmv flv mpg mpeg 3gp vtt srt",
    "image": "png jpg jpeg tif tiff gif bmp heic webp",
}
KIND_BY_SUFFIX = {f".{suffix}": kind for kind, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}


def kind_of(file_name: str, extractor: str = "") -> str:
    """Tell the kind of record by the reader that understood it, else by its file name."""
    if extractor.startswith("mail/"):
        return "mail"
    if extractor.startswith(("speech/", "whisper-", "transcript/")):
        return "recording"
    return KIND_BY_SUFFIX.get(PurePosixPath(file_name.lower()).suffix, "other")
