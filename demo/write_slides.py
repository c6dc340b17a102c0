"""Write PowerPoint files: titles, bullets, tables, charts, grouped boxes and speaker's notes."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.enum.shapes import MSO_SHAPE
from pptx.util import Cm, Pt

from demo.papers import Chart, Pptx, Slide

KINDS = {"column": XL_CHART_TYPE.COLUMN_CLUSTERED, "line": XL_CHART_TYPE.LINE_MARKERS, "pie": XL_CHART_TYPE.PIE}


def slides_bytes(body: Pptx, at: datetime) -> bytes:
    """Return the bytes of the presentation, its archive still to be repacked."""
    show = Presentation()
    core = show.core_properties
    core.title, core.author, core.created, core.modified = (
        body.title,
        "",
        at.replace(tzinfo=None),
        at.replace(tzinfo=None),
    )
    for slide in body.slides:
        _add(show, slide)
    out = io.BytesIO()
    show.save(out)
    return out.getvalue()


def _add(show: Any, slide: Slide) -> None:
    page = show.slides.add_slide(show.slide_layouts[1 if slide.bullets else 5])
    page.shapes.title.text = slide.title
    if slide.bullets:
        frame = page.placeholders[1].text_frame
        frame.text = slide.bullets[0]
        for bullet in slide.bullets[1:]:
            frame.add_paragraph().text = bullet
    if slide.table:
        _table(page, slide)
    if slide.chart:
        _chart(page, slide.chart)
    _boxes(page, slide)
    if slide.notes:
        page.notes_slide.notes_text_frame.text = slide.notes


def _boxes(page: Any, slide: Slide) -> None:
    if slide.grouped:
        group = page.shapes.add_group_shape()
        for index, text in enumerate(slide.grouped):
            box = group.shapes.add_shape(MSO_SHAPE.RECTANGLE, Cm(1 + index * 5), Cm(12), Cm(4.4), Cm(2))
            box.text_frame.text = text
    for index, text in enumerate(slide.boxes):
        frame = page.shapes.add_textbox(Cm(1.5), Cm(15 + index * 1.4), Cm(21), Cm(1.2)).text_frame
        frame.text = text
        frame.paragraphs[0].font.size = Pt(12)


def _table(page: Any, slide: Slide) -> None:
    rows, columns = len(slide.table), max(len(row) for row in slide.table)
    table = page.shapes.add_table(rows, columns, Cm(1.5), Cm(5), Cm(21), Cm(1 * rows)).table
    for row, values in enumerate(slide.table):
        for column, value in enumerate(values):
            table.cell(row, column).text = (
                "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
            )


def _chart(page: Any, chart: Chart) -> None:
    data: Any = CategoryChartData()  # type: ignore[no-untyped-call]  # python-pptx carries no types
    data.categories = list(chart.categories)
    for name, values in chart.series.items():
        data.add_series(name, list(values))
    drawn = page.shapes.add_chart(KINDS[chart.kind], Cm(2), Cm(4.5), Cm(20), Cm(10), data).chart
    drawn.has_legend = len(chart.series) > 1
    if chart.title:
        drawn.has_title = True
        drawn.chart_title.text_frame.text = chart.title
