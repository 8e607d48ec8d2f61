"""Which page of the desk answers which address. Wiring only."""

from django.urls import path

from mastportal.desk.views import programmes, saved

urlpatterns = [
    path("saved/", saved.index, name="saved-searches"),
    path("saved/menu", saved.menu, name="saved-menu"),
    path("saved/new", saved.new, name="saved-new"),
    path("saved/<int:saved_id>/", saved.opened, name="saved-search"),
    path("saved/<int:saved_id>/change", saved.change, name="saved-change"),
    path("saved/<int:saved_id>/remove", saved.remove, name="saved-remove"),
    path("recent/forget", saved.forget, name="recent-forget"),
    path("programmes/<str:mission>/<str:programme>/", programmes.detail, name="programme"),
    path("programmes/<str:mission>/<str:programme>/state", programmes.state, name="programme-state"),
    path("programmes/<str:mission>/<str:programme>/refresh", programmes.refresh, name="programme-refresh"),
]
