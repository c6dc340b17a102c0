"""書く: begin a page, write it alone or together, post it."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hiroba.features.writing import actions, pictures, posting, queries
from hiroba.features.writing.blocks import TITLE
from hiroba.features.writing.forms import AudienceForm, NewPageForm, PostingForm, audience_choices
from hiroba.features.writing.outlines import blocks_of
from hiroba.foundation.access.principals import parse_audience
from hiroba.foundation.changes.stream import current_event_id
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.asking import note, person_of
from hiroba.foundation.web.words import say, status_of

LONGEST_SAVE = 1_000_000  # bytes of one request
ASKED_AGAIN = (
    "ACCESS-03",
    "ACCESS-04",
    "GATE-01",
    "WRITE-01",
    "WRITE-02",
    "WRITE-03",
    "WRITE-04",
    "WRITE-05",
    "WRITE-08",
    "WRITE-09",
)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


@require_GET
def pages(request: HttpRequest) -> HttpResponse:
    """Show the drafts one may type in, and the posted pages as trees by unit."""
    person = person_of(request)
    context = {
        "drafts": queries.unposted_drafts_visible_to(person)[:50],
        "shelves": queries.page_tree_visible_to(person),
    }
    return render(request, "writing/pages.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a page: with a title, from an outline, under another page where `parent` names one."""
    person = person_of(request)
    form = NewPageForm(request.POST or None)
    parent_id = _number(request.POST.get("parent", "") or request.GET.get("parent", ""))
    parent = queries.get_page(person, parent_id) if parent_id is not None else None
    error: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        try:
            title, outline = form.cleaned_data["title"], form.cleaned_data["outline"]
            return redirect("draft", actions.start_draft(person, title, blocks_of(outline), parent).pk)
        except Refusal as refusal:
            error = _asked_again(refusal)
    context = {"form": form, "parent": parent, "error": error}
    return render(request, "writing/new.html", context, status=400 if form.errors or error else 200)


def _asked_again(refusal: Refusal) -> Refusal:
    if refusal.code not in ASKED_AGAIN:
        raise refusal
    return refusal


@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Show a draft to write in; POST keeps the whole text that was typed without scripts."""
    person = person_of(request)
    error: Refusal | None = None
    from_event = current_event_id()
    if request.method == "POST":
        try:
            typed = [request.POST.get(name, "") for name in ("title", "base", "text")]
            actions.save_whole(person, draft_id, *typed)
            return redirect("draft", draft_id)
        except Refusal as refusal:
            error = _asked_again(refusal)
    actions.settle_pictures(person, draft_id)
    opened = queries.get_draft(person, draft_id)
    note(request, "draft.read", "draft", draft_id)
    blocks = queries.blocks_of(opened)
    body = "\n\n".join(block.text for block in blocks if block.key != TITLE and block.text.strip())
    context = {
        "draft": opened,
        "title": request.POST.get("title", queries.title_of(blocks)),
        "rows": [queries.block_row(block) for block in blocks],
        "base": body,
        "body": request.POST.get("text", body),
        "writers": queries.writers_of(opened),
        "is_private": queries.is_private(opened),
        "can_post": queries.can_post(person, opened),
        "choices": audience_choices(person.login, queries.teams_of(person)),
        "from_event": from_event,
        "error": error,
    }
    return render(request, "writing/draft.html", context, status=400 if error else 200)


@require_POST
def blocks(request: HttpRequest, draft_id: int) -> JsonResponse:
    """Keep one block that a page sends, and answer with what stands there now; 200 only when it is on disk."""
    if len(request.body) > LONGEST_SAVE:
        raise Refusal("WRITE-01", limit=actions.LONGEST_BLOCK)
    typed = _typed(request.body)
    if typed is None:
        return JsonResponse({"error": ""}, status=400)
    try:
        if typed.block_key and "settle" in request.GET:
            return JsonResponse(queries.block_row(actions.settle_block(person_of(request), draft_id, typed.block_key)))
        return JsonResponse(queries.block_row(actions.save_block(person_of(request), draft_id, typed)))
    except Refusal as refusal:
        return JsonResponse({"error": say(refusal.code, refusal.params)}, status=status_of(refusal.code))


def _typed(body: bytes) -> actions.Typed | None:
    """Read a save as a page sends it; None for anything else."""
    try:
        sent = json.loads(body)
        texts = [sent[name] for name in ("save", "key", "base", "text")]
    except (ValueError, KeyError, TypeError):
        return None
    after = sent.get("after")
    if not all(isinstance(text, str) for text in texts) or not isinstance(after, str | None):
        return None
    save, key, base, text = texts
    if not (0 < len(save) <= 64 and 0 < len(key) <= 40):
        return None
    return actions.Typed(save, key, _whole(base), _whole(text), after, sent.get("gone") is True)


def _whole(text: str) -> str:
    """Give a text as the database can keep it: no halves of characters, no NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")


@require_GET
def changes(request: HttpRequest, draft_id: int) -> JsonResponse:
    """Give what changed in a draft since the version that a page shows."""
    version = _number(request.GET.get("since", "")) or 0
    return JsonResponse(queries.changes_since(person_of(request), draft_id, version))


@require_http_methods(["GET", "POST"])
def sharing(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Say who reads and types in a draft."""
    person = person_of(request)
    opened = queries.get_draft(person, draft_id)
    if not queries.can_post(person, opened):
        raise Refusal("ACCESS-02")
    form = AudienceForm(person.login, queries.teams_of(person), request.POST or None)
    error: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        try:
            actions.share_draft(person, draft_id, parse_audience(form.cleaned_data["audience"], person))
            note(request, "draft.shared", "draft", draft_id, form.cleaned_data["audience"])
            return redirect("draft", draft_id)
        except Refusal as refusal:
            error = _asked_again(refusal)
    context = {"draft": opened, "form": form, "writers": queries.writers_of(opened), "error": error}
    return render(request, "writing/sharing.html", context, status=400 if form.errors or error else 200)


@require_http_methods(["GET", "POST"])
def post(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Show a draft as it will be read, ask for whom, and post it."""
    person = person_of(request)
    actions.settle_pictures(person, draft_id)
    opened = queries.get_draft(person, draft_id)
    if not queries.can_post(person, opened):
        raise Refusal("ACCESS-02")
    form = PostingForm(person.login, queries.teams_of(person), request.POST or None)
    error: Refusal | None = None
    if request.method == "POST" and (opened.record is not None or form.is_valid()):
        try:
            return _post(request, draft_id, form)
        except Refusal as refusal:
            error = _asked_again(refusal)
    context = {
        "draft": opened,
        "form": form,
        "error": error,
        "preview": queries.preview_of(opened),
        "sharing": queries.sharing_of(opened.record.audience_id) if opened.record else "",
    }
    return render(request, "writing/post.html", context, status=400 if error else 200)


def _post(request: HttpRequest, draft_id: int, form: PostingForm) -> HttpResponse:
    person = person_of(request)
    chosen = form.cleaned_data["audience"] if form.is_valid() else "section"  # a posted page keeps the one it has
    reason = form.cleaned_data.get("reason", "") if form.is_valid() else ""
    kept = posting.post_draft(person, draft_id, posting.Posting(parse_audience(chosen, person), reason))
    note(request, "page.posted", "record", kept.record.pk, kept.outcome)
    return redirect("record", kept.record.pk)


@require_http_methods(["GET", "POST"])
def history(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Show what the blocks said before; POST puts one back, as a save like every other."""
    person = person_of(request)
    opened = queries.get_draft(person, draft_id)
    if request.method == "POST":
        actions.put_back(person, draft_id, _number(request.POST.get("text", "")) or 0)
        return redirect("draft", draft_id)
    return render(request, "writing/history.html", {"draft": opened, "texts": queries.history_of(opened)})


@require_POST
def discard(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Throw away a draft that was never posted."""
    actions.discard_draft(person_of(request), draft_id)
    return redirect("pages")


@require_POST
def picture(request: HttpRequest, draft_id: int) -> JsonResponse:
    """Take in a picture; 201 only after it is on disk."""
    file = request.FILES.get("file")
    if file is None:
        raise Refusal("WRITE-06")
    try:
        item = pictures.receive_picture(person_of(request), draft_id, file.name or "", file.chunks(1024 * 1024))
    except Refusal as refusal:
        return JsonResponse({"error": say(refusal.code, refusal.params)}, status=status_of(refusal.code))
    return JsonResponse({"item": item.pk}, status=201)


@require_GET
def picture_state(request: HttpRequest, item_id: int) -> JsonResponse:
    """Tell how far a picture is."""
    return JsonResponse(pictures.picture_state(person_of(request), item_id))
