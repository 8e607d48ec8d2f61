"""Owns what people type to have another mail address: it, and their password, which is checked here."""

from typing import Any

from django import forms
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import User


class AddressForm(forms.Form):
    email = forms.EmailField(
        label="New mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": "Give the new mail address.", "invalid": "This is not a mail address."},
    )
    password = forms.CharField(
        label="Your password",
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Give your password, so that nobody else does this."},
    )

    def __init__(self, person: User, data: Any = None) -> None:
        super().__init__(data)
        self._person = person

    def clean_email(self) -> str:
        email: str = BaseUserManager.normalize_email(self.cleaned_data["email"])
        if email.casefold() == self._person.email.casefold():
            raise forms.ValidationError("This is your mail address already.")
        return email

    def clean_password(self) -> str:
        if not self._person.check_password(self.cleaned_data["password"]):
            raise forms.ValidationError("This is not your password.")
        return str(self.cleaned_data["password"])
