"""Owns which bundle goes first where several wait for the same room: the one asked for first.

The later ones give back what they have, so that none waits for another for ever, and begin again after it.
"""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Now

from basket.keeping import LIVE
from basket.models import Bundle, BundleFile
from basket.phases import UNDER_WAY, Phase, Status
from mastportal.files import fetching

SENTENCE = (
    "A bundle that was asked for earlier needs the room, so this one gave back what it had. "
    "It begins again when that one has ended."
)


@transaction.atomic
def make_way(bundle: Bundle, sentence: str) -> None:
    """Have later bundles that pause with the same `sentence` give way, if that is enough."""
    pausing = Bundle.objects.filter(phase=Phase.EXECUTING, lease_token=None, waits_for=sentence)
    later = pausing.filter(created_at__gt=bundle.created_at).order_by("-created_at")
    if bundle.lease_token is not None or not later.exists():  # an answer that streams ends without room
        return
    missing_bytes, givers = _missing_bytes(bundle), []
    for other in later.select_for_update(no_key=True).only("pk"):
        if missing_bytes <= 0:
            break
        missing_bytes -= _freed_bytes(other)
        givers.append(other)
    if missing_bytes <= 0:
        for other in givers:
            _give_back(other, bundle)


def must_wait(bundle: Bundle) -> bool:
    """Whether the bundle it gave way to is still under way; once that is not, it is forgotten."""
    if bundle.gives_way_to_id is None:
        return False
    if Bundle.objects.filter(pk=bundle.gives_way_to_id, phase__in=UNDER_WAY).exists():
        return True
    Bundle.objects.filter(pk=bundle.pk).update(gives_way_to=None)
    return False


def _missing_bytes(bundle: Bundle) -> int:
    """What a bundle still needs room for, at least something; what is stored already takes none."""
    waiting = bundle.files.filter(status=Status.WAITING)
    listed = dict(waiting.values_list("data_uri", "expected_bytes"))
    here = fetching.held(listed)
    return max(1, sum(size or 0 for uri, size in listed.items() if uri not in here))


def _freed_bytes(bundle: Bundle) -> int:
    """How much would be free without this bundle: what no other needs and does not lie elsewhere."""
    others = BundleFile.objects.filter(bundle__in=Bundle.objects.filter(LIVE)).exclude(bundle=bundle.pk)
    alone = bundle.files.filter(~Exists(others.filter(data_uri=OuterRef("data_uri"))))
    here = alone.filter(stored_file__linked=False)
    return here.aggregate(sum=Sum("stored_file__size_bytes"))["sum"] or 0


def _give_back(bundle: Bundle, to: Bundle) -> None:
    Bundle.objects.filter(pk=bundle.pk).update(gives_way_to=to, waits_for=SENTENCE)
    _settled_or_queued(bundle).update(
        phase=Phase.PENDING,
        status=Status.WAITING,
        stored_file=None,
        was_here=False,
        size_bytes=None,
        sha256="",
        facts={},
        attempts=0,
        started_at=None,
        ended_at=None,
        nudged_at=Now(),
    )


def _settled_or_queued(bundle: Bundle) -> QuerySet[BundleFile]:
    return bundle.files.filter(Q(status=Status.OK) | Q(phase=Phase.QUEUED))
