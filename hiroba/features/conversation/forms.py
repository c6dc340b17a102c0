"""What is typed in conversation."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from hiroba.features.conversation.actions import LONGEST_TOPIC, Words
from hiroba.features.conversation.models import ChannelKind
from hiroba.features.conversation.polls import NewPoll
from hiroba.features.conversation.sending import Asked


class MessageForm(forms.Form):
    """A message, perhaps with a topic. What is missing or too long is for the action to say."""

    body = forms.CharField(required=False, strip=False, widget=forms.Textarea)
    topic = forms.CharField(required=False, max_length=LONGEST_TOPIC)
    key = forms.CharField(required=False, max_length=64)
    confirmed = forms.BooleanField(required=False)
    receipt = forms.BooleanField(required=False)  # ask what its readers understood
    owner = forms.CharField(required=False, max_length=100)  # whom it asks, where it is a question

    send_at = forms.DateTimeField(required=False)  # later than now: to be sent then

    def words(self, files: tuple[tuple[int, str], ...] = ()) -> Words:
        """Give what is to be sent."""
        typed = self.cleaned_data
        body = typed["body"].replace("\r\n", "\n").strip("\n")
        return Words(body, typed["key"], typed["topic"], typed["confirmed"], files)

    def asked(self) -> Asked | None:
        """Give what is asked with the message; None for nothing."""
        asked = Asked(self.cleaned_data["receipt"], self.cleaned_data["owner"].strip())
        return asked if asked.receipt or asked.owner else None


class ChannelForm(forms.Form):
    """A new channel: what it is called, what it is for, and who reads it."""

    name = forms.CharField(label=_("名前"), max_length=120, help_text=_("例: 保育の現場から"))
    purpose = forms.CharField(
        label=_("目的"),
        max_length=500,
        required=False,
        help_text=_("何のための場所かを、ひとことで。読む人が、ここに書いてよいことを知る手がかりになります。"),
    )
    kind = forms.ChoiceField(
        label=_("だれと共有しますか"),
        widget=forms.RadioSelect,
        initial=ChannelKind.OPEN,
        choices=[
            (ChannelKind.OPEN, _("庁内みんな(おすすめ)")),
            (ChannelKind.UNIT, _("わたしの課")),
            (ChannelKind.TEAM, _("チーム")),
            (ChannelKind.CLOSED, _("限られた人")),
        ],
    )
    team = forms.ChoiceField(label=_("チーム"), required=False)
    people = forms.CharField(
        label=_("限られた人"),
        required=False,
        help_text=_("ログイン名か氏名を、読点(、)で区切って書いてください。あとから変えられます。"),
    )
    reason = forms.CharField(
        label=_("庁内みんなで読めないようにする理由"), required=False, max_length=500, help_text=_("読む人に見えます。")
    )

    def __init__(self, teams: Sequence[tuple[str, str]], data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a request's POST, or nothing
        field = self.fields["team"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *teams]


class DirectForm(forms.Form):
    """Whom one wants to talk with directly."""

    people = forms.CharField(
        label=_("だれと話しますか"), help_text=_("ログイン名か氏名を、読点(、)で区切って書いてください。")
    )


class RevisionForm(forms.Form):
    """A channel's name and purpose."""

    name = forms.CharField(label=_("名前"), max_length=120)
    purpose = forms.CharField(label=_("目的"), max_length=500, required=False)


class PollForm(forms.Form):
    """What everybody is to be asked."""

    question = forms.CharField(
        label=_("聞きたいこと"), max_length=500, help_text=_("例: 打ち合わせは、いつがよいですか。")
    )
    options = forms.CharField(
        label=_("選ぶもの"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("1行に1つ。2つから20まで。"),
    )
    is_many = forms.BooleanField(label=_("いくつでも選べる"), required=False)
    is_named = forms.BooleanField(
        label=_("だれがどれを選んだかを、みんなに見せる"),
        required=False,
        help_text=_("ふつうは、数だけが見えます。だれかが答えたあとでは、変えられません。"),
    )
    until_at = forms.DateTimeField(
        label=_("いつまで(空なら、終わりにするまで)"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def poll(self) -> NewPoll:
        """Give what is to be asked."""
        typed = self.cleaned_data
        options = tuple(typed["options"].splitlines())
        return NewPoll(typed["question"], options, typed["is_many"], typed["is_named"], typed["until_at"])
