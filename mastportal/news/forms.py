"""Owns what the pages of subscriptions accept. Whether it makes sense, `subscribing` says."""

from typing import Any

from django import forms
from django.contrib.auth.models import User

from accounts.access import writable
from basket.models import Basket
from mastportal.news.models import Frequency, Subscription, Watch
from mastportal.news.subscribing import events_of
from mastportal.outbox.models import Channel, Webhook

EVENT_WORDS = {
    "new": "New data",
    "first": "First data",
    "reprocessed": "Reprocessed",
    "public": "Becomes public",
    "planned-added": "Planned: added",
    "planned-withdrawn": "Planned: withdrawn",
}
MOST_FILE_BYTES = 16 << 20
TICKED = forms.CheckboxSelectMultiple
LEVELS = [("", "Any level"), ("2", "Level 2 only"), ("3", "Level 3 only")]


class FollowForm(forms.Form):
    """The programme to be followed from the list's own page."""

    mission = forms.ChoiceField(choices=[("JWST", "JWST"), ("HST", "HST")], required=False)
    program = forms.CharField(max_length=40, error_messages={"required": "Give the programme's number."})


class EventFileForm(forms.Form):
    """MAST's own subscription file."""

    file = forms.FileField(error_messages={"required": "Choose the file that MAST sent."}, max_length=300)

    def clean_file(self) -> Any:
        """Not one that no mail would carry."""
        sent = self.cleaned_data["file"]
        if sent.size > MOST_FILE_BYTES:
            raise forms.ValidationError("This file is larger than any that MAST sends.")
        return sent


class WishForm(forms.Form):
    """What somebody wants to hear of `watch`, how often and by which way."""

    events = forms.MultipleChoiceField(
        widget=TICKED, error_messages={"required": "Choose at least one kind of event."}
    )
    observation = forms.CharField(max_length=200, required=False)
    level = forms.ChoiceField(choices=LEVELS, required=False)
    frequency = forms.ChoiceField(choices=Frequency.choices)
    channels = forms.MultipleChoiceField(
        choices=Channel.choices,
        widget=TICKED,
        error_messages={"required": "Choose at least one way to be told."},
    )
    webhooks = forms.MultipleChoiceField(widget=TICKED, required=False)
    add_to_basket = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    make_bundle = forms.BooleanField(required=False)

    def __init__(self, user: User, watch: Watch, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        events = [(kind.value, EVENT_WORDS[kind]) for kind in events_of(watch)]
        hooks = Webhook.objects.filter(person_id=user.pk, ended_at=None)
        baskets = [
            (basket.pk, str(basket)) for basket in writable_baskets(user) if basket.pk != watch.basket_id
        ]
        self._choose("events", events)
        self._choose("webhooks", [(str(hook.pk), f"{hook.name} ({hook.host})") for hook in hooks])
        self._choose("add_to_basket", [("", "No basket"), *baskets])

    def _choose(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


def writable_baskets(user: User) -> list[Basket]:
    """The baskets to which a rule may add: those that are not locked, the newest first."""
    return list(writable(Basket.objects.all(), user).filter(locked_at=None)[:200])


def wishes_of(found: Subscription) -> dict[str, Any]:
    """A subscription as the form has it."""
    return {
        "events": found.events,
        "observation": found.observation,
        "level": "" if found.level is None else str(found.level),
        "frequency": found.frequency,
        "channels": found.channels,
        "webhooks": [str(pk) for pk in found.webhooks],
        "add_to_basket": found.rule_basket_id or "",
        "make_bundle": found.rule_bundle,
    }
