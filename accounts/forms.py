"""Owns what people type about themselves: sign-in, MAST token, API key's name. Checks form, not truth."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "This user name and password do not belong together; mind capital letters.",
        "inactive": "This account is switched off; ask your administrator.",
    }


class KeyForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": "what it is for", "autocomplete": "off"}),
        error_messages={"required": "Give the key a name that says what it is for."},
    )


class PasswordForm(PasswordChangeForm):
    error_messages = {
        **PasswordChangeForm.error_messages,
        "password_incorrect": "This is not your present password.",
    }
