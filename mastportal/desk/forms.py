"""Owns what the desk's forms accept. Looks nothing up in the archive."""

from typing import Any

from django import forms

from accounts.access import Person, groups_to_share_with

NOTE_MOST = 2_000


class KeepForm(forms.Form):
    """A saved search's name, note and with which group it is shared."""

    name = forms.CharField(max_length=120, error_messages={"required": "Give the search a name."})
    note = forms.CharField(max_length=NOTE_MOST, required=False)
    group = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)

    def __init__(self, user: Person, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = [("", "Only me"), *groups_to_share_with(user)]  # type: ignore[attr-defined]


class SaveForm(KeepForm):
    """Which search is saved, with its table's query string; in place of another where `replace` names one."""

    name = forms.CharField(max_length=120, required=False)
    search = forms.UUIDField(error_messages={"required": "Say which search is to be saved."})
    then = forms.CharField(required=False, strip=False)
    replace = forms.IntegerField(required=False)

    def clean(self) -> dict[str, Any]:
        """A new one needs a name."""
        told: dict[str, Any] = super().clean() or {}
        if not told.get("name") and not told.get("replace"):
            self.add_error("name", "Give the search a name.")
        return told


class ChangeForm(KeepForm):
    """A change of a saved search as it was at `revision`."""

    revision = forms.IntegerField()
