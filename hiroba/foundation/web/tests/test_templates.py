"""What holds for every template of every room."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

HIROBA = Path(__file__).resolve().parents[3]
TEMPLATES = sorted(path for path in HIROBA.rglob("templates/**/*.html"))
NAMES = [str(path).split("/templates/")[1] for path in TEMPLATES]

TAG = re.compile(r"{%.*?%}|{#.*?#}", re.DOTALL)
TRANSLATED = re.compile(r"{%\s*blocktranslate.*?{%\s*endblocktranslate\s*%}|{%\s*comment.*?endcomment\s*%}", re.DOTALL)
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
TYPED = re.compile(r"<code>.*?</code>")  # what a person types into the search box is the same in every language
IN_FILTER = re.compile(r'(?<=:)_\("[^"]*"\)')  # {{ title|default:_("…") }}: gettext finds these too
OWN_NAME = re.compile(r"<option[^>]* lang=[^>]*>[^<]*</option>")  # a language is called by its own name
# Written to a file and printed, never served: it carries its own look.
PRINTED = {"administration/slips.html"}
ELEMENT = re.compile(r"<[a-zA-Z][^>]*>")


@pytest.mark.parametrize("name", NAMES)
def test_a_template_can_be_read_by_django(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("name", sorted(set(NAMES) - PRINTED))
def test_nothing_in_a_template_is_blocked_by_the_content_security_policy(name: str) -> None:
    path = TEMPLATES[NAMES.index(name)]
    for element in ELEMENT.findall(TAG.sub("", path.read_text(encoding="utf-8"))):
        assert not re.search(r"\s(style|on[a-z]+)\s*=", element), element
        assert not element.startswith("<style"), element
        assert not element.startswith("<script") or " src=" in element or 'type="application/json"' in element, element
        assert "javascript:" not in element, element


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_all_japanese_in_a_template_can_be_translated(path: Path) -> None:
    left = path.read_text(encoding="utf-8")
    for passed in (TRANSLATED, TAG, TYPED, OWN_NAME, IN_FILTER):
        left = passed.sub("", left)
    assert not JAPANESE.findall(left), [line.strip() for line in left.split("\n") if JAPANESE.search(line)]


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_sharing_is_never_called_by_the_word_for_citizens(path: Path) -> None:
    # 情報公開 is the law by which citizens ask: there the word means what it says.
    assert "公開" not in path.read_text(encoding="utf-8").replace("情報公開", "")
