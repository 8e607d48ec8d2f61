"""Which page of the subscriptions answers which address. Wiring only."""

from django.urls import path

from mastportal.news import views

urlpatterns = [
    path("subscriptions/", views.index, name="subscriptions"),
    path("subscriptions/file", views.dropped, name="subscription-file"),
    path("subscriptions/new", views.new, name="subscription-new"),
    path("subscriptions/<int:subscription_id>/", views.change, name="subscription"),
    path("subscriptions/<int:subscription_id>/pause", views.pause, name="subscription-pause"),
    path("subscriptions/<int:subscription_id>/remove", views.remove, name="subscription-remove"),
    path("unsubscribe/<str:secret>", views.unsubscribe, name="unsubscribe"),
]
