"""What waits for a person in conversation, as きょう and はなす show it."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from hiroba.features.conversation.asking import questions_for
from hiroba.features.conversation.confirming import receipts_to_judge, receipts_to_write
from hiroba.features.conversation.keeping import bookmarks_of
from hiroba.features.conversation.scheduling import scheduled_of
from hiroba.foundation.people.models import Person
from hiroba.foundation.web.errands import Errand, declare_errands


def declare() -> None:
    """Have きょう show what waits for a person in conversation."""
    declare_errands("conversation", ask)


def ask(person: Person) -> Iterator[Errand]:
    """Give what others asked of the person, what they answered, and what the person wants to come back to."""
    url = reverse("talk-waiting")
    yield Errand(
        _("受け取り確認"),
        f"{url}#receipts",
        receipts_to_write(person).count(),
        _("送った人が、どう受け取ったかを聞いています。1行で答えられます。"),
    )
    yield Errand(
        _("届いた受け取り"),
        f"{url}#verdicts",
        receipts_to_judge(person).count(),
        _("あなたの発言を、読んだ人がどう受け取ったかです。そのとおりか、少しちがうかを伝えてください。"),
    )
    yield Errand(
        _("おたずね"),
        f"{url}#questions",
        questions_for(person).count(),
        _("あなたか、あなたの部署・チームに聞いています。答えたら、どの発言が答えかに印をつけられます。"),
    )
    yield Errand(
        _("あとで見る話"),
        reverse("talk-bookmarks"),
        bookmarks_of(person).filter(is_later=True).count(),
        _("あなたが「あとで見る」にした発言です。ほかの人には見えません。"),
    )
    yield Errand(
        _("送れなかった発言"),
        reverse("talk-scheduled"),
        scheduled_of(person).exclude(code="").count(),
        _("決めた時刻に送れませんでした。書いたものは残っています。"),
    )


def count_asked(person: Person) -> int:
    """Count what others wait for from the person."""
    return receipts_to_write(person).count() + receipts_to_judge(person).count() + questions_for(person).count()
