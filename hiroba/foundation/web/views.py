"""Pages for what does not exist and for what went wrong."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer the same for what is hidden and for what does not exist."""
    return HttpResponse(status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Say what is safe and what to do."""
    return HttpResponse(status=500)
