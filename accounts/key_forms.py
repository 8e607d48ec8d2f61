"""Owns what people choose about an API key: its name, what it may, when it ends. Checks form, not truth."""

from datetime import datetime, timedelta

from django import forms
from django.utils import timezone

from accounts.models import Scope


class KeyForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": "what it is for", "autocomplete": "off"}),
        error_messages={"required": "Give the key a name that says what it is for."},
    )
    scope = forms.ChoiceField(
        label="May",
        required=False,
        choices=[(Scope.READ.value, "read"), (Scope.WRITE.value, "read and change")],
        initial=Scope.READ.value,
    )
    days = forms.TypedChoiceField(
        label="Ends after",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[(30, "30 days"), (90, "90 days"), (365, "a year"), ("", "never")],
        initial=90,
    )

    def clean_scope(self) -> str:
        return self.cleaned_data["scope"] or str(Scope.READ)

    def expires_at(self) -> datetime | None:
        """When a key of the valid form is to end; None for never."""
        days = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=days) if days else None
