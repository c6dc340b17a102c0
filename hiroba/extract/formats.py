"""What a file is: by its content first, by the end of its name where content cannot say."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path

from hiroba.extract import cases, compound_file
from hiroba.extract.passages import Trouble

HEAD = 8192  # bytes looked at

READERS = {
    "docx": "word",
    "pptx": "slides",
    "xlsx": "workbook",
    "xls": "old_workbook",
    "odt": "open_document",
    "ods": "open_document",
    "odp": "open_document",
    "rtf": "rich_text",
    "pdf": "pdf",
    "csv": "delimited",
    "case": "cases",
    "calendar": "calendar",
    "text": "plain",
    "html": "page",
    "eml": "mail",
    "archive": "packed",
    "epub": "book",
    "msg": "outlook",
    "mbox": "mailbox",
    "tnef": "tnef",
    "pst": "outlook_store",
    "image": "picture",
    "audio": "speech",
    "video": "speech",
    "transcript": "transcript",
}
"""Format → module of hiroba.extract whose `extract(path)` reads it."""

LATER = frozenset(
    {
        "svg",
        "one",
        "jtd",
    }
)
"""Formats that are recognised and kept, but not read yet (EXTRACT-01). What LibreOffice opens: office.TARGETS."""

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
    (b"BM", "image"),
    (b"\0\0\1\0", "image"),
    (b"ID3", "audio"),
    (b"OggS", "audio"),
    (b"fLaC", "audio"),
    (b"\xff\xfb", "audio"),  # MP3 without a tag before it: layer III of MPEG 1, 2 and 2.5
    (b"\xff\xf3", "audio"),
    (b"\xff\xf2", "audio"),
    (b"\xff\xf1", "audio"),  # AAC
    (b"\xff\xf9", "audio"),
    (b"#!AMR", "audio"),
    (b"caff\0", "audio"),
    (b"FORM", "audio"),
    (b"\x1aE\xdf\xa3", "video"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video"),  # Windows Media, with or without a picture
    (b"FLV\1", "video"),
    (b"\0\0\1\xba", "video"),
    (b"!BDN", "pst"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!\x1a\x07", "archive"),
    (b"\x1f\x8b\x08", "archive"),
    (b"MSCF\0\0\0\0", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ\0", "archive"),
    (b"\x78\x9f\x3e\x22", "tnef"),
    (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d", "one"),
)
_PACKAGES = (
    (re.compile(rb"wordprocessingml\.(?:document|template)\.main|ms-word\.\w+\.macroEnabled\w*\.main"), "docx"),
    (re.compile(rb"spreadsheetml\.(?:sheet|template)\.main|ms-excel\.(?:sheet|template)\.macroEnabled\.main"), "xlsx"),
    (re.compile(rb"presentationml\.\w+\.main|ms-powerpoint\.\w+\.macroEnabled\.main"), "pptx"),
    (re.compile(rb"ms-excel\.sheet\.binary"), "xlsb"),
    (re.compile(rb"ms-visio\.|visio"), "visio"),
)
_STREAMS = (
    ("WordDocument", "doc"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("PowerPoint Document", "ppt"),
    ("__properties_version1.0", "msg"),
    ("VisioDocument", "visio"),
    ("DocumentText", "jtd"),
    ("JSCompDocument", "jtd"),
)
_OPEN_DOCUMENT = re.compile(rb"application/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation)")
_OPEN_SUFFIX = {b"text": "odt", b"spreadsheet": "ods", b"presentation": "odp"}
_LZH = re.compile(rb"..-lh[0-9d]-", re.DOTALL)
_HTML = re.compile(
    rb"\s*(?:<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype\s+html|html|head|body|table|meta)\b", re.I | re.S
)
_OFFICE_XML = re.compile(
    rb"<\?mso-application|urn:schemas-microsoft-com:office:(?:spreadsheet|word)|schemas\.microsoft"
)
_HEADER = re.compile(rb"([!-9;-~]+):[ \t]?.*")
_MAIL_HEADERS = {
    b"from", b"to", b"cc", b"subject", b"date", b"received", b"message-id", b"mime-version", b"return-path",
    b"reply-to", b"delivered-to", b"content-type", b"x-mailer", b"sender",
}  # fmt: skip
_DELIMITED = {".csv", ".tsv", ".tab"}
_TRANSCRIPTS = {".vtt", ".srt"}
_TEXT = {".txt", ".text", ".md", ".markdown", ".log"}
_MAILS = {".eml", ".emlx", ".mht", ".mhtml"}
_PAGES = {".html", ".htm", ".xhtml"}
# A text under one of these names is a damaged file, not a text. Not .xls, .doc: systems export HTML so named.
_NEVER_TEXT = {
    ".docx", ".docm", ".dotx", ".xlsx", ".xlsm", ".xltx", ".pptx", ".pptm", ".ppsx", ".odt", ".ods", ".odp", ".pdf",
    ".ppt", ".msg", ".zip",
}  # fmt: skip


def find_format(path: Path, name: str | None = None) -> str | Trouble:
    """Give the file's format (of READERS, office.TARGETS or LATER), or the Trouble that keeps it from being read.

    `name` is the name people know the file by, where `path` is a stored copy. Nothing is unpacked here."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    suffix = Path(name or path.name).suffix.lower()
    if (name or path.name).endswith(cases.SUFFIX):
        return "case"
    if head.startswith((b"PK\3\4", b"PK\5\6", b"PK\7\x08")):
        return _packed_format(path)
    if head.startswith(compound_file.MAGIC):
        return _compound_format(path)
    return _signed_format(head) or _written_format(head, suffix)


def is_recording(head: bytes) -> bool:
    """Tell by a file's first bytes (12 at least) whether it is sound or film, which may be larger than the rest."""
    return _signed_format(head) in ("audio", "video")


def is_store_of_mails(head: bytes) -> bool:
    """Tell by a file's first bytes whether it is a mailbox or a store of Outlook, as large as recordings."""
    return head.startswith(b"!BDN") or (_is_mailbox(head) and _is_mail(head.partition(b"\n")[2]))


def _packed_format(path: Path) -> str | Trouble:
    try:
        with zipfile.ZipFile(path) as archive:
            if any(member.flag_bits & 0x1 for member in archive.infolist()):
                return "archive"  # locked: its reader asks for the password
            names = set(archive.namelist())
            if "mimetype" in names:
                with archive.open("mimetype") as member:
                    stated = member.read(200)
                found = _OPEN_DOCUMENT.match(stated)
                return _OPEN_SUFFIX[found[1]] if found else "epub" if b"epub" in stated else "archive"
            if "[Content_Types].xml" not in names:
                return "archive"
            with archive.open("[Content_Types].xml") as member:
                types = member.read(1024 * 1024)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError):
        return Trouble("EXTRACT-03")
    return next((kind for pattern, kind in _PACKAGES if pattern.search(types)), "archive")


def _compound_format(path: Path) -> str | Trouble:
    file = compound_file.CompoundFile(path)
    if compound_file.is_encrypted(file):
        return Trouble("EXTRACT-02")
    names = file.names()
    return next((kind for stream, kind in _STREAMS if stream in names), None) or Trouble("EXTRACT-03")


def _signed_format(head: bytes) -> str | None:
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{\\rt"):
        return "rtf"
    if head[:2] in (b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08") and head[2:4] in (
        b"\x04\0",
        b"\x06\0",
        b"\x08\0",
        b"\x10\0",
    ):
        return "xls"  # BIFF records without a compound file around them
    if head[4:8] == b"ftyp":
        return (
            "image"
            if head[8:12] in (b"heic", b"heix", b"heim", b"heis", b"mif1", b"avif")
            else "audio"
            if head[8:11] == b"M4A"
            else "video"
        )
    if head[257:262] == b"ustar" or _LZH.match(head):
        return "archive"
    if head[:4] == b"RIFF":
        return {b"WEBP": "image", b"WAVE": "audio"}.get(head[8:12], "video")
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)


def _written_format(head: bytes, suffix: str) -> str | Trouble:
    """Formats that are text: told apart by how they begin and by their name."""
    if suffix in _NEVER_TEXT:
        return Trouble("EXTRACT-03")
    if suffix in _DELIMITED:
        return "csv"
    if suffix in _TRANSCRIPTS or head.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT"):
        return "transcript"
    if suffix == ".ics":
        return "calendar"
    if suffix in _TEXT:
        return "mbox" if _is_mailbox(head) and _is_mail(head.partition(b"\n")[2]) else "text"
    if suffix in _MAILS:
        return "eml"
    return _told_format(head, suffix) if _is_text(head) else Trouble("EXTRACT-09")


def _told_format(head: bytes, suffix: str) -> str:
    if _is_mailbox(head):
        return "mbox"
    if _is_mail(head) and suffix not in _PAGES:
        return "eml"
    if head.lstrip().startswith(b"<?xml") and _OFFICE_XML.search(head):
        return "excel-xml" if b"Excel.Sheet" in head or b"office:spreadsheet" in head else "word-xml"
    if suffix in _PAGES or _HTML.match(head.removeprefix(b"\xef\xbb\xbf")):
        return "html"
    return "csv" if suffix == ".xls" else "svg" if suffix == ".svg" else "text"


def _is_mailbox(head: bytes) -> bool:
    return bool(re.match(rb"From \S+.*\d\d:\d\d", head))


def _is_mail(head: bytes) -> bool:
    """Whether the first lines are headers (RFC 5322) and at least two of them are those of mail."""
    found: set[bytes] = set()
    for line in head.splitlines()[:80]:
        if not line.strip():
            break
        if line[:1] in b" \t":
            continue
        header = _HEADER.match(line)
        if not header:
            return False
        found.add(header[1].lower())
    return len(found & _MAIL_HEADERS) >= 2


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return True
    strange = sum(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in head)
    zeros = head.count(0)
    if zeros:  # UTF-16 without a mark: every second byte of ASCII and line ends is zero
        return strange == zeros and (
            not any(head[::2]) or head[1::2].count(0) > len(head) // 8 or head[::2].count(0) > len(head) // 8
        )
    return strange <= len(head) // 200
