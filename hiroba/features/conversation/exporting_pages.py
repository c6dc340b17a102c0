"""Conversation as pages to read anywhere, in fifty years too: no scripts, nothing that is fetched from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from hiroba.features.conversation.models import Channel, Thread
from hiroba.features.conversation.queries import Shown
from hiroba.foundation.web.dates import time_in_words
from hiroba.foundation.web.marked_text import to_html

_STYLE = (
    "body{max-width:44rem;margin:2rem auto;padding:0 1rem;font:16px/1.7 sans-serif;overflow-wrap:anywhere}"
    "article{margin:1rem 0;padding-left:1rem;border-left:3px solid #ccc}section{margin:2rem 0}"
    "small{color:#555}.said>*{margin:.25rem 0}img{display:none}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def _head(title: str) -> SafeString:
    return format_html(
        '<!doctype html><html lang="ja"><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{}">'
        '<meta name="viewport" content="width=device-width"><title>{}</title><style>{}</style><h1>{}</h1>\n',
        _POLICY,
        title,
        _STYLE,
        title,
    )


def front_page(office: str, pages: Iterable[tuple[str, Channel]]) -> str:
    """Give the page that leads to each channel's."""
    lines = format_html_join("\n", '<li><a href="{}">{}</a></li>', ((path, channel.name) for path, channel in pages))
    title = _("%(office)s の会話") % {"office": office}
    return format_html(
        "{}<ul>{}</ul><p><small>{}</small></p>", _head(title), lines, _("talk.jsonl は、ひろばにもう一度取り込めます。")
    )


def channel_page(
    channel: Channel, threads: Iterable[tuple[Thread, Iterator[Shown]]], paths: Mapping[int, str]
) -> Iterator[str]:
    """Give a channel's page piece by piece; `paths` are those of the files that came along, from the zip's root."""
    yield _head(channel.name)
    yield format_html("<p>{}</p>\n", channel.purpose)
    for thread, messages in threads:
        yield format_html("<section><h2>{}</h2>\n", thread.topic)
        for shown in messages:
            yield _message(shown, paths)
        yield "</section>\n"


def _message(shown: Shown, paths: Mapping[int, str]) -> SafeString:
    message = shown.message
    edited = _("(直しました)") if message.edited_at and not message.deleted_at else ""
    said = _("この発言は消されました。") if message.deleted_at else to_html(message.body)
    words = "　".join(f"{tally.word} {tally.count}" for tally in shown.tallies)
    files = format_html_join("", "<p>{}</p>", ((_file(paths.get(file.pk, ""), file.name),) for file in shown.files))
    return format_html(
        '<article id="m{}"><small><b>{}</b> {} {}</small><div class="said">{}</div>{}<small>{}</small></article>\n',
        message.pk,
        message.author_name,
        time_in_words(message.sent_at),
        edited,
        said,
        files if not message.deleted_at else "",
        words,
    )


def _file(path: str, name: str) -> SafeString:
    return format_html('<a href="../{}" download>{}</a>', quote(path), name) if path else format_html("{}", name)
