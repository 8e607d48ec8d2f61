"""Which address is answered by whom. Wiring only."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views import defaults
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from accounts.views.sign_in import administration
from mastportal.api import error_page
from mastportal.health import healthz
from mastportal.help import page as help_page

api: list[URLPattern | URLResolver] = [
    path("", include("accounts.api")),
    path("", include("mastportal.search.api")),
    path("", include("mastportal.search.plots.api")),
    path("", include("mastportal.search.exports.api")),
    path("", include("mastportal.search.sky.api")),
    path("", include("mastportal.search.selecting.api")),
    path("", include("mastportal.files.api")),
    path("", include("mastportal.desk.api")),
    path("", include("mastportal.outbox.api")),
    path("", include("mastportal.news.api")),
    path("", include("basket.api")),
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    path("schema/browse/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="schema-browse"),
]

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("help/", help_page, name="help"),
    path("admin/login/", administration),
    path("admin/", admin.site.urls),
    path("api/v1/", include(api)),
    path("", include("accounts.urls")),
    path("", include("mastportal.search.urls")),
    path("", include("mastportal.files.urls")),
    path("", include("mastportal.desk.urls")),
    path("", include("mastportal.outbox.urls")),
    path("", include("mastportal.news.urls")),
    path("", include("basket.urls")),
]

handler400 = error_page(defaults.bad_request, "bad_question", "This request cannot be understood.", 400)
handler403 = error_page(defaults.permission_denied, "forbidden", "You may not do this.", 403)
handler404 = error_page(defaults.page_not_found, "not_found", "There is no such address here.", 404)
handler500 = error_page(
    defaults.server_error, "internal", "Something broke here; the administrator's log says what.", 500
)
