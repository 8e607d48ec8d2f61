"""The REST doors to baskets and bundles: which address is answered by whom."""

from django.urls import path

from basket.api import baskets, bundles, changes, contents, direct, pipeline, preflight, rows, sharing, ways

urlpatterns = [
    path("baskets", baskets.BasketsView.as_view(), name="api-baskets"),
    path("baskets/<int:basket_id>", baskets.BasketView.as_view(), name="api-basket"),
    path("baskets/<int:basket_id>/selection", baskets.SelectionView.as_view(), name="api-selection"),
    path("baskets/<int:basket_id>/refresh", contents.RefreshView.as_view(), name="api-basket-refresh"),
    path("baskets/<int:basket_id>/observations", contents.ObservationsView.as_view(), name="api-lines"),
    path(
        "baskets/<int:basket_id>/observations/<str:obsid>",
        contents.ObservationView.as_view(),
        name="api-line",
    ),
    path("baskets/<int:basket_id>/products", contents.ProductsView.as_view(), name="api-products"),
    path("baskets/<int:basket_id>/products/facets", contents.FacetsView.as_view(), name="api-product-facets"),
    path("baskets/<int:basket_id>/products/export", contents.ExportView.as_view(), name="api-product-export"),
    path("baskets/<int:basket_id>/script", contents.ScriptView.as_view(), name="api-script"),
    path("baskets/<int:basket_id>/download", direct.BasketDownloadView.as_view(), name="api-basket-download"),
    path("baskets/<int:basket_id>/list", ways.ListView.as_view(), name="api-list"),
    path("baskets/<int:basket_id>/preflight", preflight.PreflightView.as_view(), name="api-preflight"),
    path("baskets/<int:basket_id>/pipeline", pipeline.PipelineView.as_view(), name="api-pipeline"),
    path("baskets/<int:basket_id>/rows", rows.RowsView.as_view(), name="api-basket-rows"),
    path("baskets/<int:basket_id>/notes", rows.NotesView.as_view(), name="api-basket-notes"),
    path("baskets/<int:basket_id>/activity", rows.ActivityView.as_view(), name="api-basket-activity"),
    path("baskets/<int:basket_id>/lock", sharing.LockView.as_view(), name="api-basket-lock"),
    path("baskets/<int:basket_id>/copy", sharing.CopyView.as_view(), name="api-basket-copy"),
    path("baskets/<int:basket_id>/merge", sharing.MergeView.as_view(), name="api-basket-merge"),
    path("baskets/<int:basket_id>/bundles", bundles.BasketBundlesView.as_view(), name="api-basket-bundles"),
    path("bundles", bundles.BundlesView.as_view(), name="api-bundles"),
    path("bundles/<uuid:bundle_id>", bundles.BundleView.as_view(), name="api-bundle"),
    path("bundles/<uuid:bundle_id>/again", bundles.AgainView.as_view(), name="api-bundle-again"),
    path("bundles/<uuid:bundle_id>/retry", bundles.RetryView.as_view(), name="api-bundle-retry"),
    path("bundles/<uuid:bundle_id>/changes", changes.ChangesView.as_view(), name="api-changes"),
    path("bundles/<uuid:bundle_id>/manifest", bundles.ManifestView.as_view(), name="api-manifest"),
    path("bundles/<uuid:bundle_id>/checksums", bundles.ChecksumsView.as_view(), name="api-checksums"),
    path("bundles/<uuid:bundle_id>/download", direct.BundleDownloadView.as_view(), name="api-download"),
    path("bundles/<uuid:bundle_id>/staging", ways.StagingView.as_view(), name="api-staging"),
    path("observations/<str:obsid>/download", direct.ObservationDownloadView.as_view(), name="api-direct"),
]
