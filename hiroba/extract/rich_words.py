"""The words of RTF that matter for reading text (RTF 1.9.1)."""

from __future__ import annotations

from hiroba.extract.passages import Kind

CODE_PAGES = {
    0: "cp1252",
    77: "mac_roman",
    78: "shift_jis",
    128: "cp932",
    129: "cp949",
    134: "gb18030",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
}
"""\\fcharsetN of a font → how its bytes are encoded."""

EAST_ASIAN = {"cp932", "cp936", "cp949", "cp950"}
SYMBOL_FONT = 2  # \fcharset2: its letters are pictures

CHARACTERS = {
    "tab": "\t",
    "line": "\n",
    "softline": "\n",
    "emdash": "—",
    "endash": "–",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "bullet": "•",
    "emspace": "\u2003",
    "enspace": "\u2002",
    "qmspace": " ",
    "zwj": "\u200d",
    "zwnj": "\u200c",
}
SYMBOLS = {b"~": "\u00a0", b"_": "-"}

HANGING: dict[str, Kind] = {"footnote": "footnote", "annotation": "comment", "shptxt": "shape"}
"""Destinations whose text follows the block they stand in."""

MARGINS: dict[str, Kind] = {f"header{page}": "header" for page in ("", "l", "r", "f")}
MARGINS |= {f"footer{page}": "footer" for page in ("", "l", "r", "f")}

LOOKED_AT = {"fonttbl", "stylesheet", "revtbl", "info", "fldinst", "atnauthor", "upr"}
"""Destinations that are not text but say something about it."""

ENTERED = {"shpinst", "shp", "listtext", "pntext", "shppict", "ud"}
"""Destinations that are text, or hold some, though a reader that does not know them would skip them."""

SILENT = {
    *("pict", "objdata", "objclass", "objname", "nonshppict", "sp", "shprslt", "do", "formfield", "datafield"),
    *("colortbl", "filetbl", "template", "themedata", "private", "falt", "panose", "fontemb", "keycode"),
    *("nonesttables", "nesttableprops", "bkmkstart", "bkmkend", "xe", "tc", "rxe", "txe", "atnid"),
    *("ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn"),
}
"""Destinations nobody sees."""

FACTS = {"title": "title", "author": "author", "creatim": "created_at", "revtim": "modified_at"}
