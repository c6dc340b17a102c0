"""A recording beside its text: played from the cited second to those who may read it, as nothing but a recording."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hiroba.archive import actions
from hiroba.archive.arrivals import Arrival, keep_arrival, link_records
from hiroba.archive.gate import examine
from hiroba.archive.models import Correction, Record
from hiroba.archive.originals import add_original, store_bytes
from hiroba.archive.reanchoring import reapply
from hiroba.extract.passages import Extraction, Mark, Passage, Span
from hiroba.extract.tests.sounds import SAMPLE
from hiroba.features.reading.recordings import seconds_of
from hiroba.foundation.access.principals import EVERYONE, of_unit
from hiroba.foundation.changes.journal import flush_journal
from hiroba.foundation.changes.models import JournalEntry
from hiroba.foundation.people.models import Person
from tests.world import World

SOUND = SAMPLE.read_bytes()
LINES = (
    Passage("t=00:00", "公園がかりの打ち合わせを始めます。", marks=(Mark(0, 5, "unsure", "17"),)),
    Passage("t=00:04", "水道の場所が遠いので、ホースを長くしてほしい。"),
    Passage("t=1:00:10", "費用は12万円です。"),
)


TOLD = (
    Passage("t=00:00", "話者1: 始めます。", spans=(Span(5, 10, "t=00:00"),), marks=(Mark(0, 3, "speaker", "話者1"),)),
    Passage("t=00:00", "話者2: はい。", spans=(Span(5, 8, "t=00:00"),), marks=(Mark(0, 3, "speaker", "話者2"),)),
    Passage("t=00:09", "話者1: 費用です。", spans=(Span(5, 10, "t=00:09"),), marks=(Mark(0, 3, "speaker", "話者1"),)),
)


def keep_recording(world: World, packing: str = "ogg", media: str = "audio") -> Record:
    facts = {"packing": packing, "media": media, "seconds": "13.7", "format": "audio"}
    told = media == "transcript"
    extraction = Extraction(
        TOLD if told else LINES, facts=facts, extractor="transcript/1" if told else "speech/1+whisper-base/1"
    )
    arrival = Arrival(
        source="test",
        external_key=f"{packing}/{media}",
        file_name="打ち合わせ.html",
        kind="recording",
        title="打ち合わせ",
        original=add_original(store_bytes([SOUND]), "打ち合わせ.html"),
        extraction=extraction,
        owner=world.kimura,
        principals=frozenset({of_unit("0402")}),
        dated_at=timezone.now(),
        unit=world.units["040201"],
    )
    return keep_arrival(arrival, examine(extraction)).record


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def bytes_of(response: Any) -> bytes:
    async def read(pieces: AsyncIterator[bytes]) -> bytes:
        return b"".join([piece async for piece in pieces])

    return asyncio.run(read(aiter(response.streaming_content)))


def test_the_page_plays_from_the_cited_second_and_marks_that_line(world: World) -> None:
    record = keep_recording(world)
    page = signed_in(world.sato).get(f"/records/{record.pk}/?at=t=1:00:10").content.decode()
    assert f'src="/records/{record.pk}/media/?revision=1#t=3610"' in page
    assert (
        '<p class="passage said cited" id="here"><a class="cite" href="?revision=1&amp;at=t%3D1%3A00%3A10#here"' in page
    )
    assert 'data-second="4"' in page
    assert '<span class="unsure" title="機械の自信は 17% です">公園がかり</span>' in page


def test_any_stretch_of_the_bytes_can_be_asked_for(world: World) -> None:
    record = keep_recording(world)
    client, address = signed_in(world.sato), f"/records/{record.pk}/media/"
    whole = client.get(address)
    assert (whole.status_code, bytes_of(whole)) == (200, SOUND)
    assert whole.headers["Accept-Ranges"] == "bytes"
    middle = client.get(address, headers={"range": "bytes=100-199"})
    assert (middle.status_code, bytes_of(middle)) == (206, SOUND[100:200])
    assert middle.headers["Content-Range"] == f"bytes 100-199/{len(SOUND)}"
    assert middle.headers["Content-Length"] == "100"
    rest = client.get(address, headers={"range": f"bytes={len(SOUND) - 50}-"})
    assert bytes_of(rest) == SOUND[-50:]
    last = client.get(address, headers={"range": "bytes=-30"})
    assert (last.headers["Content-Range"], bytes_of(last)) == (
        f"bytes {len(SOUND) - 30}-{len(SOUND) - 1}/{len(SOUND)}",
        SOUND[-30:],
    )
    past = client.get(address, headers={"range": f"bytes={len(SOUND)}-"})
    assert (past.status_code, past.headers["Content-Range"]) == (416, f"bytes */{len(SOUND)}")
    strange = client.get(address, headers={"range": "bytes=0-1,5-6"})
    assert (strange.status_code, len(bytes_of(strange))) == (200, len(SOUND))


def test_it_is_served_as_a_recording_whatever_it_is_called_and_can_run_nothing(world: World) -> None:
    record = keep_recording(world)
    response = signed_in(world.sato).get(f"/records/{record.pk}/media/")
    assert response.headers["Content-Type"] == "audio/ogg"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_each_request_asks_anew_who_may_hear_and_is_noted(world: World) -> None:
    record = keep_recording(world)
    address = f"/records/{record.pk}/media/"
    assert signed_in(world.kondo).get(address, headers={"range": "bytes=0-9"}).status_code == 404
    client = signed_in(world.sato)
    assert client.get(address, headers={"range": "bytes=0-9"}).status_code == 206
    signed_in(world.kimura).post(f"/records/{record.pk}/withdrawal/")
    assert client.get(address, headers={"range": "bytes=10-19"}).status_code == 404
    flush_journal()
    acts = JournalEntry.objects.filter(actor_id=world.sato.pk, subject_id=str(record.pk)).values_list("act", "detail")
    assert ("recording.played", "revision=1 bytes=0-9") in list(acts)


@pytest.mark.parametrize(
    ("packing", "media", "status"), [("asf", "audio", 404), ("", "audio", 404), ("wav", "video", 200)]
)
def test_only_what_browsers_play_has_a_player(world: World, packing: str, media: str, status: int) -> None:
    record = keep_recording(world, packing, media)
    client = signed_in(world.sato)
    assert client.get(f"/records/{record.pk}/media/").status_code == status
    page = client.get(f"/records/{record.pk}/").content.decode()
    assert ("<video" in page) == (status == 200)
    assert "<audio" not in page


@pytest.mark.parametrize(
    ("locator", "second"), [("t=00:04", 4), ("t=12:34", 754), ("t=1:02:03", 3723), ("page=3", None), ("t=abc", None)]
)
def test_a_time_names_a_second(locator: str, second: int | None) -> None:
    assert seconds_of(locator) == second


def lines_of(record: Record) -> list[str]:
    record.refresh_from_db()
    assert record.current
    return list(record.current.passages.order_by("ordinal").values_list("text", flat=True))


def test_a_line_is_put_right_while_it_is_heard_and_can_be_put_back(world: World) -> None:
    record = keep_recording(world)
    client, address = signed_in(world.sato), f"/records/{record.pk}/saying/?at=t=00:00"
    page = client.get(address).content.decode()
    assert 'value="公園がかりの打ち合わせを始めます。"' in page
    assert f'src="/records/{record.pk}/media/?revision=1"' in page
    sent = {"revision": "1", "at": "t=00:00", "was": LINES[0].text, "line": "公園係の打ち合わせを始めます。"}
    assert client.post(address, sent).status_code == 302
    assert lines_of(record)[0] == "公園係の打ち合わせを始めます。"
    assert record.current is not None and record.current.number == 2
    assert client.post(address, sent).status_code == 409
    corrections = client.get(f"/records/{record.pk}/corrections/").content.decode()
    assert "佐藤" in corrections and "公園がかり" in corrections
    client.post(f"/records/{record.pk}/corrections/{Correction.objects.get().pk}/undo/")
    assert lines_of(record)[0] == LINES[0].text


def test_a_speaker_is_called_by_name_in_the_whole_record_and_outlives_a_new_reading(world: World) -> None:
    record = keep_recording(world, "", "transcript")
    client = signed_in(world.sato)
    assert 'value="話者2"' in client.get(f"/records/{record.pk}/").content.decode()
    sent = {"revision": "1", "before": "話者1", "after": " 木村 直美 "}
    assert client.post(f"/records/{record.pk}/speaker/", sent).status_code == 302
    assert lines_of(record) == ["木村 直美: 始めます。", "話者2: はい。", "木村 直美: 費用です。"]
    page = client.get(f"/records/{record.pk}/").content.decode()
    assert '<b class="speaker">木村 直美</b>: 始めます。' in page
    again = reapply(record, Extraction(TOLD))
    assert [each.text for each in again.passages] == lines_of(record)
    client.post(f"/records/{record.pk}/corrections/{Correction.objects.get().pk}/undo/")
    assert lines_of(record)[0] == "話者1: 始めます。"


def test_nobody_is_called_by_a_personal_number(world: World) -> None:
    record = keep_recording(world, "", "transcript")
    sent = {"revision": "1", "before": "話者1", "after": "123456789018"}
    signed_in(world.sato).post(f"/records/{record.pk}/speaker/", sent)
    assert lines_of(record)[0] == "話者1: 始めます。"


def test_two_lines_of_one_second_are_put_right_apart(world: World) -> None:
    record = keep_recording(world, "", "transcript")
    line = {"revision": "1", "at": "t=00:00", "was": "はい。", "line": "はい、どうぞ。"}
    assert signed_in(world.kimura).post(f"/records/{record.pk}/saying/?at=t=00:00", line).status_code == 302
    assert lines_of(record)[:2] == ["話者1: 始めます。", "話者2: はい、どうぞ。"]


def test_who_may_not_change_a_record_neither_corrects_nor_renames(world: World) -> None:
    record = keep_recording(world, "", "transcript")
    actions.share_record(world.kimura, record.pk, frozenset({EVERYONE}), "")
    client = signed_in(world.kondo)
    assert "話している人の名前を直す" not in client.get(f"/records/{record.pk}/").content.decode()
    sent = {"revision": "1", "before": "話者1", "after": "木村"}
    assert client.post(f"/records/{record.pk}/speaker/", sent).status_code == 403
    assert client.get(f"/records/{record.pk}/saying/?at=t=00:00").status_code == 403
    assert lines_of(record)[0] == "話者1: 始めます。"


def test_a_transcript_is_heard_through_the_recording_it_belongs_to_by_those_who_may_hear_it(world: World) -> None:
    recording, transcript = keep_recording(world), keep_recording(world, "", "transcript")
    link_records("transcript", transcript, recording)
    actions.share_record(world.kimura, transcript.pk, frozenset({EVERYONE}), "")
    player = f'src="/records/{recording.pk}/media/?revision=1'
    assert player in signed_in(world.sato).get(f"/records/{transcript.pk}/").content.decode()
    assert player not in signed_in(world.kondo).get(f"/records/{transcript.pk}/").content.decode()
