import ast
import re
from pathlib import Path
from string import Formatter

from hiroba.foundation.web.reference import ERRORS_PATH, errors_document
from hiroba.foundation.web.wordings import CATALOGUE
from hiroba.foundation.web.words import say, status_of

ROOT = Path(__file__).resolve().parents[4]
CODE = re.compile(r"^[A-Z]+-\d\d$")
# A code is any such literal in our own code, whoever says it: Refusal("…"), Trouble("…"), a constant, a choice of two.
LITERAL = re.compile(r"""["']([A-Z]{3,}-\d\d)["']""")
NOT_CODES = {"UTF-16", "UTF-32", "UTF-08"}


def codes_in_use() -> dict[str, str]:
    found: dict[str, str] = {}
    for folder in ("hiroba", "config"):
        for path in (ROOT / folder).rglob("*.py"):
            if "tests" in path.parts or "wordings" in path.parts:
                continue
            for code in LITERAL.findall(path.read_text(encoding="utf-8")):
                found[code] = str(path.relative_to(ROOT))
    return {code: where for code, where in found.items() if code not in NOT_CODES}


def test_every_code_that_is_used_has_words() -> None:
    without = {code: where for code, where in codes_in_use().items() if code not in CATALOGUE}
    assert not without


def test_the_search_for_codes_finds_those_that_are_chosen_between() -> None:
    assert {"ACCESS-01", "GATE-02", "ACCESS-03"} <= codes_in_use().keys()


def test_the_list_of_codes_in_the_operating_manual_is_current() -> None:
    assert ERRORS_PATH.read_text(encoding="utf-8") == errors_document(), (
        "write it anew: python -m hiroba.foundation.web.reference"
    )


def test_every_sentence_is_plain_and_says_what_to_do() -> None:
    for code, wording in CATALOGUE.items():
        text = str(wording.text)
        assert CODE.match(code), code
        assert text.endswith("。"), code
        assert "エラーが発生" not in text and "公開" not in text, code
        assert 400 <= wording.status < 600, code


def test_what_a_person_can_act_on_says_more_than_one_thing() -> None:
    for code, wording in CATALOGUE.items():
        assert str(wording.text).count("。") >= 2, f"{code}: what happened, what is safe, what to do"


def test_parameters_are_put_in_and_the_code_stands_behind() -> None:
    assert "上限 300 MB" in say("INGEST-04", {"limit_mb": 300})
    assert say("INGEST-04", {"limit_mb": 300}).endswith("(INGEST-04)")


def test_a_missing_parameter_never_breaks_the_answer() -> None:
    assert "{limit_mb}" in say("INGEST-04")


def test_braces_in_a_parameter_are_left_alone() -> None:
    assert "「{x} {0}」" in say("PEOPLE-01", {"login": "{x} {0}"})


def test_an_unknown_code_is_still_an_answer() -> None:
    assert say("NOBODY-99").endswith("(NOBODY-99)")
    assert status_of("NOBODY-99") == 400


def uses_with_parameters() -> list[tuple[str, set[str], str]]:
    """Every call whose first argument is a code: the code, the names of the parameters given, and where."""
    found = []
    for path in sorted([*(ROOT / "hiroba").rglob("*.py"), *(ROOT / "config").rglob("*.py")]):
        if "tests" in path.parts or "wordings" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                code = str(node.args[0].value)
                if CODE.match(code) and code in CATALOGUE and not any(key.arg is None for key in node.keywords):
                    found.append((code, _given(node), f"{path.relative_to(ROOT)}:{node.lineno}"))
    return found


def _given(call: ast.Call) -> set[str]:
    dicts = [each for each in call.args[1:] if isinstance(each, ast.Dict)]
    keys = {str(key.value) for each in dicts for key in each.keys if isinstance(key, ast.Constant)}
    return keys | {str(keyword.arg) for keyword in call.keywords}


def test_every_use_of_a_code_gives_what_its_sentence_needs() -> None:
    missing = [
        (code, where, needed - given)
        for code, given, where in uses_with_parameters()
        if (needed := {name for _, name, _, _ in Formatter().parse(str(CATALOGUE[code].text)) if name}) - given
    ]
    assert not missing
