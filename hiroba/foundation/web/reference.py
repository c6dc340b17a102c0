"""docs/operate/errors.md, written from the catalogue so that it cannot fall behind.

Write it anew with `python -m hiroba.foundation.web.reference`."""

from __future__ import annotations

from pathlib import Path

from django.utils import translation

from hiroba.foundation.web.wordings import CATALOGUE

ERRORS_PATH = Path(__file__).resolve().parents[3] / "docs" / "operate" / "errors.md"

HEAD = """# 記号の一覧

画面、命令、API が「できませんでした」と言うときの記号です。
どの文も、何が起きたか、何が無事か、何をすればよいか、の順です。
`{…}` には、その時の値が入ります。HTTP は、同じ記号を API や画面が返すときの番号です。

この文書は `hiroba/foundation/web/wordings/` から作られます。
手で直さず、`python -m hiroba.foundation.web.reference` で作り直してください。
"""


def errors_document() -> str:
    """Give the whole document: one heading a code, in the order of the codes."""
    with translation.override("ja"):
        parts = [
            f"\n## {code}\n\n{wording.text}\n\nHTTP {wording.status}\n" for code, wording in sorted(CATALOGUE.items())
        ]
    return HEAD + "".join(parts)


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    ERRORS_PATH.parent.mkdir(parents=True, exist_ok=True)
    ERRORS_PATH.write_text(errors_document(), encoding="utf-8")
