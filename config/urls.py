"""Every address of the product, one include a room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from config.api import api
from hiroba.foundation.web.live import live

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("hiroba.features.today.urls")),
    path("live/", live, name="live"),
    path("api/", api.urls),
    path("", include("hiroba.features.finding.urls")),
    path("", include("hiroba.features.reading.urls")),
    path("", include("hiroba.features.intake.urls")),
    path("", include("hiroba.features.browsing.urls")),
    path("", include("hiroba.features.conversation.urls")),
    path("", include("hiroba.features.writing.urls")),
    path("", include("hiroba.features.account.urls")),
    path("", include("hiroba.features.administration.urls")),
    path("", include("hiroba.features.guide.urls")),
    path("", include("hiroba.features.systems.urls")),
    path("", include("hiroba.features.versions.urls")),
    path("", include("hiroba.features.tray.urls")),
    path("", include("hiroba.features.forms.urls")),
]
handler400 = "hiroba.foundation.web.views.bad_request"
handler403 = "hiroba.foundation.web.views.forbidden"
handler404 = "hiroba.foundation.web.views.not_found"
handler500 = "hiroba.foundation.web.views.server_error"
