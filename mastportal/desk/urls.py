"""Which page of the desk answers which address. Wiring only."""

from django.urls import path

from mastportal.desk.views import opening, programmes, release_days, saved

urlpatterns = [
    path("saved/", saved.index, name="saved-searches"),
    path("saved/menu", saved.menu, name="saved-menu"),
    path("saved/new", saved.new, name="saved-new"),
    path("saved/<int:saved_id>/", saved.opened, name="saved-search"),
    path("saved/<int:saved_id>/change", saved.change, name="saved-change"),
    path("saved/<int:saved_id>/remove", saved.remove, name="saved-remove"),
    path("recent/forget", saved.forget, name="recent-forget"),
    path("calendar/", release_days.calendar, name="calendar"),
    path("calendar/address", release_days.address, name="calendar-address"),
    path("feeds/<str:secret>/calendar.ics", release_days.feed, name="calendar-feed"),
    path("account/programmes/", opening.index, name="my-programmes"),
    path("account/programmes/check", opening.check, name="my-programmes-check"),
    path("programmes/<str:mission>/<str:programme>/", programmes.detail, name="programme"),
    path("programmes/<str:mission>/<str:programme>/state", programmes.state, name="programme-state"),
    path("programmes/<str:mission>/<str:programme>/refresh", programmes.refresh, name="programme-refresh"),
]
