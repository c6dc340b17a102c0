"""Tell whoever stands for a source that it keeps failing: once, by mail, in words."""

from __future__ import annotations

import logging

from django.utils import translation
from django.utils.translation import gettext as _

from hiroba.foundation.mailing import can_send, send_mail
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.words import say
from hiroba.ingest.models import Source

logger = logging.getLogger(__name__)
# One bad night of a server is nobody's trouble: with the pauses growing, five visits in a row are a good while.
TELL_AFTER = 5


def tell_of_failure(source: Source) -> bool:
    """Mail the person of a source that has failed TELL_AFTER times in a row; once until it works again.

    Without a mail server or an address nobody is told by mail: the page and the doctor say it. What cannot be sent is
    tried again after the next visit."""
    if source.is_told or source.failures < TELL_AFTER or not source.person.mail or not can_send():
        return False
    with translation.override(source.person.language or "ja"):
        subject = _("ひろば: 「%(name)s」から取り込めません") % {"name": source.name}
        text = _(
            "%(person)sさん\n\n"
            "責任者になっている取り込み元「%(name)s」から、続けて%(count)d回、取り込めませんでした。\n\n%(why)s\n\n"
            "直し方が分からないときは、管理者に「外とのつながり」の画面を見てもらってください。\n"
            "直ると、続きから自分で取り込みます。このお知らせは、直るまで一度だけです。\n"
        ) % {
            "person": source.person.name,
            "name": source.name,
            "count": source.failures,
            "why": say(source.last_code, source.last_params),
        }
        try:
            send_mail(source.person.mail, subject, text)
        except Refusal as refusal:
            logger.warning("%s source=%s", refusal.code, source.pk)
            return False
    source.is_told = True
    Source.objects.filter(pk=source.pk).update(is_told=True)
    return True
