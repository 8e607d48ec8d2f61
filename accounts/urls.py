"""The pages about a person: signing in and out, the account with its token and keys."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("account/", views.account, name="account"),
    path("account/password/", views.change_password, name="account-password"),
    path("account/token/", views.enter_token, name="account-token"),
    path("account/token/check/", views.check_token, name="account-token-check"),
    path("account/token/remove/", views.remove_token, name="account-token-remove"),
    path("account/keys/", views.make_key, name="account-keys"),
    path("account/layouts/<str:kind>/", views.table_layout, name="table-layout"),
    path("account/keys/<int:key_id>/remove/", views.remove_key, name="account-key-remove"),
]
