"""The REST addresses of the desk. Wiring only."""

from django.urls import path

from mastportal.desk.api.mine import MyProgrammesView, calendar
from mastportal.desk.api.programmes import programme
from mastportal.desk.api.saved import SavedSearchesView, SavedSearchView

urlpatterns = [
    path("saved-searches", SavedSearchesView.as_view(), name="api-saved-searches"),
    path("saved-searches/<int:saved_id>", SavedSearchView.as_view(), name="api-saved-search"),
    path("calendar", calendar, name="api-calendar"),
    path("me/programmes", MyProgrammesView.as_view(), name="api-my-programmes"),
    path("programmes/<str:mission>/<str:programme>", programme, name="api-programme"),
]
