"""The product speaks English wherever it speaks: the catalogue is complete, and a page in English shows no Japanese
but names and what people wrote."""

from __future__ import annotations

import ast
import gettext
import os
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from django.test import Client

from config.catalogue import PO, compile_catalogue, find_faults, load
from hiroba.features.guide.pages import NAMES as GUIDE
from hiroba.foundation.web.words import CATALOGUE
from tests.world import PEOPLE, UNITS, World

ROOT = Path(__file__).resolve().parents[2]
JAPANESE = re.compile(r"[\u3040-\u309f\u30a0-\u30fa\u30fc-\u30ff\u4e00-\u9fff]+")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
# What stays Japanese inside an English sentence, and on an English page only as names of the test's office.
COLUMNS = "職員番号|ログイン|氏名|上位部署コード|部署コード|部署名|職|区分|開始日|終了日|後継|本務|兼務"
WRITTEN_BY_PEOPLE = "令和|年度|年|月|日本語|日|認可外"
ALLOWED = re.compile(f"{COLUMNS}|{WRITTEN_BY_PEOPLE}")
NAMES = (
    {"窓口改善"}
    | {name for name, _ in UNITS.values()}
    | set(" ".join(word for person in PEOPLE.values() for word in person).split())
)
NAMES_SHOWN = re.compile("|".join(sorted(NAMES, key=len, reverse=True)))
# Commands print Japanese to the operator's terminal; dates and the reference make each language by themselves.
SPEAKS_BY_ITSELF = {"commands.py", "commands_sources.py", "doctor.py", "backup.py", "dates.py", "reference.py"}
# Not words: the name of a font, and the order in which a list counts.
NO_WORDS = {ROOT / "hiroba" / "features" / "writing" / "export.py"}
# Labels that the screens of other rooms show.
SHOWN_ELSEWHERE = ("ingest/models.py", "foundation/people/models.py", "foundation/changes/acts.py")
SCREENS = {
    "kimura": "/ /search/ /folders/ /intake/ /units/ /units/0402/ /people/sato/ /account/ /account/password/ "
    "/account/sessions/ /account/tokens/ /talk/ /talk/waiting/ /talk/bookmarks/ /talk/scheduled/",
    "endo": "/administration/state/ /administration/people/ /administration/people/import/ /administration/units/ "
    "/administration/teams/",
}


def translations() -> list[tuple[str, str]]:
    """List (msgid, msgstr), each plural form beside its own msgid."""
    pairs: list[tuple[str, str]] = []
    for message in load(PO):
        if message.id:
            ids, strings = _forms(message.id), _forms(message.string)
            pairs += zip(ids, strings, strict=True)
    return pairs


def _forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def test_every_japanese_string_has_its_english_and_no_english_is_left_over() -> None:
    if shutil.which("xgettext") is None and not os.environ.get("CI"):
        pytest.skip("xgettext is not installed (apt install gettext)")
    assert find_faults() == []


def test_a_string_without_english_or_no_longer_said_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    said = load(PO)
    said.add("まだ英語のない文")
    said.delete("さがす")
    monkeypatch.setattr("config.catalogue.gathered", lambda: said)
    assert find_faults() == ["no English for: まだ英語のない文", "no longer said: さがす"]


def test_both_languages_have_the_same_placeholders() -> None:
    wrong = [
        japanese
        for japanese, english in translations()
        if Counter(PLACEHOLDER.findall(japanese)).keys() != Counter(PLACEHOLDER.findall(english)).keys()
    ]
    assert wrong == []


def test_english_sentences_have_no_japanese_but_what_is_listed() -> None:
    assert [english for _, english in translations() if JAPANESE.search(ALLOWED.sub("", english))] == []


def test_sharing_is_never_called_publishing() -> None:
    assert [english for _, english in translations() if re.search(r"\bpubli(?:sh|c)", english, re.I)] == []
    # 情報公開 is the law by which citizens ask: the one place where that word says what it means.
    assert [japanese for japanese, _ in translations() if "公開" in japanese.replace("情報公開", "")] == []


def test_the_compiled_catalogue_counts_as_english_does() -> None:
    with compile_catalogue().open("rb") as file:
        english = gettext.GNUTranslations(file)
    one = "%(count)s件を読み取っています。画面を閉じても続きます。"
    assert english.ngettext(one, one, 1).startswith("%(count)s file is")
    assert english.ngettext(one, one, 3).startswith("%(count)s files are")
    assert english.gettext("さがす") == "Search"


def test_a_stale_compiled_catalogue_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "django.po"
    source.write_bytes(PO.read_bytes())
    monkeypatch.setattr("config.catalogue.PO", source)
    made = compile_catalogue()
    made.write_bytes(b"")
    os.utime(made, (1, 1))
    assert compile_catalogue().read_bytes() == compile_catalogue().read_bytes() != b""


def test_each_code_speaks_both_languages() -> None:
    from django.utils import translation

    with translation.override("en"):
        english = {code: str(wording.text) for code, wording in CATALOGUE.items()}
    assert {code for code, text in english.items() if JAPANESE.search(ALLOWED.sub("", text))} == set()


def test_japanese_words_for_people_are_wrapped_for_translation() -> None:
    """A page that shows a bare string can never speak English."""
    rooms = ("features", "foundation/web", "foundation/access")
    modules = [path for room in rooms for path in sorted((ROOT / "hiroba" / room).rglob("*.py"))]
    modules += [ROOT / "hiroba" / name for name in SHOWN_ELSEWHERE]
    passed = {"tests", "migrations", *SPEAKS_BY_ITSELF}
    said = [path for path in modules if not passed & set(path.parts) and path not in NO_WORDS]
    bare = [f"{path.relative_to(ROOT)}: {text}" for path in said for text in bare_strings(path)]
    assert bare == []


def bare_strings(path: Path) -> list[str]:
    """List Japanese strings of a module that are neither docstrings nor inside a gettext call."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    passed = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"_", "gettext", "gettext_lazy", "ngettext"}:
            passed |= {id(inside) for inside in ast.walk(node)}
    strings = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return [node.value for node in strings if id(node) not in passed and JAPANESE.search(ALLOWED.sub("", node.value))]


def test_a_bare_string_is_found_where_there_is_one(tmp_path: Path) -> None:
    path = tmp_path / "views.py"
    path.write_text('"""説明"""\nsaid = _("包んだ文")\nbare = "裸の文"\n', encoding="utf-8")
    assert bare_strings(path) == ["裸の文"]


def words_shown(html: str) -> str:
    """Give the text and the spoken attributes of a page, without names, examples (code) and other languages."""
    html = re.sub(r"<(script|style|code|dt)\b.*?</\1>", " ", html, flags=re.S)
    html = re.sub(r"<(\w+)[^>]*\blang=\"ja\"[^>]*>.*?</\1>", " ", html, flags=re.S)
    spoken = re.findall(r"(?:aria-label|title|placeholder|data-\w+|alt)=\"([^\"]*)\"", html)
    return re.sub(r"<[^>]+>", " ", html) + " ".join(spoken)


@pytest.mark.parametrize("address", ["/sign-in/", "/help/", *(f"/help/{name}/" for name in GUIDE)])
def test_pages_for_everybody_are_english_to_an_english_browser(address: str, db: None) -> None:
    html = Client().get(address, headers={"accept-language": "en"}).content.decode()
    assert '<html lang="en"' in html
    if not address.startswith("/help/") or address == "/help/":
        assert JAPANESE.findall(words_shown(html)) == []


@pytest.mark.parametrize(("login", "address"), [(who, each) for who, all_ in SCREENS.items() for each in all_.split()])
def test_screens_are_english_to_an_english_browser(login: str, address: str, world: World) -> None:
    client = Client()
    client.force_login(world.people[login])
    html = client.get(address, headers={"accept-language": "en"}).content.decode()
    assert '<html lang="en"' in html
    assert JAPANESE.findall(ALLOWED.sub("", NAMES_SHOWN.sub("", words_shown(html)))) == []


@pytest.mark.parametrize("accepted", ["", "ja", "fr", "zh-CN,ko;q=0.8"])
def test_everybody_else_is_spoken_to_in_japanese(accepted: str, db: None) -> None:
    html = Client().get("/sign-in/", headers={"accept-language": accepted}).content.decode()
    assert '<html lang="ja"' in html
    assert "サインイン" in html


def test_what_a_person_chose_counts_more_than_the_browser(world: World) -> None:
    world.kimura.language = "ja"
    world.kimura.save()
    client = Client()
    client.force_login(world.kimura)
    assert '<html lang="ja"' in client.get("/search/", headers={"accept-language": "en"}).content.decode()
