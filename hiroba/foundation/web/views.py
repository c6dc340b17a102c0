"""Pages for what does not exist and for what went wrong."""

from __future__ import annotations

import errno
import logging
import sys

from django.db import DataError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.words import say, status_of

logger = logging.getLogger(__name__)

FULL = {errno.ENOSPC, errno.EDQUOT}


def wants_json(request: HttpRequest) -> bool:
    """Tell whether a program is asking: the API, or a script of ours that said so."""
    return request.path.startswith("/api/") or request.headers.get("Accept", "").startswith("application/json")


def refusal_answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Say a refusal with its words and status, as a page or as JSON."""
    status = status_of(refusal.code)
    message = say(refusal.code, refusal.params)
    if wants_json(request):
        return JsonResponse({"code": refusal.code, "message": message}, status=status)
    template = f"web/{status}.html" if status in (403, 404) else "web/refusal.html"
    page = render_to_string(template, {"message": message, "status": status}, request)
    return HttpResponse(page, status=status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer the same for what is hidden and for what does not exist."""
    return refusal_answer(request, Refusal("ACCESS-01"))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that what was sent could not be understood."""
    return refusal_answer(request, Refusal("WEB-06"))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that this may not be done."""
    return refusal_answer(request, Refusal("ACCESS-02"))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was from an old page."""
    return refusal_answer(request, Refusal("WEB-04"))


def server_error(request: HttpRequest) -> HttpResponse:
    """Say what is safe and what to do; where the disk is full, say that. Needs neither database nor session."""
    refusal = known_fault(sys.exc_info()[1]) or Refusal("WEB-03")
    message, status = say(refusal.code, refusal.params), status_of(refusal.code)
    if wants_json(request):
        return JsonResponse({"code": refusal.code, "message": message}, status=status)
    return HttpResponse(render_to_string("web/500.html", {"message": message}), status=status)


def known_fault(fault: BaseException | None) -> Refusal | None:
    """Give the refusal that a fault of the machine amounts to: a full disk, a database that is busy, a character or
    number that PostgreSQL does not take (SQLite takes it and finds nothing); else None."""
    if isinstance(fault, OSError) and fault.errno in FULL:
        return Refusal("INGEST-05")
    if isinstance(fault, OperationalError):
        text = str(fault).lower()
        if "disk is full" in text or "no space left" in text:
            return Refusal("INGEST-05")
        if "database is locked" in text:
            return Refusal("WEB-05")
    if isinstance(fault, DataError):
        return Refusal("WEB-06")
    return None
