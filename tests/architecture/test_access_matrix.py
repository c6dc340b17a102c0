"""Every address × every kind of person. An address that is not in the table fails; a cell is the status it answers.

The record is 子育て支援課's, brought in by kimura for her section; batch, item and token are hers too. `former` left
the section on a move, `left` no longer works here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from hiroba.features.account.actions import add_token
from hiroba.foundation.people.models import Person
from tests.architecture.matrix_things import things_of
from tests.world import World

PERSONAS = ("anonymous", "owner", "colleague", "outsider", "former", "left", "admin", "auditor")
S = 302  # sent to sign in
TABLE: dict[str, tuple[str, tuple[int, ...]]] = {
    # name: (method and path, status for each persona in the order of PERSONAS)
    "today": ("GET /", (S, 200, 200, 200, 200, S, 200, 200)),
    "live": ("GET /live/", (S, 200, 200, 200, 200, S, 200, 200)),
    "search": ("GET /search/?q=予算", (S, 200, 200, 200, 200, S, 200, 200)),
    "search-suggestions": ("GET /search/suggestions/?q=予算", (S, 200, 200, 200, 200, S, 200, 200)),
    "folders": ("GET /folders/", (S, 200, 200, 200, 200, S, 200, 200)),
    "folder-opening": ("POST /folders/opening/", (S, 200, 200, 200, 200, S, 200, 200)),
    "record": ("GET /records/{record}/", (S, 200, 200, 404, 404, S, 404, 404)),
    "record-card": ("GET /records/{record}/card/?here=par=1", (S, 200, 200, 404, 404, S, 404, 404)),
    "record-original": ("GET /records/{record}/original/", (S, 200, 200, 404, 404, S, 404, 404)),
    "record-page": ("GET /records/{record}/pages/1.webp", (S, 404, 404, 404, 404, S, 404, 404)),
    "record-media": ("GET /records/{record}/media/", (S, 404, 404, 404, 404, S, 404, 404)),
    "record-differences": ("GET /records/{record}/differences/", (S, 200, 200, 404, 404, S, 404, 404)),
    "record-why": ("GET /records/{record}/why/", (S, 200, 200, 404, 404, S, 404, 404)),
    "record-audience": ("GET /records/{record}/audience/", (S, 200, 200, 404, 404, S, 404, 404)),
    "record-settlement": ("POST /records/{record}/settlement/", (S, 302, 302, 404, 404, S, 404, 404)),
    "record-correction": ("GET /records/{record}/correction/?at=page=1", (S, 409, 409, 404, 404, S, 404, 404)),
    "record-saying": ("GET /records/{record}/saying/?at=t=00:01", (S, 409, 409, 404, 404, S, 404, 404)),
    "record-speaker": ("POST /records/{record}/speaker/", (S, 409, 409, 404, 404, S, 404, 404)),
    "record-corrections": ("GET /records/{record}/corrections/", (S, 200, 200, 404, 404, S, 404, 404)),
    "record-correction-undo": ("POST /records/{record}/corrections/1/undo/", (S, 404, 404, 404, 404, S, 404, 404)),
    "record-searchable": ("GET /records/{record}/searchable.pdf", (S, 404, 404, 404, 404, S, 404, 404)),
    "record-withdrawal": ("POST /records/{record}/withdrawal/", (S, 200, 200, 404, 404, S, 404, 404)),
    "record-restoration": ("POST /records/{withdrawn}/restoration/", (S, 302, 404, 404, 404, S, 404, 404)),
    "intake": ("GET /intake/", (S, 200, 200, 200, 200, S, 200, 200)),
    "intake-batches": ("POST /intake/batches/ audience=section", (S, 201, 201, 201, 201, S, 201, 201)),
    "intake-batch": ("GET /intake/batches/{batch}/", (S, 200, 404, 404, 404, S, 404, 404)),
    "intake-files": ("POST /intake/batches/{batch}/files/ file", (S, 201, 404, 404, 404, S, 404, 404)),
    "intake-batch-withdrawal": ("POST /intake/batches/{batch}/withdrawal/", (S, 302, 404, 404, 404, S, 404, 404)),
    "intake-retry": ("POST /intake/items/{item}/retry/", (S, 302, 404, 404, 404, S, 404, 404)),
    "intake-unlocking": ("POST /intake/items/{item}/unlocking/", (S, 404, 404, 404, 404, S, 404, 404)),
    "intake-interruption": ("POST /intake/items/{item}/interruption/", (S, 302, 404, 404, 404, S, 404, 404)),
    "intake-continuation": ("POST /intake/items/{item}/continuation/", (S, 302, 404, 404, 404, S, 404, 404)),
    "intake-release": ("GET /intake/records/{held}/release/", (S, 200, 404, 404, 404, S, 404, 404)),
    "intake-settlement": ("POST /intake/settlement/", (S, 302, 302, 302, 302, S, 302, 302)),
    "tray": ("GET /tray/", (S, 200, 200, 200, 200, S, 200, 200)),
    "paper": ("GET /tray/papers/{paper}/", (S, 200, 200, 404, 404, S, 404, 404)),
    "paper-assignment": ("POST /tray/papers/{paper}/assignment/ login=kimura", (S, 302, 302, 404, 404, S, 404, 404)),
    "paper-withdrawal": ("POST /tray/papers/{paper}/withdrawal/", (S, 302, 302, 404, 404, S, 404, 404)),
    "paper-restoration": ("POST /tray/papers/{paper}/restoration/", (S, 404, 404, 404, 404, S, 404, 404)),
    "scan-original": ("GET /tray/scans/{scan}/original/", (S, 200, 200, 404, 404, S, 404, 404)),
    "separators": ("GET /tray/separators/", (S, 200, 200, 200, 200, S, 200, 200)),
    "separator": ("GET /tray/separators/{separator}/", (S, 200, 200, 404, 404, S, 404, 404)),
    "separator-end": ("POST /tray/separators/{separator}/end/", (S, 302, 302, 404, 404, S, 404, 404)),
    "forms": ("GET /forms/", (S, 200, 200, 200, 200, S, 200, 200)),
    "form": ("GET /forms/{form}/", (S, 200, 200, 404, 404, S, 404, 404)),
    "form-fields": ("GET /forms/{form}/fields/", (S, 200, 200, 404, 404, S, 404, 404)),
    "form-sheets": ("POST /forms/{form}/sheets/", (S, 302, 302, 404, 404, S, 404, 404)),
    "form-questions": ("GET /forms/{form}/questions/", (S, 200, 200, 404, 404, S, 404, 404)),
    "form-export": ("GET /forms/{form}/export/csv/", (S, 200, 200, 404, 404, S, 404, 404)),
    "form-end": ("POST /forms/{form}/end/", (S, 302, 302, 404, 404, S, 404, 404)),
    "filled-sheet": ("GET /forms/sheets/{sheet}/", (S, 200, 200, 404, 404, S, 404, 404)),
    "filled-sheet-withdrawal": ("POST /forms/sheets/{sheet}/withdrawal/", (S, 302, 302, 404, 404, S, 404, 404)),
    "field-picture": ("GET /forms/values/{value}.png", (S, 200, 200, 404, 404, S, 404, 404)),
    "pages": ("GET /pages/", (S, 200, 200, 200, 200, S, 200, 200)),
    "new-page": ("GET /pages/new/", (S, 200, 200, 200, 200, S, 200, 200)),
    "draft": ("GET /pages/drafts/{draft}/", (S, 200, 200, 404, 404, S, 404, 404)),
    "draft-blocks": ("POST /pages/drafts/{draft}/blocks/ typed", (S, 200, 200, 404, 404, S, 404, 404)),
    "draft-changes": ("GET /pages/drafts/{draft}/changes/", (S, 200, 200, 404, 404, S, 404, 404)),
    "draft-sharing": ("GET /pages/drafts/{draft}/sharing/", (S, 200, 403, 404, 404, S, 404, 404)),
    "draft-posting": ("GET /pages/drafts/{draft}/posting/", (S, 200, 403, 404, 404, S, 404, 404)),
    "draft-history": ("GET /pages/drafts/{draft}/history/", (S, 200, 200, 404, 404, S, 404, 404)),
    "draft-end": ("POST /pages/drafts/{draft}/end/", (S, 302, 403, 404, 404, S, 404, 404)),
    "draft-pictures": ("POST /pages/drafts/{draft}/pictures/ file", (S, 400, 400, 404, 404, S, 404, 404)),
    "picture-state": ("GET /pages/pictures/{item}/", (S, 200, 404, 404, 404, S, 404, 404)),
    "page-rewriting": ("GET /pages/{page}/rewriting/", (S, 302, 302, 404, 404, S, 404, 404)),
    "page-place": ("GET /pages/{page}/place/", (S, 200, 200, 404, 404, S, 404, 404)),
    "page-download": ("GET /pages/{page}/export/docx/", (S, 200, 200, 404, 404, S, 404, 404)),
    "units": ("GET /units/", (S, 200, 200, 200, 200, S, 200, 200)),
    "unit": ("GET /units/0402/", (S, 200, 200, 200, 200, S, 200, 200)),
    "person": ("GET /people/kimura/", (S, 200, 200, 200, 200, S, 200, 200)),
    "sign-in": ("GET /sign-in/", (200,) * 8),
    "sign-out": ("POST /sign-out/", (S, 302, 302, 302, 302, S, 302, 302)),
    "account": ("GET /account/", (S, 200, 200, 200, 200, S, 200, 200)),
    "account-password": ("GET /account/password/", (S, 200, 200, 200, 200, S, 200, 200)),
    "account-sessions": ("GET /account/sessions/", (S, 200, 200, 200, 200, S, 200, 200)),
    "account-tokens": ("GET /account/tokens/", (S, 200, 200, 200, 200, S, 200, 200)),
    "account-token-end": ("POST /account/tokens/{token}/end/", (S, 302, 404, 404, 404, S, 404, 404)),
    "account-language": ("POST /account/language/ language=ja", (S, 302, 302, 302, 302, S, 302, 302)),
    "administration": ("GET /administration/", (S, 403, 403, 403, 403, S, 200, 200)),
    "administration-state": ("GET /administration/state/", (S, 403, 403, 403, 403, S, 200, 403)),
    "administration-people": ("GET /administration/people/", (S, 403, 403, 403, 403, S, 200, 403)),
    "administration-import": ("GET /administration/people/import/", (S, 403, 403, 403, 403, S, 200, 403)),
    "administration-import-application": (
        "POST /administration/people/import/application/",
        (S, 403, 403, 403, 403, S, 409, 403),
    ),
    "administration-import-waiting": (
        "GET /administration/people/import/waiting/{pending}/",
        (S, 403, 403, 403, 403, S, 200, 403),
    ),
    "administration-person": ("GET /administration/people/{person}/", (S, 403, 403, 403, 403, S, 200, 403)),
    "administration-person-state": (
        "POST /administration/people/{person}/state/",
        (S, 403, 403, 403, 403, S, 302, 403),
    ),
    "administration-person-roles": (
        "POST /administration/people/{person}/roles/",
        (S, 403, 403, 403, 403, S, 400, 403),
    ),
    "administration-person-slip": ("POST /administration/people/{person}/slip/", (S, 403, 403, 403, 403, S, 200, 403)),
    "administration-units": ("GET /administration/units/", (S, 403, 403, 403, 403, S, 200, 403)),
    "administration-teams": ("GET /administration/teams/", (S, 403, 403, 403, 403, S, 200, 403)),
    "administration-team": ("GET /administration/teams/{team}/", (S, 403, 403, 403, 403, S, 200, 403)),
    "administration-words": ("GET /administration/words/", (S, 403, 403, 403, 403, S, 200, 403)),
    "administration-sources": ("GET /administration/sources/", (S, 403, 403, 403, 403, S, 200, 403)),
    "administration-source-new": ("GET /administration/sources/kinds/imap/", (S, 403, 403, 403, 403, S, 200, 403)),
    "administration-source-identities": (
        "GET /administration/sources/identities/",
        (S, 403, 403, 403, 403, S, 200, 403),
    ),
    "administration-source": ("GET /administration/sources/{source}/", (S, 403, 403, 403, 403, S, 200, 403)),
    "administration-source-settings": (
        "GET /administration/sources/{source}/settings/",
        (S, 403, 403, 403, 403, S, 200, 403),
    ),
    "administration-source-visit": (
        "POST /administration/sources/{source}/visit/",
        (S, 403, 403, 403, 403, S, 302, 403),
    ),
    "administration-source-state": (
        "POST /administration/sources/{source}/state/",
        (S, 403, 403, 403, 403, S, 302, 403),
    ),
    "administration-source-end": ("POST /administration/sources/{source}/end/", (S, 403, 403, 403, 403, S, 302, 403)),
    "administration-journal": ("GET /administration/journal/", (S, 403, 403, 403, 403, S, 403, 200)),
    "administration-journal-export": ("GET /administration/journal/export/", (S, 403, 403, 403, 403, S, 403, 200)),
    "versions": ("GET /versions/", (S, 200, 200, 200, 200, S, 200, 200)),
    "record-versions": ("GET /records/{record}/versions/", (S, 200, 200, 404, 404, S, 404, 404)),
    "version-decision": ("POST /versions/{pair}/decision/ answer=refuse", (S, 302, 302, 404, 404, S, 404, 404)),
    "systems": ("GET /systems/", (S, 200, 200, 200, 200, S, 200, 200)),
    "system": ("GET /systems/{table}/", (S, 200, 404, 404, 404, S, 200, 404)),
    "system-columns": ("GET /systems/{table}/columns/", (S, 302, 404, 404, 404, S, 302, 404)),
    "system-question": ("POST /systems/{table}/question/", (S, 302, 404, 404, 404, S, 302, 404)),
    "system-loss": ("POST /systems/{table}/loss/", (S, 302, 404, 404, 404, S, 302, 404)),
    "talk": ("GET /talk/", (S, 200, 200, 200, 200, S, 200, 200)),
    "new-channel": ("GET /channels/new/", (S, 200, 200, 200, 200, S, 200, 200)),
    "direct": ("GET /direct/", (S, 200, 200, 200, 200, S, 200, 200)),
    "channel": ("GET /channels/{channel}/", (S, 200, 200, 404, 404, S, 404, 404)),
    "channel-messages": ("POST /channels/{channel}/messages/ body=文", (S, 302, 302, 404, 404, S, 404, 404)),
    "channel-joining": ("POST /channels/{channel}/joining/", (S, 302, 302, 404, 404, S, 404, 404)),
    "channel-level": ("POST /channels/{channel}/level/ level=mute", (S, 302, 302, 404, 404, S, 404, 404)),
    "channel-reading": ("POST /channels/{channel}/reading/", (S, 302, 302, 404, 404, S, 404, 404)),
    "channel-tending": ("GET /channels/{channel}/tending/", (S, 200, 403, 404, 404, S, 404, 404)),
    "channel-audience": ("POST /channels/{channel}/audience/ audience=everyone", (S, 302, 403, 404, 404, S, 404, 404)),
    "channel-closure": ("POST /channels/{channel}/closure/", (S, 302, 403, 404, 404, S, 404, 404)),
    "thread": ("GET /threads/{thread}/", (S, 200, 200, 404, 404, S, 404, 404)),
    "thread-messages": ("POST /threads/{thread}/messages/ body=文", (S, 302, 302, 404, 404, S, 404, 404)),
    "thread-topic": ("POST /threads/{thread}/topic/ topic=題", (S, 302, 403, 404, 404, S, 404, 404)),
    "message": ("GET /messages/{message}/", (S, 200, 200, 404, 404, S, 404, 404)),
    "message-reactions": ("POST /messages/{message}/reactions/ word=いいね", (S, 302, 302, 404, 404, S, 404, 404)),
    "message-revision": ("POST /messages/{message}/revision/ body=別", (S, 302, 403, 404, 404, S, 404, 404)),
    "message-removal": ("POST /messages/{message}/removal/", (S, 302, 403, 404, 404, S, 404, 404)),
    "message-file": ("GET /messages/files/{message_file}/", (S, 302, 302, 404, 404, S, 404, 404)),
    "talk-waiting": ("GET /talk/waiting/", (S, 200, 200, 200, 200, S, 200, 200)),
    "talk-bookmarks": ("GET /talk/bookmarks/", (S, 200, 200, 200, 200, S, 200, 200)),
    "talk-export": ("POST /talk/export/", (S, 200, 200, 200, 200, S, 200, 200)),
    "channel-export": ("POST /channels/{channel}/export/", (S, 200, 403, 404, 404, S, 404, 404)),
    "channel-keeping": ("GET /channels/{channel}/keeping/", (S, 403, 403, 404, 404, S, 404, 404)),
    "channel-versions": ("GET /channels/{channel}/versions/", (S, 403, 403, 404, 404, S, 404, 404)),
    "talk-scheduled": ("GET /talk/scheduled/", (S, 200, 200, 200, 200, S, 200, 200)),
    "scheduled-end": ("POST /talk/scheduled/{scheduled}/end/", (S, 302, 404, 404, 404, S, 404, 404)),
    "new-poll": ("GET /channels/{channel}/polls/new/", (S, 200, 200, 404, 404, S, 404, 404)),
    "message-poll": ("POST /messages/{poll}/poll/ end=1", (S, 302, 403, 404, 404, S, 404, 404)),
    "message-confirmation": ("GET /messages/{message}/confirmation/", (S, 200, 200, 404, 404, S, 404, 404)),
    "message-receipt": ("POST /messages/{asking}/receipt/ words=文", (S, 400, 302, 404, 404, S, 404, 404)),
    "receipt-verdict": ("POST /messages/receipts/{receipt}/verdict/ confirm=1", (S, 302, 404, 404, 404, S, 404, 404)),
    "message-question": ("POST /messages/{message}/question/ owner=sato", (S, 302, 403, 404, 404, S, 404, 404)),
    "message-answer": ("POST /messages/{asking}/answer/", (S, 302, 302, 404, 404, S, 404, 404)),
    "message-pin": ("POST /messages/{message}/pin/", (S, 302, 403, 404, 404, S, 404, 404)),
    "message-bookmark": ("POST /messages/{message}/bookmark/ later=1", (S, 302, 302, 404, 404, S, 404, 404)),
    "help": ("GET /help/", (200,) * 8),
    "help-page": ("GET /help/search/", (200,) * 8),
    "api:openapi-json": ("GET /api/openapi.json", (200,) * 8),  # the shape, nothing in it
    "api:api-root": ("GET /api/", (404,) * 8),
    "api:get_search": ("GET /api/search?q=予算", (401, 200, 200, 200, 200, 401, 200, 200)),
    "api:get_record": ("GET /api/records/{record}", (401, 200, 200, 404, 404, 401, 404, 404)),
    "api:get_original": ("GET /api/records/{record}/original", (401, 200, 200, 404, 404, 401, 404, 404)),
    "api:put_audience": ("PUT /api/records/{record}/audience json", (401, 204, 204, 404, 404, 401, 404, 404)),
    "api:post_withdrawal": ("POST /api/records/{record}/withdrawal", (401, 204, 204, 404, 404, 401, 404, 404)),
    "api:post_import": ("POST /api/imports json", (401, 201, 201, 201, 201, 401, 201, 201)),
    "api:post_file": ("POST /api/imports/{batch}/files file", (401, 201, 404, 404, 404, 401, 404, 404)),
    "api:get_channels": ("GET /api/channels", (401, 200, 200, 200, 200, 401, 200, 200)),
    "api:post_channel_message": (
        "POST /api/channels/{channel}/messages said",
        (401, 201, 201, 404, 404, 401, 404, 404),
    ),
    "api:get_thread": ("GET /api/threads/{thread}", (401, 200, 200, 404, 404, 401, 404, 404)),
    "api:post_thread_message": ("POST /api/threads/{thread}/messages said", (401, 201, 201, 404, 404, 401, 404, 404)),
    "api:post_page": ("POST /api/pages page", (401, 201, 201, 201, 201, 401, 201, 201)),
    "api:get_page": ("GET /api/pages/{page}", (401, 200, 200, 404, 404, 401, 404, 404)),
    "api:put_page": ("PUT /api/pages/{page} page", (401, 200, 200, 404, 404, 401, 404, 404)),
    "api:get_import": ("GET /api/imports/{batch}", (401, 200, 404, 404, 404, 401, 404, 404)),
}


def addresses(resolver: URLResolver, space: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}"
        else:
            yield from addresses(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)


def test_every_address_is_in_the_table() -> None:
    assert set(addresses(get_resolver())) == set(TABLE)


@pytest.fixture
def things(world: World) -> dict[str, object]:
    return things_of(world)


def who(world: World, persona: str) -> Person | None:
    logins = {"owner": "kimura", "colleague": "sato", "outsider": "kondo", "admin": "endo", "auditor": "ogawa"}
    return None if persona == "anonymous" else world.people[logins.get(persona, persona)]


BODIES = {
    "said": '{"body": "文です。"}',
    "page": '{"title": "手順", "text": "文です。", "base": "本文です。"}',
    "typed": '{"save": "s", "key": "k", "base": "", "text": "文です。"}',
    "json": '{"audience": "unit:0402", "reason": "試し"}',
}


def ask(world: World, persona: str, line: str, things: dict[str, object]) -> int:
    method, path, *extra = line.format(**things).split(" ")
    person = who(world, persona)
    client, headers = Client(), {}
    if path.startswith("/api/"):
        secret = add_token(person, "ask") if person else "nobody's"
        headers = {"Authorization": f"Bearer {secret}"}
    elif person is not None:
        client.force_login(person)
    data: object = {}
    options: dict[str, str] = {}
    if extra == ["file"]:
        data = {"file": SimpleUploadedFile("b.txt", b"y"), "path": "b.txt"}
    elif extra and extra[0] in BODIES:
        data, options = BODIES[extra[0]], {"content_type": "application/json"}
    elif extra:
        data = dict(pair.split("=") for pair in extra)
    return _send(client, method, path, data, headers, options)


def _send(
    client: Client, method: str, path: str, data: object, headers: dict[str, str], options: dict[str, str]
) -> int:
    send = {"GET": client.get, "POST": client.post, "PUT": client.put}[method]
    response = send(path, headers=headers) if method == "GET" else send(path, data, headers=headers, **options)
    return int(response.status_code)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_an_address_answers_each_kind_of_person_as_the_table_says(
    world: World, things: dict[str, object], name: str
) -> None:
    line, expected = TABLE[name]
    found = []
    for persona in PERSONAS:
        with transaction.atomic():  # each persona meets the same world
            found.append(ask(world, persona, line, things))
            transaction.set_rollback(True)
    assert dict(zip(PERSONAS, found, strict=True)) == dict(zip(PERSONAS, expected, strict=True))
