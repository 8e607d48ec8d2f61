"""The administrator's view of who comes in by single sign-on; allauth's other tables are not for people."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts import audit, sso
from accounts.audit import Event

for model in (EmailAddress, SocialAccount, SocialApp, SocialToken, UserSession):
    admin.site.unregister(model)


class ConnectionForm(forms.ModelForm):  # type: ignore[type-arg]
    subject = forms.CharField(
        max_length=sso.LONGEST_UID, help_text="the claim “sub”, as the provider says it"
    )

    class Meta:
        model = SocialAccount
        fields = ("user",)

    def clean_subject(self) -> str:
        """What the person is known by; nobody else may be."""
        try:
            uid = sso.uid_of(settings.OIDC_ISSUER, self.cleaned_data["subject"])
        except sso.SignOnFailed:
            raise ValidationError("This is no subject a provider may give.") from None
        if SocialAccount.objects.filter(provider=sso.PROVIDER, uid=uid).exists():
            raise ValidationError("This subject comes in as somebody already.")
        return uid


@admin.register(SocialAccount)
class ConnectionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Which subject of the provider comes in as whom; added or removed, never changed."""

    form = ConnectionForm
    list_display = ("user", "uid", "date_joined", "last_login")
    list_select_related = ("user",)
    search_fields = ("user__username", "uid")
    autocomplete_fields = ("user",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return sso.is_on() and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def save_model(self, request: HttpRequest, obj: SocialAccount, form: Any, change: bool) -> None:
        obj.provider, obj.uid = sso.PROVIDER, form.cleaned_data["subject"]
        super().save_model(request, obj, form, change)
        audit.note(Event.SIGN_ON_CONNECTED, request.user, person=obj.user, way="administration")

    def delete_model(self, request: HttpRequest, obj: SocialAccount) -> None:
        audit.note(Event.SIGN_ON_REMOVED, request.user, person=obj.user)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for obj in queryset.select_related("user"):
            self.delete_model(request, obj)
