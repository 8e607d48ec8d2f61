"""Owns what people type about themselves: an API key's name. Checks form, not truth."""

from django import forms


class KeyForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": "what it is for", "autocomplete": "off"}),
        error_messages={"required": "Give the key a name that says what it is for."},
    )
