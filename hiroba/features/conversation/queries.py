"""What a person sees of conversation: their channels, what is new in them, threads and messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext_lazy as _

from hiroba.archive.queries import records_visible_to
from hiroba.features.conversation.files import records_of
from hiroba.features.conversation.marks import Marks, marks_of, questions_of_threads
from hiroba.features.conversation.models import (
    Channel,
    ChannelKind,
    Joining,
    Level,
    Mention,
    Message,
    MessageFile,
    MessageVersion,
    Question,
    Reaction,
    ReadMark,
    Thread,
)
from hiroba.foundation.access.audiences import principals_in, say_audience, say_principal
from hiroba.foundation.access.principals import EVERYONE, is_administrator, principals_of, readable
from hiroba.foundation.people.looks import asked_once
from hiroba.foundation.people.models import Person
from hiroba.foundation.people.queries import get_tree, section_of
from hiroba.foundation.refusal import Refusal

THREADS_A_PAGE = 30
MESSAGES_A_PAGE = 100
REPLIES_SHOWN = 2
LEVELS = (
    (Level.FOLLOW, _("全部知らせてもらう"), _("だれかが書くたびに、新しいものとして数えます。")),
    (Level.NORMAL, _("自分あてだけ"), _("わたし、わたしの課、わたしのチームあての話だけを数えます。")),
    (Level.MUTE, _("知らせない"), _("数えません。さがせば見つかり、いつでも読めます。")),
)


def channels_visible_to(person: Person, principals: frozenset[str] | None = None) -> QuerySet[Channel]:
    """List the channels the person may read now."""
    principals = principals_of(person) if principals is None else principals
    return Channel.objects.filter(readable(principals)).select_related("owner", "unit")


@asked_once
def get_channel(person: Person, channel_id: int) -> Channel:
    """Give one readable channel; ACCESS-01 answers alike for hidden and for missing ones."""
    channel = channels_visible_to(person).filter(pk=channel_id).first()
    if channel is None:
        raise Refusal("ACCESS-01")
    return channel


@asked_once
def get_thread(person: Person, thread_id: int) -> Thread:
    """Give one readable thread with its channel; ACCESS-01 likewise."""
    threads = Thread.objects.filter(readable(principals_of(person), "channel__audience"), pk=thread_id)
    thread = threads.select_related("channel__owner", "channel__unit").first()
    if thread is None:
        raise Refusal("ACCESS-01")
    return thread


def get_message(person: Person, message_id: int) -> Message:
    """Give one readable message with its thread and channel; ACCESS-01 likewise."""
    messages = Message.objects.filter(readable(principals_of(person), "thread__channel__audience"), pk=message_id)
    message = messages.select_related("thread__channel", "author").first()
    if message is None:
        raise Refusal("ACCESS-01")
    return message


def may_tend(person: Person, channel: Channel) -> bool:
    """Tell whether the person looks after a channel: whoever founded it, and administrators, who must be able to read
    it (the caller has fetched it as them)."""
    return channel.owner_id == person.pk or (channel.kind != ChannelKind.DIRECT and is_administrator(person))


def unread_threads(person: Person, channel_ids: Iterable[int]) -> QuerySet[Thread]:
    """List the threads of these channels in which something was said that the person has not read. They take part."""
    joining = Joining.objects.filter(person=person, channel=OuterRef("channel"))
    mark = ReadMark.objects.filter(person=person, thread=OuterRef("pk"))
    read = Greatest(Subquery(joining.values("read_until")), Coalesce(Subquery(mark.values("read_until")), 0))
    joined = Thread.objects.filter(
        channel__in=list(channel_ids),
        channel__joinings__person=person,
        last_message_id__gt=F("channel__joinings__read_until"),
    )
    return joined.annotate(read=read).filter(last_message_id__gt=F("read"))


@dataclass(frozen=True)
class Line:
    """One channel as lists show it: its name to this person, and how many threads have something new for them."""

    channel: Channel
    name: str
    unread: int
    level: str
    sharing: str


def name_for(person: Person, channel: Channel) -> str:
    """Give a channel's name; a direct conversation is called by the others in it."""
    if channel.kind != ChannelKind.DIRECT:
        return channel.name
    names = [name for name in channel.name.split("、") if name != person.name]
    return "、".join(names) or channel.name


def lines_of(person: Person) -> list[Line]:
    """List the channels the person takes part in: what is new first, then by name; direct ones last."""
    channels = list(
        channels_visible_to(person)
        .filter(joinings__person=person)
        .annotate(level=F("joinings__level"))
        .order_by("name")
    )
    new = unread_threads(person, [channel.pk for channel in channels]).values("channel").annotate(count=Count("pk"))
    counts = dict(new.values_list("channel", "count"))
    tree = get_tree()
    lines = [
        Line(
            channel,
            name_for(person, channel),
            0 if (level := str(getattr(channel, "level", ""))) == Level.MUTE else counts.get(channel.pk, 0),
            level,
            say_audience(principals_in(channel.audience_id), tree),
        )
        for channel in channels
    ]
    return sorted(lines, key=lambda line: (line.channel.kind == ChannelKind.DIRECT, not line.unread, line.name))


def channels_to_join(person: Person, typed: str = "", limit: int = 100) -> list[Line]:
    """List the channels the person may read and takes no part in; named like `typed` where that is given."""
    others = channels_visible_to(person).exclude(joinings__person=person).exclude(kind=ChannelKind.DIRECT)
    if typed:
        others = others.filter(Q(name__icontains=typed) | Q(purpose__icontains=typed))
    tree = get_tree()
    return [
        Line(channel, channel.name, 0, "", say_audience(principals_in(channel.audience_id), tree))
        for channel in others.order_by("-last_message_id", "name")[:limit]
    ]


def count_waiting(person: Person) -> int:
    """Count the threads with something new in channels the person follows, and those that speak to them."""
    mine = Joining.objects.filter(person=person, channel__in=channels_visible_to(person))
    followed = list(mine.filter(level=Level.FOLLOW).values_list("channel", flat=True))
    normal = list(mine.filter(level=Level.NORMAL).values_list("channel", flat=True))
    called = unread_threads(person, normal).filter(
        messages__mentions__principal__in=principals_of(person) - {EVERYONE}, messages__pk__gt=F("read")
    )
    return unread_threads(person, followed).count() + called.distinct().count()


@dataclass(frozen=True)
class Tally:
    """How often a word stands under a message, by whom, and whether by this person."""

    word: str
    count: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """A message with all that stands around it, the same for everybody who may read it."""

    message: Message
    unit: str
    mentions: dict[str, Mention] = field(default_factory=dict)
    tallies: tuple[Tally, ...] = ()
    files: tuple[MessageFile, ...] = ()
    marks: Marks | None = None


@dataclass(frozen=True)
class ShownThread:
    """A thread as its channel's page shows it: its first message, the last replies, and what is new."""

    thread: Thread
    first: Shown
    last: tuple[Shown, ...]
    more: int  # replies between them
    is_new: bool
    questions: tuple[Question, ...] = ()


def show_messages(messages: Sequence[Message]) -> list[Shown]:
    """Gather what stands around messages: four questions, however many there are, and a few where one is marked."""
    ids = [message.pk for message in messages]
    mentions: dict[int, dict[str, Mention]] = defaultdict(dict)
    calling = [message.pk for message in messages if "@" in message.body]
    for mention in Mention.objects.filter(message__in=calling) if calling else ():
        mentions[mention.message_id][mention.word] = mention
    files: dict[int, list[MessageFile]] = defaultdict(list)
    for file in MessageFile.objects.filter(message__in=ids).order_by("pk"):
        files[file.message_id].append(file)
    tallies, units, marks = _tallies(ids), _units(messages), marks_of(messages)
    return [
        Shown(
            message=each,
            unit=units.get(each.author_id or 0, ""),
            mentions=mentions[each.pk],
            tallies=tallies[each.pk],
            files=tuple(files[each.pk]),
            marks=marks.get(each.pk),
        )
        for each in messages
    ]


def show_one(message: Message) -> Shown:
    """Give one message as `show_messages` does."""
    return show_messages([message])[0]


def _tallies(ids: list[int]) -> dict[int, tuple[Tally, ...]]:
    names: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for each in Reaction.objects.filter(message__in=ids).select_related("person").order_by("pk"):
        names[each.message_id][each.word].append(each.person.name if each.person else each.outsider)
    found: dict[int, tuple[Tally, ...]] = defaultdict(tuple)
    for message, by_word in names.items():
        found[message] = tuple(Tally(word, len(who), tuple(who)) for word, who in by_word.items())
    return found


def _units(messages: Sequence[Message]) -> dict[int, str]:
    """Give the section's name of each author today."""
    tree = get_tree()
    found = {}
    for author in {message.author_id: message.author for message in messages if message.author}.values():
        code = section_of(author) if author else None
        if author is not None and code:
            found[author.pk] = tree.name(code)
    return found


def threads_shown_to(person: Person, channel: Channel, before: int = 0) -> tuple[list[ShownThread], int]:
    """Give a page of a channel's threads, the one that was last spoken in at the end, and the message id before which
    older ones stand (0: there are none)."""
    threads = Thread.objects.filter(channel=channel, number__gt=0).order_by("-last_message_id")
    if before:
        threads = threads.filter(last_message_id__lt=before)
    page = list(threads[: THREADS_A_PAGE + 1])
    older = page[THREADS_A_PAGE - 1].last_message_id if len(page) > THREADS_A_PAGE else 0
    page = page[:THREADS_A_PAGE][::-1]
    ends = [Q(thread=thread) & (Q(number=1) | Q(number__gt=thread.number - REPLIES_SHOWN)) for thread in page]
    wanted = Q()
    for end in ends:
        wanted |= end
    rows = Message.objects.filter(wanted).select_related("author").order_by("number") if ends else []
    by_thread: dict[int, list[Shown]] = defaultdict(list)
    for shown in show_messages(list(rows)):
        by_thread[shown.message.thread_id].append(shown)
    new = set(unread_threads(person, [channel.pk]).values_list("pk", flat=True))
    asked = questions_of_threads(thread.pk for thread in page)
    pages = [
        _shown(thread, by_thread[thread.pk], thread.pk in new, asked.get(thread.pk, ()))
        for thread in page
        if by_thread[thread.pk]
    ]
    return pages, older


def questions_in(thread_id: int) -> tuple[Question, ...]:
    """List the questions asked in a thread; the caller has fetched it as somebody."""
    return questions_of_threads([thread_id]).get(thread_id, ())


def _shown(thread: Thread, ends: list[Shown], is_new: bool, asked: tuple[Question, ...]) -> ShownThread:
    first, last = ends[0], tuple(ends[1:])
    return ShownThread(thread, first, last, thread.number - 1 - len(last), is_new, asked)


@dataclass(frozen=True)
class Talk:
    """A page of one thread. `new_from` is the first message the person has not read (0: all, or none of the page)."""

    thread: Thread
    messages: list[Shown]
    new_from: int
    earlier: int  # number of the message before which earlier ones stand; 0 without
    later: int


def messages_shown_to(person: Person, thread: Thread, at: int = 0, before: int = 0) -> Talk:
    """Give the newest messages of a thread, those around the message `at`, or those before the number `before`."""
    rows = thread.messages.select_related("author")
    first = max(1, thread.number - MESSAGES_A_PAGE + 1)
    around = rows.filter(pk=at).values_list("number", flat=True).first() if at else None
    if around is not None:
        first = max(1, min(first, around - MESSAGES_A_PAGE // 2))
    if before:
        first = max(1, before - MESSAGES_A_PAGE)
    page = list(rows.filter(number__gte=first, number__lt=first + MESSAGES_A_PAGE).order_by("number"))
    last = page[-1].number if page else 0
    return Talk(
        thread=thread,
        messages=show_messages(page),
        new_from=_new_from(page, read_until_of(person, thread)),
        earlier=first if first > 1 else 0,
        later=last + 1 + MESSAGES_A_PAGE if last < thread.number else 0,
    )


def _new_from(page: Sequence[Message], read_until: int) -> int:
    new = next((place for place, message in enumerate(page) if message.pk > read_until), 0)
    return page[new].pk if new else 0


def read_until_of(person: Person, thread: Thread) -> int:
    """Give the id of the last message the person has read in a thread."""
    joining = Joining.objects.filter(channel=thread.channel_id, person=person).values_list("read_until", flat=True)
    mark = ReadMark.objects.filter(thread=thread, person=person).values_list("read_until", flat=True)
    return max(joining.first() or 0, mark.first() or 0)


def reactions_of(person: Person, message_ids: Iterable[int]) -> set[tuple[int, str]]:
    """Give which words the person has put under which messages."""
    rows = Reaction.objects.filter(message__in=list(message_ids), person=person)
    return set(rows.values_list("message_id", "word"))


def member_names(channel: Channel, limit: int = 200) -> list[str]:
    """Name those who take part, by reading; the caller has fetched the channel as somebody."""
    rows = Joining.objects.filter(channel=channel, person__is_active=True).order_by("person__reading")
    return list(rows.values_list("person__name", flat=True)[:limit])


def versions_of(message: Message) -> list[MessageVersion]:
    """List what a message said before it was edited, oldest first; nothing of a deleted one."""
    return [] if message.deleted_at else list(message.versions.order_by("pk"))


def sharing_of(channel: Channel) -> str:
    """Say who may read a channel."""
    return say_audience(principals_in(channel.audience_id), get_tree())


def readers_of(channel: Channel) -> list[str]:
    """Name each principal a channel is shared with."""
    tree = get_tree()
    return sorted(say_principal(each, tree) for each in principals_in(channel.audience_id))


def get_file_record(person: Person, file_id: int) -> int:
    """Give the record a sent file became, for whoever may read the message and the record. TALK-12 while it is on its
    way or held back; ACCESS-01 for everything one may not know of."""
    file = MessageFile.objects.filter(pk=file_id, message__deleted_at=None).first()
    if file is None:
        raise Refusal("ACCESS-01")
    get_message(person, file.message_id)
    record = records_of([file]).get(file.pk)
    if record is None or not records_visible_to(person).filter(pk=record).exists():
        raise Refusal("TALK-12")
    return record
