"""Owns the direct download of one observation: its recommended products, streamed at once.

Where all of them are in the store it is an ordinary bundle, made on the spot: of known length, resumable.
"""

import time
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from basket import bundles, filling
from basket.contents import Contents
from basket.handing_out import may_take
from basket.harvest import harvest_of
from basket.models import Bundle
from basket.ways import streamed

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.02, 0.2


def wait_for_list(row: dict[str, Any]) -> bool:
    """Whether the observation's product list is here, or comes within the patience of a request."""
    deadline, pause_s = time.monotonic() + settings.DIRECT_WAIT_S, SHORTEST_PAUSE_S
    while harvest_of(Contents((row,))).waiting:
        if time.monotonic() > deadline:
            return False
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)
    return True


def bundle_of(row: dict[str, Any], user: User, question: str = "") -> Bundle:
    """A bundle that is ready, else the work list of an answer that streams it.

    Raises what `streamed.listed` does.
    """
    known = bundles.observation_in_hand(str(row["obsid"]), user)
    if known is not None and known.is_ready and may_take(user, known):
        return known
    with transaction.atomic():
        bundle = streamed.listed(bundles.request_observation(row, user, question))
    filling.take_what_is_here(bundle.pk)
    streamed.complete_at_once(bundle)
    return bundle
