from __future__ import annotations

from django.urls import URLPattern, path

from hiroba.features.conversation import views, views_asked, views_coming, views_keeping, views_messages

urlpatterns: list[URLPattern] = [
    path("talk/", views.talk, name="talk"),
    path("talk/export/", views_keeping.export, name="talk-export"),
    path("talk/waiting/", views_asked.waiting, name="talk-waiting"),
    path("talk/bookmarks/", views_asked.bookmarks, name="talk-bookmarks"),
    path("talk/scheduled/", views_coming.scheduled, name="talk-scheduled"),
    path("talk/scheduled/<int:scheduled_id>/end/", views_coming.scheduled_end, name="scheduled-end"),
    path("channels/new/", views.new_channel, name="new-channel"),
    path("direct/", views.direct, name="direct"),
    path("channels/<int:channel_id>/", views.channel, name="channel"),
    path("channels/<int:channel_id>/messages/", views.channel_messages, name="channel-messages"),
    path("channels/<int:channel_id>/joining/", views_messages.joining, name="channel-joining"),
    path("channels/<int:channel_id>/level/", views_messages.level, name="channel-level"),
    path("channels/<int:channel_id>/reading/", views_messages.reading, name="channel-reading"),
    path("channels/<int:channel_id>/tending/", views_messages.tending, name="channel-tending"),
    path("channels/<int:channel_id>/audience/", views_messages.channel_audience, name="channel-audience"),
    path("channels/<int:channel_id>/closure/", views_messages.closure, name="channel-closure"),
    path("channels/<int:channel_id>/polls/new/", views_coming.new_poll, name="new-poll"),
    path("messages/<int:message_id>/poll/", views_coming.poll, name="message-poll"),
    path("channels/<int:channel_id>/keeping/", views_keeping.keeping, name="channel-keeping"),
    path("channels/<int:channel_id>/versions/", views_keeping.versions, name="channel-versions"),
    path("channels/<int:channel_id>/export/", views_keeping.channel_export, name="channel-export"),
    path("threads/<int:thread_id>/", views.thread, name="thread"),
    path("threads/<int:thread_id>/messages/", views.thread_messages, name="thread-messages"),
    path("threads/<int:thread_id>/topic/", views_messages.topic, name="thread-topic"),
    path("messages/<int:message_id>/", views_messages.message, name="message"),
    path("messages/<int:message_id>/reactions/", views_messages.reactions, name="message-reactions"),
    path("messages/<int:message_id>/revision/", views_messages.revision, name="message-revision"),
    path("messages/<int:message_id>/removal/", views_messages.removal, name="message-removal"),
    path("messages/<int:message_id>/confirmation/", views_asked.confirmation, name="message-confirmation"),
    path("messages/<int:message_id>/receipt/", views_asked.receipt, name="message-receipt"),
    path("messages/receipts/<int:receipt_id>/verdict/", views_asked.verdict, name="receipt-verdict"),
    path("messages/<int:message_id>/question/", views_asked.question, name="message-question"),
    path("messages/<int:message_id>/answer/", views_asked.answer, name="message-answer"),
    path("messages/<int:message_id>/pin/", views_asked.pin, name="message-pin"),
    path("messages/<int:message_id>/bookmark/", views_asked.bookmark, name="message-bookmark"),
    path("messages/files/<int:file_id>/", views_messages.file, name="message-file"),
]
