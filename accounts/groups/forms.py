"""Owns what people type and choose about groups. Checks form, not rights."""

from django import forms

from accounts.groups.invitations import DAYS, DAYS_MOST, NOTE_MOST
from accounts.groups.members import NAME_MOST
from accounts.models import Role

ROLES = [(role.value, role.value) for role in (Role.READER, Role.EDITOR, Role.OWNER)]


class GroupForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=NAME_MOST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Give the group a name."},
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)


class SuccessorForm(forms.Form):
    successor = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class InvitationForm(forms.Form):
    role = forms.ChoiceField(label="As", choices=ROLES, initial=Role.EDITOR.value)
    days = forms.TypedChoiceField(
        label="Good for",
        coerce=int,
        choices=[(1, "a day"), (DAYS, f"{DAYS} days"), (DAYS_MOST, f"{DAYS_MOST} days")],
        initial=DAYS,
    )
    note = forms.CharField(
        label="For whom",
        required=False,
        max_length=NOTE_MOST,
        widget=forms.TextInput(attrs={"placeholder": "your own note", "autocomplete": "off"}),
    )
