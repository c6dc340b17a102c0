"""Turn papers into real files: the same paper gives the same bytes on every machine and every run."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from email.header import Header
from email.mime.application import MIMEApplication
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr, parseaddr
from pathlib import Path
from typing import Any

from demo.papers import Body, Csv, Docx, Html, Image, Mail, Paper, Pdf, Pptx, Scan, Text, Xlsx
from demo.people import MAIL_DOMAIN, address
from demo.write_excel import excel_bytes
from demo.write_print import image_bytes, pdf_bytes, scan_bytes
from demo.write_slides import slides_bytes
from demo.write_word import word_bytes

# Signs that Windows and the standards put at different code points.
TO_CP932 = str.maketrans({"〜": "～", "—": "―", "−": "－"})
TO_JIS = str.maketrans({"～": "〜", "―": "—", "－": "−"})
STAMPS = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")


def write_paper(folder: Path, paper: Paper) -> Path:
    """Write the paper under the folder with its modification time; return the path."""
    target = folder / paper.path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(render(paper.body, paper.at, target.name))
    os.utime(target, (paper.at.timestamp(), paper.at.timestamp()))
    return target


def render(body: Body, at: datetime, name: str) -> bytes:
    """Return the bytes of a body as a file of that name, dated `at`."""
    for kind, writer in WRITERS.items():
        if isinstance(body, kind):
            return writer(body, at, name)
    raise TypeError(f"no writer for {type(body).__name__}")


def _packed(data: bytes, at: datetime) -> bytes:
    """Repack an Office file so that no clock but the paper's own is inside."""
    out = io.BytesIO()
    moment = (at.year, at.month, at.day, at.hour, at.minute, 0)
    stamp = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            content = old.read(entry)
            if entry == "docProps/core.xml":
                content = STAMPS.sub(rb"\g<1>" + stamp + rb"\g<2>", content)
            elif entry.endswith(".xlsx"):
                content = _packed(content, at)
            info = zipfile.ZipInfo(entry, moment)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, content)
    return out.getvalue()


def _word(body: Docx, at: datetime, name: str) -> bytes:
    return _packed(word_bytes(body, at), at)


def _excel(body: Xlsx, at: datetime, name: str) -> bytes:
    return _packed(excel_bytes(body, at), at)


def _slides(body: Pptx, at: datetime, name: str) -> bytes:
    return _packed(slides_bytes(body, at), at)


def _pdf(body: Pdf, at: datetime, name: str) -> bytes:
    return pdf_bytes(body)


def _image(body: Image, at: datetime, name: str) -> bytes:
    return image_bytes(body, name)


def _scan(body: Scan, at: datetime, name: str) -> bytes:
    return scan_bytes(body)


def encode(text: str, encoding: str) -> bytes:
    """Encode as an office's programs would; a sign the encoding lacks is an error of the story."""
    if encoding == "cp932":
        text = text.translate(TO_CP932)
    elif encoding in ("iso2022_jp", "euc_jp"):
        text = text.translate(TO_JIS)
    return text.encode(encoding)


def _text(body: Text, at: datetime, name: str) -> bytes:
    newline = "\r\n" if body.encoding != "utf-8" else "\n"
    return encode(body.text.strip("\n").replace("\n", newline) + newline, body.encoding)


def _csv(body: Csv, at: datetime, name: str) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=body.delimiter, lineterminator="\r\n")
    for row in body.rows:
        writer.writerow(
            ["" if cell is None else f"{cell:%Y/%m/%d}" if isinstance(cell, date) else cell for cell in row]
        )
    return encode(out.getvalue(), body.encoding)


def _html(body: Html, at: datetime, name: str) -> bytes:
    head = f'<head>\n<meta charset="utf-8">\n<title>{body.title}</title>\n</head>'
    return f'<!DOCTYPE html>\n<html lang="ja">\n{head}\n<body>\n{body.text.strip()}\n</body>\n</html>\n'.encode()


# --- mail ------------------------------------------------------------------------------------


def _mail(body: Mail, at: datetime, name: str) -> bytes:
    key = body.key or _digest(f"{body.subject}{at.isoformat()}{name}")
    charset = body.encoding
    words = body.text.strip("\n") + "\n"
    if charset == "iso-2022-jp":
        words = words.translate(TO_JIS)
    text = MIMEText(words, "plain", charset)
    message: MIMEBase = text
    if body.attachments:
        message = MIMEMultipart("mixed", boundary=f"=_{_digest(key)}")
        message.attach(text)
        for attachment in body.attachments:
            message.attach(_attached(attachment.name, render(attachment.body, at, attachment.name)))
    message["From"] = _address(body.sender, charset)
    message["To"] = ", ".join(_address(who, charset) for who in body.to)
    if body.cc:
        message["Cc"] = ", ".join(_address(who, charset) for who in body.cc)
    message["Subject"] = Header(body.subject, charset, header_name="Subject")  # type: ignore[assignment]  # the stub knows only str
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{key}@mail.{MAIL_DOMAIN}>"
    if body.in_reply_to:
        message["In-Reply-To"] = message["References"] = f"<{body.in_reply_to}@mail.{MAIL_DOMAIN}>"
    return message.as_bytes()


def _attached(name: str, data: bytes) -> MIMEApplication:
    part = MIMEApplication(data)
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
    return part


def _address(who: str, charset: str) -> str:
    return formataddr(parseaddr(address(who)), charset)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]


WRITERS: dict[type, Callable[[Any, datetime, str], bytes]] = {
    Docx: _word,
    Xlsx: _excel,
    Pptx: _slides,
    Pdf: _pdf,
    Mail: _mail,
    Text: _text,
    Csv: _csv,
    Html: _html,
    Image: _image,
    Scan: _scan,
}
