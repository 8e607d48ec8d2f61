"""Owns what people type about their MAST token. Checks form, not truth."""

from django import forms


def _day_made(*, required: bool) -> forms.DateField:
    """When a token was made, as MAST's page of tokens says."""
    return forms.DateField(
        label="Made on",
        required=required,
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "off"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"required": "Enter a day.", "invalid": "Enter the day as YYYY-MM-DD."},
    )


class TokenForm(forms.Form):
    """A token, when it was made, and that a token of another MAST account may take the old one's place."""

    token = forms.CharField(
        label="MAST token",
        max_length=2000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}, render_value=False),
        error_messages={"required": "Paste a token first."},
    )
    made_on = _day_made(required=False)
    is_another_person = forms.BooleanField(required=False)


class TokenDayForm(forms.Form):
    """When the token that is stored was made."""

    made_on = _day_made(required=True)
