"""The pages about a person: signing in and out, the account with its token and keys."""

from django.urls import include, path

from accounts.views import (
    account,
    addresses,
    audits,
    keys,
    passwords,
    sessions,
    sign_in,
    sso,
    table_layouts,
    tokens,
)

urlpatterns = [
    path("sign-in/", sign_in.enter, name="sign-in"),
    path("sign-in/forgotten/", passwords.forgotten, name="password-forgotten"),
    path("sign-in/new/<str:uidb64>/<str:token>/", passwords.NewPassword.as_view(), name="new-password"),
    path("sign-in/sso/", sso.begin, name="sso"),
    path("sign-in/sso/back/", sso.back, name="sso-back"),
    path("sign-out/", sign_in.leave, name="sign-out"),
    path("account/", account.account, name="account"),
    path("account/audit/", audits.mine, name="account-audit"),
    path("groups/<int:group_id>/audit/", audits.of_group, name="group-audit"),
    path("account/sessions/", sessions.show, name="account-sessions"),
    path("account/sessions/end/", sessions.end_others, name="account-sessions-end"),
    path("account/sessions/<int:session_id>/end/", sessions.end, name="account-session-end"),
    path("account/sso/connect/", sso.connect, name="sso-connect"),
    path("account/sso/disconnect/", sso.disconnect, name="sso-disconnect"),
    path("", include("accounts.groups.urls")),
    path("account/password/", passwords.change_password, name="account-password"),
    path("account/mail/", addresses.change, name="account-mail"),
    path("account/mail/<str:token>/", addresses.confirm, name="account-mail-confirm"),
    path("account/token/", tokens.enter_token, name="account-token"),
    path("account/token/check/", tokens.check_token, name="account-token-check"),
    path("account/token/groups/", tokens.tell_groups, name="account-token-groups"),
    path("account/token/day/", tokens.date_token, name="account-token-day"),
    path("account/token/remove/", tokens.remove_token, name="account-token-remove"),
    path("account/keys/", keys.make_key, name="account-keys"),
    path("account/layouts/<str:kind>/", table_layouts.table_layout, name="table-layout"),
    path("account/keys/<int:key_id>/remove/", keys.remove_key, name="account-key-remove"),
]
