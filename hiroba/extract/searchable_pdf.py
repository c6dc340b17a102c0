"""A PDF of page images with their text invisibly on them: PDF/A-2b (ISO 19005-2), to search, select and keep.

It is put together from images that were drawn confined; they are embedded as they are and decoded by nobody here."""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import ImageCms

_UNITS = 1000  # of the font's em: one character is as wide as it is high
_DESCENT = 0.12  # of a line's height lies below the baseline
_BOX = re.compile(r"page=\d+;box=(-?[\d.]+),(-?[\d.]+),(-?[\d.]+),(-?[\d.]+)")
_UPRIGHT = 1.5  # a line of several characters that is so much higher than wide runs downwards


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page: its size in points, and its image as hiroba.extract.page_images gives it for print."""

    wide: float
    high: float
    content: bytes
    coding: str
    across: int
    down: int
    colours: int


class SearchablePdf:
    """Takes pages one by one; `finished` gives the file."""

    def __init__(self, title: str, made_at: dt.datetime, language: str = "ja-JP") -> None:
        self._pdf = pikepdf.new()
        self._title, self._made_at = title, made_at
        self._characters: dict[str, int] = {}
        self._font = self._pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type0))
        self._pdf.Root.Lang = pikepdf.String(language)

    def add_page(self, sheet: Sheet, lines: Iterable[tuple[str, str]]) -> None:
        """Add a page with its lines: (locator with a box, text). Lines without a box are left out."""
        image = self._pdf.make_stream(sheet.content)
        image.Type, image.Subtype, image.Filter = Name.XObject, Name.Image, Name("/" + sheet.coding)
        image.Width, image.Height = sheet.across, sheet.down
        image.ColorSpace = Name.DeviceGray if sheet.colours == 1 else Name.DeviceRGB
        image.BitsPerComponent = 1 if sheet.coding == "FlateDecode" else 8
        text = "\n".join(filter(None, (self._line(sheet, at, words) for at, words in lines)))
        drawing = f"q {sheet.wide:.2f} 0 0 {sheet.high:.2f} 0 0 cm /I Do Q\n{text}\n"
        page = Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, round(sheet.wide, 2), round(sheet.high, 2)]),
            Resources=Dictionary(XObject=Dictionary(I=image), Font=Dictionary(F=self._font)),
            Contents=self._pdf.make_stream(drawing.encode("ascii")),
        )
        self._pdf.pages.append(pikepdf.Page(self._pdf.make_indirect(page)))

    def finished(self) -> bytes:
        """Give the whole file."""
        self._finish_font()
        self._add_colours()
        self._describe()
        target = io.BytesIO()
        self._pdf.save(target, min_version="1.7", deterministic_id=True, compress_streams=True)
        return target.getvalue()

    def _line(self, sheet: Sheet, locator: str, words: str) -> str:
        found = _BOX.match(locator)
        words = "".join(each for each in words if each.isprintable())
        if found is None or not words:
            return ""
        left, top, wide, high = (float(value) for value in found.groups())
        is_upright = len(words) > 1 and high > _UPRIGHT * wide
        size, length = (wide, high) if is_upright else (high, wide)
        size = max(size, 1.0)
        stretch = max(1.0, 100 * length / (len(words) * size))
        codes = "".join(f"{self._code(each):04x}" for each in words)
        if is_upright:  # not quite: text turned by exactly 90° and without ink is passed over by PDFium
            place = f"0.001 -1 1 0.001 {left + _DESCENT * size:.2f} {sheet.high - top:.2f}"
        else:
            place = f"1 0 0 1 {left:.2f} {sheet.high - top - high + _DESCENT * size:.2f}"
        return f"BT 3 Tr /F {size:.2f} Tf {stretch:.2f} Tz {place} Tm <{codes}> Tj ET"

    def _code(self, character: str) -> int:
        return self._characters.setdefault(character, min(len(self._characters) + 1, 0xFFFF))

    def _finish_font(self) -> None:
        """Say what each code is in Unicode; every code is drawn as the one empty glyph."""
        program = self._pdf.make_stream(glyphless_font())
        program.Length1 = len(glyphless_font())
        descriptor = Dictionary(
            Type=Name.FontDescriptor,
            FontName=Name.HirobaInvisible,
            Flags=4,
            FontBBox=Array([0, 0, _UNITS, _UNITS]),
            ItalicAngle=0,
            Ascent=_UNITS,
            Descent=0,
            CapHeight=_UNITS,
            StemV=80,
            FontFile2=program,
        )
        count = len(self._characters) + 1
        descendant = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=Name.HirobaInvisible,
            CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
            FontDescriptor=self._pdf.make_indirect(descriptor),
            DW=_UNITS,
            CIDToGIDMap=self._pdf.make_stream(b"\0\0" + b"\0\1" * (count - 1)),
        )
        self._font.BaseFont, self._font.Encoding = Name.HirobaInvisible, Name("/Identity-H")
        self._font.DescendantFonts = Array([self._pdf.make_indirect(descendant)])
        self._font.ToUnicode = self._pdf.make_stream(_to_unicode(self._characters))

    def _add_colours(self) -> None:
        profile = self._pdf.make_stream(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
        profile.N = 3
        intent = Dictionary(
            Type=Name.OutputIntent,
            S=Name.GTS_PDFA1,
            OutputConditionIdentifier=b"sRGB",
            RegistryName=b"http://www.color.org",
            Info=b"sRGB IEC61966-2.1",
            DestOutputProfile=profile,
        )
        self._pdf.Root.OutputIntents = Array([self._pdf.make_indirect(intent)])

    def _describe(self) -> None:
        with self._pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=True) as metadata:
            metadata["pdfaid:part"], metadata["pdfaid:conformance"] = "2", "B"
            metadata["dc:title"] = self._title
            metadata["xmp:CreateDate"] = metadata["xmp:ModifyDate"] = self._made_at.isoformat(timespec="seconds")
            metadata["pdf:Producer"] = metadata["xmp:CreatorTool"] = "Hiroba"


def _to_unicode(characters: dict[str, int]) -> bytes:
    rows = [f"<{code:04x}> <{each.encode('utf-16-be').hex()}>" for each, code in characters.items()]
    blocks = [rows[start : start + 100] for start in range(0, len(rows), 100)]
    ranges = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Hiroba-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
        f"{ranges}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")


def glyphless_font() -> bytes:
    """Give a TrueType font of two empty glyphs, an em wide each (OpenType 1.9, the tables a CIDFontType2 needs)."""
    tables = {
        b"glyf": b"\0\0\0\0",
        b"head": struct.pack(
            ">IIIIHHqqhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, _UNITS, 0, 0, 0, 0, _UNITS, _UNITS, 0, 8, 2, 0, 0
        ),
        b"hhea": struct.pack(
            ">IhhhHhhhhhhhhhhhH", 0x10000, _UNITS, 0, 0, _UNITS, 0, 0, _UNITS, 1, 0, 0, 0, 0, 0, 0, 0, 2
        ),
        b"hmtx": struct.pack(">HhHh", _UNITS, 0, _UNITS, 0),
        b"loca": struct.pack(">HHH", 0, 0, 0),
        b"maxp": struct.pack(">IHHHHHHHHHHHHHH", 0x10000, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0),
    }
    head = struct.pack(">IHHHH", 0x10000, len(tables), 64, 2, len(tables) * 16 - 64)
    offset = len(head) + 16 * len(tables)
    entries, bodies = b"", b""
    for name, body in tables.items():
        padded = body + b"\0" * (-len(body) % 4)
        checksum = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        entries += struct.pack(">4sIII", name, checksum, offset + len(bodies), len(body))
        bodies += padded
    return head + entries + bodies
