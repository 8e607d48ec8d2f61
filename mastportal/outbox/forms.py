"""Owns the form in which a webhook is entered."""

from django import forms

from mastportal.outbox.models import Form
from mastportal.outbox.webhooks import ADDRESS_MOST

TAKES = [(Form.JSON, "Signed JSON"), (Form.CHAT, "Slack, Mattermost")]


class WebhookForm(forms.Form):
    """A name to know it by, where it is, and what it takes."""

    prefix = "webhook"

    name = forms.CharField(max_length=60, error_messages={"required": "Give it a name to know it by."})
    address = forms.CharField(
        max_length=ADDRESS_MOST,
        error_messages={"required": "Give the address that the other side told you."},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "placeholder": "https://…"}
        ),
    )
    form = forms.ChoiceField(label="It takes", choices=TAKES, initial=Form.JSON)
