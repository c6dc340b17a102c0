"""The personnel system's file: what it changes, when, and that it is all or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pytest
from django.utils import timezone

from hiroba.foundation.changes.models import Change
from hiroba.foundation.people import importing
from hiroba.foundation.people.actions import record_post_changes
from hiroba.foundation.people.importing import apply_import, plan_import
from hiroba.foundation.people.models import Person, Post, RoleGrant, UnitTerm
from hiroba.foundation.people.plan import PersonStep, Plan, PostStep, UnitStep
from hiroba.foundation.people.queries import get_tree, posts_of
from hiroba.foundation.people.rows import parse_day
from hiroba.foundation.people.sign_ins import digest_of
from hiroba.foundation.refusal import Refusal

pytestmark = pytest.mark.django_db

HEADER = "職員番号,ログイン,氏名,ふりがな,メール,部署コード,部署名,上位部署コード,職,区分,開始日,終了日,後継"
KIMURA = "1001,kimura,木村 直美,きむら なおみ,kimura@example.lg.jp,040201,入園係,0402,主任,本務,2024-04-01,,"
SATO = "1002,sato,佐藤 花子,さとう はなこ,,040201,入園係,0402,係長,本務,令和５年４月１日,,"
NAKAGAWA = "1003,nakagawa,中川 誠,なかがわ まこと,,0402,子育て支援課,04,課長,本務,R5.4.1,,"
BUREAU = ",,,,,04,こども部,,,,,,"
OFFICE = [KIMURA, SATO, NAKAGAWA, BUREAU]
APRIL = dt.date(2027, 4, 1)
NOVEMBER = dt.date(2026, 11, 1)


def csv(lines: Iterable[str], encoding: str = "utf-8") -> bytes:
    return "\r\n".join([HEADER, *lines, ""]).encode(encoding)


def take_in(lines: Iterable[str], on: dt.date = NOVEMBER, is_part: bool | None = None) -> Plan:
    plan = plan_import(csv(lines), on, is_part)
    apply_import(plan, None)
    return plan


def units_of(login: str, day: dt.date) -> list[str]:
    return [f"{post.unit.code} {post.title}" for post in posts_of(Person.objects.get(login=login), day)]


def access_changes() -> set[str]:
    ids = Change.objects.filter(kind="access.changed").values_list("subject_id", flat=True)
    return set(Person.objects.filter(pk__in=ids).values_list("login", flat=True))


def test_a_plan_says_what_will_change_and_changes_nothing() -> None:
    plan = plan_import(csv(OFFICE), NOVEMBER)
    assert {change.code for change in plan.units} == {"04", "0402", "040201"}
    assert plan.new_logins == ["kimura", "sato", "nakagawa"]
    assert all(change.step == PostStep.BEGUN for change in plan.posts)
    assert not Person.objects.exists()


def test_an_office_is_taken_in_with_its_tree() -> None:
    take_in(OFFICE)
    assert units_of("kimura", NOVEMBER) == ["040201 主任"]
    assert get_tree(NOVEMBER).path("040201") == ["040201", "0402", "04"]
    assert access_changes() == {"kimura", "sato", "nakagawa"}
    assert Change.objects.filter(kind="people.imported").count() == 1


def test_the_same_file_again_changes_nothing() -> None:
    take_in(OFFICE)
    before = Change.objects.count()
    again = take_in(OFFICE)
    assert again.is_empty
    assert Change.objects.count() == before


def test_names_in_cp932_keep_their_vendor_characters() -> None:
    line = "1009,takahashi,髙橋 ①郎,たかはし,,0402,㈱事業課,04,係員,本務,2024/4/1,,"
    apply_import(plan_import(csv([line, BUREAU], "cp932"), NOVEMBER), None)
    assert Person.objects.get(login="takahashi").name == "髙橋 ①郎"
    assert get_tree(NOVEMBER).name("0402") == "㈱事業課"


def test_a_byte_order_mark_is_no_part_of_the_first_column() -> None:
    assert not plan_import(csv(OFFICE, "utf-8-sig"), NOVEMBER).problems


def test_bytes_in_neither_encoding_are_refused_instead_of_mojibake() -> None:
    with pytest.raises(Refusal) as refused:
        plan_import(b"\xff\xfe\x00\x81", NOVEMBER)
    assert refused.value.code == "PEOPLE-23"


@pytest.mark.parametrize(
    "text", ["2026-04-01", "2026/4/1", "令和8年4月1日", "R8.4.1", "r8.04.01", "２０２６年４月１日", "20260401"]
)
def test_dates_are_read_as_people_write_them(text: str) -> None:
    assert parse_day(text) == dt.date(2026, 4, 1)


def test_the_first_year_of_an_era_is_read() -> None:
    assert parse_day("令和元年5月1日") == dt.date(2019, 5, 1)


def test_each_bad_line_is_named_and_nothing_is_applied() -> None:
    lines = [
        KIMURA,
        "1004,tanaka,田中 健,,,0302,税務課,03,係員,本務,2026年13月1日,,",
        ",mori,森 茂,,,0602,清掃課,06,主任,本務,,,",
        "1005,ogawa,小川 恵,,,0102,DX推進課,01,係長,専任,,,",
    ]
    plan = plan_import(csv(lines), NOVEMBER)
    assert [(problem.line, problem.code) for problem in plan.problems] == [
        (3, "PEOPLE-12"),
        (4, "PEOPLE-11"),
        (5, "PEOPLE-24"),
    ]
    with pytest.raises(Refusal) as refused:
        apply_import(plan, None)
    assert refused.value.code == "PEOPLE-20"
    assert not Person.objects.exists()


def test_a_crash_in_the_middle_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_plan: Plan) -> set[int]:
        raise RuntimeError

    plan = plan_import(csv(OFFICE), NOVEMBER)
    monkeypatch.setattr(importing, "_apply_posts", crash)
    with pytest.raises(RuntimeError):
        apply_import(plan, None)
    assert not Person.objects.exists()
    assert not UnitTerm.objects.exists()
    assert not Change.objects.exists()


def test_a_move_on_the_first_of_april_takes_effect_on_its_day() -> None:
    take_in(OFFICE)
    moved = SATO.replace("040201,入園係,0402", "0401,こども政策課,04").replace("令和５年４月１日", "2027-04-01")
    take_in([KIMURA, moved, NAKAGAWA, BUREAU], APRIL)
    assert units_of("sato", APRIL - dt.timedelta(days=1)) == ["040201 係長"]
    assert units_of("sato", APRIL) == ["0401 係長"]


def test_midnight_records_access_for_those_whose_posts_turn_and_only_once() -> None:
    take_in(OFFICE)
    record_post_changes(NOVEMBER)
    Change.objects.all().delete()
    take_in([KIMURA, SATO.replace("入園係,0402,係長", "入園係,0402,課長補佐"), NAKAGAWA, BUREAU], APRIL)
    assert access_changes() == set()
    assert record_post_changes(APRIL + dt.timedelta(days=2)) == 1, "days missed are caught up"
    assert record_post_changes(APRIL + dt.timedelta(days=2)) == 0
    assert access_changes() == {"sato"}


def test_a_new_title_keeps_the_old_one_in_history() -> None:
    take_in(OFFICE)
    take_in([KIMURA.replace("主任", "係長"), SATO, NAKAGAWA, BUREAU], APRIL)
    assert units_of("kimura", NOVEMBER) == ["040201 主任"]
    assert units_of("kimura", APRIL) == ["040201 係長"]


def test_who_is_absent_from_a_full_file_leaves_the_day_before() -> None:
    take_in(OFFICE)
    RoleGrant.objects.create(person=Person.objects.get(login="sato"), role="archivist", from_on=NOVEMBER)
    plan = take_in([KIMURA, NAKAGAWA, BUREAU], APRIL, is_part=False)
    assert [(change.step, change.login) for change in plan.persons] == [(PersonStep.LEFT, "sato")]
    assert Post.objects.get(person__login="sato").until_on == APRIL - dt.timedelta(days=1)
    assert RoleGrant.objects.get().until_on == APRIL - dt.timedelta(days=1)


def test_a_part_of_a_file_ends_nobody_else() -> None:
    take_in(OFFICE)
    plan = take_in([KIMURA.replace("主任", "係長")], APRIL, is_part=True)
    assert not plan.leaving
    assert units_of("sato", APRIL) == ["040201 係長"]


def test_people_made_by_hand_stay_when_the_file_does_not_name_them() -> None:
    Person.objects.create(login="endo", name="遠藤 光")
    assert not take_in(OFFICE).leaving


def test_a_file_that_names_few_is_read_as_a_list_of_changes() -> None:
    many = [f"2{n:03},p{n},人 {n},,,0402,子育て支援課,04,係員,本務,2024-04-01,," for n in range(30)]
    take_in([*many, BUREAU])
    few = plan_import(csv(many[:20]), APRIL)
    assert [warning.code for warning in few.warnings] == ["PEOPLE-32"]
    assert not few.leaving
    assert plan_import(csv([*many[:25], BUREAU]), APRIL).leaving == 5
    assert plan_import(csv([*many[:20], BUREAU]), APRIL, is_part=False).leaving == 10


def test_the_last_administrator_cannot_be_sent_away() -> None:
    take_in(OFFICE)
    RoleGrant.objects.create(person=Person.objects.get(login="sato"), role="administrator", from_on=NOVEMBER)
    with pytest.raises(Refusal) as refused:
        apply_import(plan_import(csv([KIMURA, NAKAGAWA, BUREAU]), APRIL, is_part=False), None)
    assert refused.value.code == "PEOPLE-22"


def test_a_merged_unit_passes_its_rights_to_its_successor() -> None:
    old = "1010,mori,森 茂,もり しげる,,0602,清掃課,06,主任,本務,2020-04-01,,"
    take_in([old, ",,,,,06,環境部,,,,,,"])
    new = "1010,mori,森 茂,もり しげる,,0603,環境清掃課,06,主任,本務,2027-04-01,,"
    plan = take_in([new, ",,,,,06,環境部,,,,,,", ",,,,,0602,清掃課,06,,,,,0603"], APRIL)
    assert UnitStep.MERGED in {change.step for change in plan.units}
    assert get_tree(NOVEMBER).inherited({"0603"}) == set()
    assert get_tree(APRIL).inherited({"0603"}) == {"0602"}
    assert get_tree(APRIL).name("0602") == "清掃課"


def test_a_unit_renamed_keeps_its_old_name_before_the_day() -> None:
    take_in(OFFICE)
    take_in([line.replace("子育て支援課", "子ども家庭課") for line in OFFICE], APRIL)
    assert list(UnitTerm.objects.filter(unit__code="0402").order_by("from_on").values_list("name", "from_on")) == [
        ("子育て支援課", NOVEMBER),
        ("子ども家庭課", APRIL),
    ]


def test_two_people_may_exchange_their_logins() -> None:
    take_in(OFFICE)
    swapped = [KIMURA.replace(",kimura,", ",sato,"), SATO.replace(",sato,", ",kimura,"), NAKAGAWA, BUREAU]
    take_in(swapped)
    assert Person.objects.get(staff_number="1001").login == "sato"
    assert Person.objects.get(staff_number="1002").login == "kimura"


def test_a_coming_change_of_name_waits_for_its_day() -> None:
    take_in(OFFICE)
    take_in([KIMURA.replace("木村", "田村"), SATO, NAKAGAWA, BUREAU], APRIL)
    assert Person.objects.get(login="kimura").name == "木村 直美"
    record_post_changes(APRIL)
    assert Person.objects.get(login="kimura").name == "田村 直美"


def test_a_plan_that_is_no_longer_true_is_refused() -> None:
    plan = plan_import(csv(OFFICE), NOVEMBER)
    take_in(OFFICE)
    with pytest.raises(Refusal) as refused:
        apply_import(plan, None)
    assert refused.value.code == "PEOPLE-27"


def test_slips_carry_codes_that_outlast_the_day_the_plan_begins() -> None:
    slips = apply_import(plan_import(csv([KIMURA, BUREAU]), APRIL), None, with_slips=True)
    stored = Person.objects.get(login="kimura").reset_codes.get()
    assert [(slip.login, slip.unit) for slip in slips] == [("kimura", "040201")]
    assert stored.digest == digest_of(slips[0].code)
    assert timezone.localdate(stored.expires_at) > APRIL


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([KIMURA, KIMURA.replace("木村 直美", "別人")], "PEOPLE-16"),
        ([KIMURA, SATO.replace(",sato,", ",kimura,")], "PEOPLE-17"),
        ([KIMURA, KIMURA.replace("040201,入園係", "040202,相談係")], "PEOPLE-18"),
        ([KIMURA, SATO.replace("入園係", "別の係")], "PEOPLE-15"),
        ([",,,,,04,甲,05,,,,,", ",,,,,05,乙,04,,,,,"], "PEOPLE-19"),
        (["1001,kimura,木村,,,9999,,,,,,,"], "PEOPLE-14"),
        ([BUREAU, ",,,,,0601,環境課,,,,,,9999"], "PEOPLE-25"),
    ],
)
def test_contradictions_in_the_file_are_named(lines: list[str], code: str) -> None:
    assert code in {problem.code for problem in plan_import(csv(lines), NOVEMBER).problems}
