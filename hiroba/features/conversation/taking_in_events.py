"""What happened in a room of another product, in words: who came and left, what it was called, calls and pins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hiroba.connectors.chats.markdown import escaped

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

_CAME = gettext_lazy("%(who)sが加わりました。")
_LEFT = gettext_lazy("%(who)sが抜けました。")
_NAMED = gettext_lazy("名前が「%(what)s」になりました。")
_ABOUT = gettext_lazy("説明が変わりました: %(what)s")
_CALL = gettext_lazy("通話が始まりました。")
_CALL_ENDED = gettext_lazy("通話が終わりました。")
_RECORDED = gettext_lazy("通話が録音・録画されました。")
_PINNED = gettext_lazy("発言がピン留めされました。")
_UNPINNED = gettext_lazy("発言のピン留めが外されました。")
_CLOSED = gettext_lazy("ここは閉じられました。")
_OPENED = gettext_lazy("ここが開かれました。")
_WORDS: dict[str, StrPromise] = {
    **dict.fromkeys(("members_added", "members_joined", "channel_join", "group_join", "join_channel", "add_to_channel",
                     "join_team", "add_to_team", "conversation_member_added"), _CAME),
    **dict.fromkeys(("members_deleted", "members_left", "channel_leave", "group_leave", "leave_channel",
                     "remove_from_channel", "leave_team", "remove_from_team"), _LEFT),
    **dict.fromkeys(("chat_renamed", "channel_renamed", "team_renamed", "channel_name", "group_name",
                     "displayname_change"), _NAMED),
    **dict.fromkeys(("channel_description_updated", "team_description_updated", "channel_topic", "channel_purpose",
                     "group_topic", "group_purpose", "header_change", "purpose_change"), _ABOUT),
    **dict.fromkeys(("call_started", "huddle_thread"), _CALL),
    "call_ended": _CALL_ENDED,
    **dict.fromkeys(("call_recording", "call_transcript"), _RECORDED),
    **dict.fromkeys(("message_pinned", "pinned_item"), _PINNED),
    **dict.fromkeys(("message_unpinned", "unpinned_item"), _UNPINNED),
    **dict.fromkeys(("channel_deleted", "team_archived", "channel_archive", "group_archive"), _CLOSED),
    **dict.fromkeys(("channel_added", "team_created", "team_unarchived", "channel_unarchive"), _OPENED),
}  # fmt: skip


def words_of_event(code: str, params: Mapping[str, str], author: str, mask: Callable[[str], str]) -> str:
    """Say what happened, as Markdown. What nobody has words for is said by its code and what the product says of it."""
    names = [params[name] for name in sorted(params) if name.endswith(("isplayName", "Name"))]
    what = names[0] if names else params.get("text", "")
    who = params.get("members") or author
    if more := params.get("more"):
        who = _("%(who)s ほか%(more)s人") % {"who": who, "more": more}
    said = _WORDS.get(code)
    if said is None:
        return _("もとのチャットの記録(%(code)s) %(what)s") % {"code": code, "what": escaped(mask(what), False)}
    return str(said) % {"who": escaped(mask(who), False), "what": escaped(mask(what), False)}
