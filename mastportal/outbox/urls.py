"""Which page of what people are told answers which address. Wiring only."""

from django.urls import path

from mastportal.outbox.views import bell, channels
from mastportal.outbox.views.feed import feed

CHANNELS = "notifications/channels/"
urlpatterns = [
    path("notifications/", bell.index, name="notifications"),
    path("notifications/count", bell.count, name="notifications-count"),
    path("notifications/read", bell.read, name="notifications-read"),
    path("notifications/<int:notice_id>/", bell.follow, name="notification"),
    path(CHANNELS, channels.index, name="channels"),
    path(f"{CHANNELS}deliveries", channels.deliveries, name="channels-deliveries"),
    path(f"{CHANNELS}mail", channels.try_mail, name="channels-mail"),
    path(f"{CHANNELS}webhooks", channels.add_webhook, name="channels-webhooks"),
    path(f"{CHANNELS}webhooks/<uuid:webhook_id>/test", channels.try_webhook, name="webhook-test"),
    path(f"{CHANNELS}webhooks/<uuid:webhook_id>/remove", channels.remove_webhook, name="webhook-remove"),
    path(f"{CHANNELS}deliveries/<uuid:delivery_id>/again", channels.again, name="delivery-again"),
    path(f"{CHANNELS}feed", channels.make_feed, name="channels-feed"),
    path(f"{CHANNELS}feed/remove", channels.remove_feed, name="channels-feed-remove"),
    path("feeds/<str:secret>/notifications.atom", feed, name="feed"),
]
