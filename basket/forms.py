"""Owns what the pages' forms accept. Looks nothing up in the archive."""

from typing import Any

from django import forms
from django.http import HttpResponseBadRequest

from accounts.access import Person, groups_to_share_with
from basket.models import Bundle
from basket.phases import Preset
from basket.pipeline.levels import STAGES
from basket.ways.lists import EXTENSIONS


def refused(form: forms.Form) -> HttpResponseBadRequest:
    """What is wrong with a form that no page of ours sends, as plain text: it repeats what was sent."""
    sentences = "; ".join(str(errors[0]) for errors in form.errors.values())
    return HttpResponseBadRequest(sentences, content_type="text/plain; charset=utf-8")


class BasketForm(forms.Form):
    """A basket's name and with which group it is shared."""

    name = forms.CharField(max_length=120, error_messages={"required": "Give the basket a name."})
    group = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)

    def __init__(self, user: Person, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = [("", "Nobody else"), *groups_to_share_with(user)]  # type: ignore[attr-defined]


class AddForm(forms.Form):
    """Rows of a search for a basket: named one by one, or all that a query string keeps."""

    search = forms.UUIDField(error_messages={"required": "Say which search the rows are from."})
    result = forms.CharField(required=False)
    filters = forms.CharField(required=False, strip=False)
    basket = forms.IntegerField(required=False)
    name = forms.CharField(required=False, max_length=120)


class SelectionForm(forms.Form):
    """A change of what is wanted: another preset, other filters, or some files in or out."""

    preset = forms.ChoiceField(required=False, choices=Preset.choices)
    filters = forms.CharField(required=False, strip=False)
    action = forms.ChoiceField(
        choices=[(name, name) for name in ("preset", "filters", "anything", "include", "exclude", "singly")]
    )
    revision = forms.IntegerField(required=False)


class ImportForm(forms.Form):
    """A basket's file, and the group that the new basket belongs to."""

    file = forms.FileField(error_messages={"required": "Choose the file of a basket first."})
    group = forms.IntegerField(required=False, min_value=1, max_value=2**62)


class NoteForm(forms.Form):
    """A note on one row, and the basket's revision that its writer saw."""

    note = forms.CharField(required=False, max_length=500)
    obsid = forms.CharField(required=False)
    dataURI = forms.CharField(required=False)  # noqa: N815
    revision = forms.IntegerField(required=False)


class EventsForm(forms.Form):
    """The events before one, by its number; the newest unless said."""

    before = forms.IntegerField(required=False, min_value=1, max_value=2**62)


class LockForm(forms.Form):
    """Why a basket is locked, if that is to be said."""

    note = forms.CharField(required=False, max_length=200)


class MergeForm(forms.Form):
    """The number of another basket."""

    basket = forms.IntegerField(
        min_value=1, max_value=2**62, error_messages={"required": "Say which basket to take in."}
    )


class BundleForm(forms.Form):
    """What kind of archive is asked for."""

    format = forms.ChoiceField(choices=Bundle.Format.choices, initial=Bundle.Format.ZIP)
    layout = forms.ChoiceField(choices=Bundle.Layout.choices, initial=Bundle.Layout.NESTED)
    pipeline_stage = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, choices=[("", ""), *((n, n) for n in STAGES)]
    )
    references = forms.BooleanField(required=False)


class RetryForm(forms.Form):
    """The number of one file to be tried again; none for all that failed."""

    n = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)


class StreamForm(forms.Form):
    """What kind of archive is streamed; a zip unless said."""

    format = forms.ChoiceField(required=False, choices=Bundle.Format.choices)


class ListForm(forms.Form):
    """Which kind of list, and whose addresses."""

    format = forms.ChoiceField(choices=[(name, name) for name in EXTENSIONS])
    origin = forms.ChoiceField(required=False, choices=[("archive", "archive"), ("portal", "portal")])
