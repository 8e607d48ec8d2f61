"""Which page of the search answers which address. Wiring only."""

from django.urls import path

from mastportal.search import views
from mastportal.search.counting import views as counting_views
from mastportal.search.targets import views as target_views

urlpatterns = [
    path("", views.home, name="search"),
    path("search/ask", views.ask, name="ask"),
    path("search/count", counting_views.count, name="count"),
    path("search/count/<uuid:pk>", counting_views.count_again, name="counted"),
    path("search/values", counting_views.values, name="values"),
    path("search/values/<uuid:pk>", counting_views.values_again, name="values-again"),
    path("search/targets", target_views.read, name="targets"),
    path("search/targets/<uuid:pk>", target_views.understood, name="targets-list"),
    path("results/", views.index, name="results"),
    path("results/<uuid:pk>/", views.result, name="result"),
    path("results/<uuid:pk>/state", views.state, name="result-state"),
    path("results/<uuid:pk>/refresh", views.refresh, name="result-refresh"),
    path("results/<uuid:pk>/observations", views.observations, name="result-observations"),
    path("results/<uuid:pk>/rows/<uuid:result_id>/<int:number>", views.row, name="result-row"),
    path(
        "results/<uuid:pk>/rows/<uuid:result_id>/<int:number>/products",
        views.row_products,
        name="result-row-products",
    ),
    path("sky/survey/<path:name>", views.sky_survey, name="sky-survey"),
]
