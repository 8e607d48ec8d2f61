"""The pages of baskets and bundles."""

from django.urls import path

from basket.views import adding, baskets, bundles, choosing, pipeline, ways

urlpatterns = [
    path("baskets/", baskets.index, name="baskets"),
    path("baskets/add", adding.add, name="basket-add"),
    path("baskets/<int:basket_id>/", baskets.detail, name="basket"),
    path("baskets/<int:basket_id>/state", baskets.state, name="basket-state"),
    path("baskets/<int:basket_id>/settings", baskets.change, name="basket-settings"),
    path("baskets/<int:basket_id>/remove", baskets.remove, name="basket-remove"),
    path("baskets/<int:basket_id>/refresh", baskets.refresh, name="basket-refresh"),
    path("baskets/<int:basket_id>/lines/<str:obsid>/remove", adding.remove_line, name="basket-line-remove"),
    path("baskets/<int:basket_id>/files/remove", adding.remove_file, name="basket-file-remove"),
    path("baskets/<int:basket_id>/selection", choosing.choose, name="basket-selection"),
    path("baskets/<int:basket_id>/pipeline", pipeline.needs, name="basket-pipeline"),
    path("baskets/<int:basket_id>/preflight", choosing.preflight, name="basket-preflight"),
    path("baskets/<int:basket_id>/bundle", choosing.request_bundle, name="basket-bundle"),
    path("baskets/<int:basket_id>/script", choosing.script, name="basket-script"),
    path("baskets/<int:basket_id>/download", ways.stream, name="basket-download"),
    path("baskets/<int:basket_id>/list", ways.listed, name="basket-list"),
    path("bundles/", bundles.index, name="bundles"),
    path("bundles/<uuid:bundle_id>/", bundles.detail, name="bundle"),
    path("bundles/<uuid:bundle_id>/state", bundles.state, name="bundle-state"),
    path("bundles/<uuid:bundle_id>/files", bundles.files, name="bundle-files"),
    path("bundles/<uuid:bundle_id>/retry", bundles.retry, name="bundle-retry"),
    path("bundles/<uuid:bundle_id>/changes", bundles.changed, name="bundle-changes"),
    path("bundles/<uuid:bundle_id>/script", ways.bundle_script, name="bundle-script"),
    path("bundles/<uuid:bundle_id>/list", ways.bundle_list, name="bundle-list"),
    path("bundles/<uuid:bundle_id>/again", bundles.again, name="bundle-again"),
    path("bundles/<uuid:bundle_id>/remove", bundles.remove, name="bundle-remove"),
    path("bundles/<uuid:bundle_id>/staging", ways.staged, name="bundle-staging"),
    path("bundles/<uuid:bundle_id>/stage", ways.stage, name="bundle-stage"),
    path("bundles/<uuid:bundle_id>/unstage", ways.unstage, name="bundle-unstage"),
    path("observations/<str:obsid>/download", ways.observation, name="observation-download"),
    path("observations/<str:obsid>/bundle", bundles.of_observation, name="observation-bundle"),
]
