"""Which page of the store answers which address. Wiring only."""

from django.urls import path

from mastportal.files import views

urlpatterns = [path("previews/<uuid:result_id>/<int:number>", views.preview, name="preview")]
