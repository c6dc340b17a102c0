"""Small office files made by hand, so that what a test is about is really in them."""

from __future__ import annotations

import zipfile
from pathlib import Path

_TYPES = "application/vnd.openxmlformats-officedocument"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD_SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    f'xmlns:r="{_RELATIONS}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)
_SLIDE_SPACES = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    f'xmlns:r="{_RELATIONS}"'
)
_OPEN_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "draw", "presentation", "style")
) + (
    ' xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
)


def write_zip(path: Path, parts: dict[str, str | bytes]) -> Path:
    """Write a zip file with these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def p(text: str = "", *, style: str = "", inner: str = "") -> str:
    """Give a paragraph of WordprocessingML; `inner` is put after the text as it is."""
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}{r(text) if text else ''}{inner}</w:p>"


def r(text: str, properties: str = "") -> str:
    """Give a run."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def docx(
    path: Path, body: str, parts: dict[str, str] | None = None, extra: dict[str, str | bytes] | None = None
) -> Path:
    """Write a Word file. `parts` maps a kind of relationship ("styles", "footnotes", "header" …) to the inside of its
    root element; a kind may carry a number ("header1") where there are several. `extra` are members as they are."""
    relations, members = "", dict(extra or {})
    for kind, inside in (parts or {}).items():
        name = kind.rstrip("0123456789")
        root = {"header": "hdr", "footer": "ftr"}.get(name, name)
        relations += f'<Relationship Id="{kind}" Type="{_RELATIONS}/{name}" Target="{kind}.xml"/>'
        inner = inside if inside.startswith("<?") else f"<w:{root} {_WORD_SPACES}>{inside}</w:{root}>"
        members[f"word/{kind}.xml"] = inner
    members["word/_rels/document.xml.rels"] = f"<Relationships>{relations}</Relationships>"
    members["word/document.xml"] = f"<w:document {_WORD_SPACES}><w:body>{body}</w:body></w:document>"
    return write_zip(path, package("wordprocessingml.document.main+xml", "word/document.xml") | members)


def package(main_type: str, main: str) -> dict[str, str | bytes]:
    """Give the members every Office Open XML package has."""
    return {
        "[Content_Types].xml": f'<Types><Override PartName="/{main}" ContentType="{_TYPES}.{main_type}"/></Types>',
        "_rels/.rels": f"<Relationships>{relation('m', 'officeDocument', main)}</Relationships>",
    }


def shape(text: str, *, x: int = 0, y: int = 0, placeholder: str = "") -> str:
    """Give a shape of a slide with one paragraph."""
    kind = f'<p:ph type="{placeholder}"/>' if placeholder else ""
    place = f'<p:spPr><a:xfrm><a:off x="{x}" y="{y}"/></a:xfrm></p:spPr>'
    body = f"<p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody>"
    return f"<p:sp><p:nvSpPr><p:nvPr>{kind}</p:nvPr></p:nvSpPr>{place}{body}</p:sp>"


def pptx(
    path: Path,
    *slides: str,
    hidden: int = 0,
    relations: str = "",
    more: str = "",
    extra: dict[str, str | bytes] | None = None,
) -> Path:
    """Write a presentation; each slide is the inside of its shape tree. `hidden` is the number of one hidden slide,
    `relations` the relationships of the first slide, `more` further ones of the presentation."""
    members = dict(extra or {})
    identifiers = targets = ""
    for number, shapes in enumerate(slides, 1):
        show = ' show="0"' if number == hidden else ""
        members[f"ppt/slides/slide{number}.xml"] = (
            f"<p:sld {_SLIDE_SPACES}{show}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>"
        )
        identifiers += f'<p:sldId id="{255 + number}" r:id="s{number}"/>'
        targets += f'<Relationship Id="s{number}" Type="{_RELATIONS}/slide" Target="slides/slide{number}.xml"/>'
    if relations:
        members["ppt/slides/_rels/slide1.xml.rels"] = f"<Relationships>{relations}</Relationships>"
    members["ppt/_rels/presentation.xml.rels"] = f"<Relationships>{targets}{more}</Relationships>"
    members["ppt/presentation.xml"] = (
        f"<p:presentation {_SLIDE_SPACES}><p:sldIdLst>{identifiers}</p:sldIdLst></p:presentation>"
    )
    return write_zip(path, package("presentationml.presentation.main+xml", "ppt/presentation.xml") | members)


def relation(identifier: str, kind: str, target: str, *, is_external: bool = False) -> str:
    """Give one relationship."""
    mode = ' TargetMode="External"' if is_external else ""
    return f'<Relationship Id="{identifier}" Type="{_RELATIONS}/{kind}" Target="{target}"{mode}/>'


def open_document(path: Path, body: str, styles: str = "", extra: dict[str, str | bytes] | None = None) -> Path:
    """Write an OpenDocument file of the kind its name says; `body` is the inside of office:text and its kin."""
    kind = {".odt": "text", ".ods": "spreadsheet", ".odp": "presentation"}[path.suffix]
    content = (
        f"<office:document-content {_OPEN_SPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )
    return write_zip(
        path, {"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": content, **(extra or {})}
    )


def open_styles(inside: str) -> str:
    """Give a styles.xml of an OpenDocument file."""
    return f"<office:document-styles {_OPEN_SPACES}>{inside}</office:document-styles>"
