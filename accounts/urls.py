"""The pages about a person: signing in and out, the account with its token and keys."""

from django.urls import path

from accounts.views import account, audits, keys, passwords, sign_in, table_layouts, tokens

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("account/", account.account, name="account"),
    path("account/audit/", audits.mine, name="account-audit"),
    path("groups/<int:group_id>/audit/", audits.of_group, name="group-audit"),
    path("account/password/", passwords.change_password, name="account-password"),
    path("account/token/", tokens.enter_token, name="account-token"),
    path("account/token/check/", tokens.check_token, name="account-token-check"),
    path("account/token/day/", tokens.date_token, name="account-token-day"),
    path("account/token/remove/", tokens.remove_token, name="account-token-remove"),
    path("account/keys/", keys.make_key, name="account-keys"),
    path("account/layouts/<str:kind>/", table_layouts.table_layout, name="table-layout"),
    path("account/keys/<int:key_id>/remove/", keys.remove_key, name="account-key-remove"),
]
