"""Owns the announcements of departures, to which each room listens for what it keeps itself.

Both are sent inside the transaction in which the departure happens: a receiver that fails undoes it.
"""

from typing import Any

from django.dispatch import Signal

from accounts.models import Membership

# Somebody is no longer in a group, by whatever door. Arguments: `user_id`, `group_id`.
left_group = Signal()
# A person, who has left all groups by now, is about to be removed with all that is theirs alone; what they
# shared is handed on to an owner of its group right after. Argument: `user`, whose row is still there.
person_removed = Signal()


def announce_departure(sender: type[Membership], instance: Membership, origin: object, **_: Any) -> None:
    """Receiver of `post_delete`: tells that a member went, not that a whole group or person did."""
    model = getattr(origin, "model", type(origin))
    if model is Membership:
        left_group.send(sender, user_id=instance.user_id, group_id=instance.group_id)
