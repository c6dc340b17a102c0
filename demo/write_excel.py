"""Write Excel files as offices keep them: addresses, merges, era dates, comments, hidden parts, one character a cell, drawn boxes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Side
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string, get_column_letter, range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from demo.papers import Sheet, Xlsx

ERA = '[$-411]ggge"年"m"月"d"日"'
THIN = Side(style="thin", color="808080")
BORDER = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def excel_bytes(body: Xlsx, at: datetime) -> bytes:
    """Return the bytes of the workbook, its archive still to be repacked."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.title = body.title
    book.properties.creator = ""
    for sheet in body.sheets:
        _fill(book.create_sheet(sheet.name), sheet)
    out = io.BytesIO()
    book.save(out)
    data = out.getvalue()
    for number, sheet in enumerate(body.sheets, start=1):
        if sheet.shapes:
            data = _with_shapes(data, number, sheet.shapes)
    return data


def _fill(page: Worksheet, sheet: Sheet) -> None:
    letter, top = coordinate_from_string(sheet.start)
    left = column_index_from_string(letter)
    for row, values in enumerate(sheet.rows):
        for column, value in enumerate(values):
            if value is not None:
                _put(page, row + top, column + left, value)
    for address, value in sheet.cells.items():
        letter, row = coordinate_from_string(address)
        _put(page, row, column_index_from_string(letter), value)
    for address, text in sheet.grid.items():
        letter, row = coordinate_from_string(address)
        for offset, character in enumerate(text):
            _put(page, row, column_index_from_string(letter) + offset, character)
            page.column_dimensions[get_column_letter(column_index_from_string(letter) + offset)].width = 2.6
    _dress(page, sheet)


def _put(page: Worksheet, row: int, column: int, value: object) -> None:
    cell = page.cell(row, column)
    if isinstance(value, datetime):
        value = value.replace(tzinfo=None)
    cell.value = value  # type: ignore[assignment]  # the stub names fewer values than openpyxl takes
    cell.border = BORDER


def _dress(page: Worksheet, sheet: Sheet) -> None:
    for merge in sheet.merges:
        page.merge_cells(merge)
        page[merge.split(":")[0]].alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    for area, number_format in sheet.formats.items():
        _format(page, area, ERA if number_format == "era" else number_format)
    for address, text in sheet.comments.items():
        by = text.split("：")[0] if "：" in text[:8] else ""
        page[address].comment = Comment(text, by, height=90, width=240)
    for column, width in sheet.widths.items():
        page.column_dimensions[column].width = width
    for column in sheet.hidden_columns:
        page.column_dimensions[column].hidden = True
    for row in sheet.hidden_rows:
        page.row_dimensions[row].hidden = True
    if sheet.hidden:
        page.sheet_state = "hidden"


def _format(page: Worksheet, area: str, number_format: str) -> None:
    left, top, right, bottom = range_boundaries(area)
    for row in page.iter_rows(top or 1, bottom or page.max_row, left, right):
        for cell in row:
            if not isinstance(cell, MergedCell):
                cell.number_format = number_format


def _with_shapes(data: bytes, number: int, texts: Sequence[str]) -> bytes:
    """Add a drawing with one box per text to a sheet; openpyxl writes none itself."""
    sheet = f"xl/worksheets/sheet{number}.xml"
    relations = f"xl/worksheets/_rels/sheet{number}.xml.rels"
    drawing = f"/xl/drawings/drawing9{number}.xml"
    link = f'<Relationship Id="rIdBox" Type="{OFFICE_RELATION}/drawing" Target="{drawing}"/>'
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    page = parts[sheet].decode()
    mark = f'<drawing xmlns:r="{OFFICE_RELATION}" r:id="rIdBox"/>'
    place = "<legacyDrawing" if "<legacyDrawing" in page else "</worksheet>"
    parts[sheet] = page.replace(place, mark + place, 1).encode()
    links = parts.get(relations, f'<Relationships xmlns="{RELATIONSHIPS}"></Relationships>'.encode()).decode()
    parts[relations] = links.replace("</Relationships>", link + "</Relationships>").encode()
    types = parts["[Content_Types].xml"].decode()
    kind = f'<Override PartName="{drawing}" ContentType="application/vnd.openxmlformats-officedocument.drawing+xml"/>'
    parts["[Content_Types].xml"] = types.replace("</Types>", kind + "</Types>").encode()
    parts[drawing[1:]] = _drawing(texts).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return out.getvalue()


def _drawing(texts: Sequence[str]) -> str:
    boxes = "".join(
        f"<xdr:twoCellAnchor><xdr:from><xdr:col>7</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{1 + index * 5}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>"
        f"<xdr:to><xdr:col>11</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{5 + index * 5}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to>"
        f'<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="{index + 2}" name="角丸四角形 {index + 1}"/><xdr:cNvSpPr/></xdr:nvSpPr>'
        '<xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="2000000" cy="700000"/></a:xfrm><a:prstGeom prst="roundRect"><a:avLst/></a:prstGeom></xdr:spPr>'
        f"<xdr:txBody><a:bodyPr/><a:p><a:r><a:t>{escape(text)}</a:t></a:r></a:p></xdr:txBody></xdr:sp><xdr:clientData/></xdr:twoCellAnchor>"
        for index, text in enumerate(texts)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<xdr:wsDr xmlns:xdr="{DRAWING}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">{boxes}</xdr:wsDr>'
    )
