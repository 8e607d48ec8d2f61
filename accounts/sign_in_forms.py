"""Owns what people type to come in: name, password, a mail address. Checks form, not truth."""

from django import forms
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm

NOTHING_TYPED = {"required": "Fill this in."}


class SignInForm(forms.Form):
    username = forms.CharField(
        label="Username",
        max_length=150,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "autofocus": True,
                "spellcheck": "false",
            }
        ),
        error_messages=NOTHING_TYPED,
    )
    password = forms.CharField(
        label="Password",
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages=NOTHING_TYPED,
    )


class MailForm(forms.Form):
    email = forms.EmailField(
        label="Your mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
        error_messages={
            "required": "Give the mail address of your account.",
            "invalid": "This is not a mail address.",
        },
    )


class PasswordForm(PasswordChangeForm):
    error_messages = {
        **PasswordChangeForm.error_messages,
        "password_incorrect": "This is not your present password.",
    }


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """A password for who followed the link of a mail."""
