"""The commands that found an office and take its people in."""

from __future__ import annotations

import argparse
import datetime as dt
import stat
from pathlib import Path

import pytest
from django.conf import settings

from hiroba.features.administration import commands
from hiroba.features.administration.office import create_office
from hiroba.foundation.people.models import Person, Post
from hiroba.foundation.people.sign_ins import digest_of
from hiroba.foundation.refusal import Refusal

pytestmark = pytest.mark.django_db

FILE = """職員番号,ログイン,氏名,ふりがな,メール,部署コード,部署名,上位部署コード,職,区分,開始日,終了日
1001,kimura,木村 直美,きむら なおみ,,0402,子育て支援課,,主任,本務,2024-04-01,
"""


def people_import(file: Path, *more: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    commands.people_arguments(parser)
    return parser.parse_args(["import", str(file), *more])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(FILE, encoding="cp932")
    return path


def test_without_apply_the_command_only_shows(file: Path) -> None:
    result = commands.run_people(people_import(file))
    assert [person["login"] for person in result["persons"]] == ["kimura"]
    assert not result["applied"]
    assert not Person.objects.exists()
    assert "--apply" in commands.say_people(result | {"errors": [], "warnings": []})


def test_slips_are_readable_by_their_owner_only_and_open_the_door(file: Path, tmp_path: Path) -> None:
    target = tmp_path / "out" / "slips.html"
    result = commands.run_people(people_import(file, "--apply", "--slips", str(target)))
    text = target.read_text(encoding="utf-8")
    assert result["slips"] == str(target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    _login, code = (part.split("<")[0] for part in text.split("<code>")[1:])
    assert Person.objects.get(login="kimura").reset_codes.get().digest == digest_of(code)


def test_a_slip_that_cannot_be_written_undoes_the_import(file: Path, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="people"):
        commands.run_people(people_import(file, "--apply", "--slips", str(file / "slips.html")))
    assert not Person.objects.exists()


def test_the_day_may_be_written_in_an_era(file: Path) -> None:
    commands.run_people(people_import(file, "--apply", "--no-slips", "--on", "R9.4.1"))
    assert Post.objects.get().from_on == dt.date(2024, 4, 1)
    assert people_import(file, "--on", "令和9年4月1日").on == dt.date(2027, 4, 1)


def test_a_file_with_a_bad_line_names_it_and_changes_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(FILE + "1002,sato,,,,0402,子育て支援課,,,,,\n", encoding="utf-8")
    with pytest.raises(Refusal):
        commands.run_people(people_import(file, "--apply"))
    assert "3行目" in capsys.readouterr().err
    assert not Person.objects.exists()


def test_an_office_is_founded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "OFFICE_NAME_FILE", tmp_path / "office.json")
    person = create_office("みらい区", "endo", "ながいパスワード")
    assert "みらい区" in (tmp_path / "office.json").read_text(encoding="utf-8")
    assert person.roles.get().role == "administrator"
    with pytest.raises(Refusal) as refused:
        create_office("みらい区", "endo", "ながいパスワード")
    assert refused.value.code == "OFFICE-02"
