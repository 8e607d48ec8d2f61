"""Owns the life of a bundle: asked for, its list frozen, stopped, made again, expired.

Fetches nothing and lays out nothing; never enqueues: the doors do, with the ids these functions give.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.text import Truncator

from accounts import archive
from basket.asked import again_in_words, basket_in_words, observation_in_words, pipeline_in_words
from basket.contents import Contents
from basket.freezing import files_of, same_files
from basket.harvest import Harvest, harvest_of, products_of
from basket.lines import contents_of
from basket.models import BUNDLE_NAME_CHARS, Basket, Bundle, BundleFile
from basket.phases import UNDER_WAY, Phase
from basket.pipeline.freezing import NO_FILES, frozen, kept
from basket.pipeline.references import are_to_be_had
from basket.retrying import NOTHING_FAILED, given_up
from basket.selection import Selection, Wanted, chosen
from mastportal.tables.columns import BadQuery
from mastportal.work import UNFINISHED

NOTHING = "Nothing is selected: choose a preset or single products first."
ONLY_FAILED = "failed"
ROWS_AT_ONCE = 2000
TRIED_LATELY = timedelta(minutes=10)


def folder_now() -> str:
    """`MAST_2026-11-23T0102`: the top folder of a bundle, named by the archive's own time."""
    return f"MAST_{archive.now():%Y-%m-%dT%H%M}"


def request(
    basket: Basket,
    user: User,
    format: str,
    layout: str,
    *,
    pipeline_stage: int | None = None,
    references: bool = False,
) -> Bundle:
    """A bundle of what the basket's selection wants now. Its list is frozen once the product lists are here.

    With a `pipeline_stage` (1, 2, 3) it is of what a re-run from there needs, whatever is selected, and flat;
    with `references` of the calibration reference files, too. Raises BadQuery when it is already plain that
    there is nothing to be had.
    """
    if pipeline_stage is not None:
        return request_pipeline(basket, user, format, pipeline_stage, references=references)
    if references:
        raise BadQuery("Reference files come with a bundle to re-run the pipeline from.", "references")
    contents, selection = contents_of(basket), Selection.parse(basket.selection)
    harvest = harvest_of(contents)
    products = None if harvest.waiting else products_of(contents, harvest)
    if products is not None and not chosen(products, selection).any():
        raise BadQuery(NOTHING, "selection")
    asked = basket_in_words(basket, contents, selection, products)
    facts: dict[str, Any] = {"name": basket.name, "basket": basket, "asked": asked}
    return _create(contents, selection, user, format=format, layout=layout, **facts)


def request_pipeline(basket: Basket, user: User, format: str, stage: int, *, references: bool) -> Bundle:
    """A bundle of what the pipeline needs from a stage on. Raises BadQuery."""
    contents = contents_of(basket)
    if not contents.executed:
        raise BadQuery("The basket has no observation that was executed: add some first.", "pipeline_stage")
    if references and not are_to_be_had():
        raise BadQuery("No address of a CRDS server is configured here; ask an administrator.", "references")
    facts: dict[str, Any] = {"pipeline_stage": stage, "with_references": references}
    facts |= {"format": format, "layout": Bundle.Layout.FLAT, "asked": pipeline_in_words(basket, stage)}
    return _create(contents, Selection(), user, name=basket.name, basket=basket, **facts)


def observation_in_hand(obsid: str, user: User) -> Bundle | None:
    """The person's own bundle of an observation's recommended products: under way, or whole and kept.

    One that ended with gaps counts for a while, too, so that asking again and again makes no more of them.
    """
    whole = Q(phase=Phase.COMPLETED, expires_at__gt=Now(), summary__given_up=0, size_bytes__isnull=False)
    tried = Q(phase__in=[Phase.COMPLETED, Phase.ERROR], ended_at__gt=Now() - TRIED_LATELY)
    mine = Bundle.objects.filter(owner_id=user.pk, wanted__observation=obsid, lease_token=None)
    return mine.defer("plan", "manifest").filter(Q(phase__in=UNDER_WAY) | whole | tried).first()


def request_observation(row: dict[str, Any], user: User, question: str = "") -> Bundle:
    """A bundle of the recommended products of one observation; `question` is its search's, in words."""
    name, obsid = str(row.get("obs_id") or row["obsid"]), str(row["obsid"])
    short = Truncator(name).chars(BUNDLE_NAME_CHARS)  # it is the archive's and may be of any length
    facts = {"name": short, "observation": obsid, "asked": observation_in_words(name, question)}
    return _create(Contents((row,)), Selection(preset="recommended"), user, **facts)


def _create(
    contents: Contents, selection: Selection, user: User, observation: str | None = None, **fields: Any
) -> Bundle:
    wanted = {"contents": contents.as_json(), "selection": selection.as_json(), "observation": observation}
    basket = fields.get("basket")
    group_id = basket.group_id if basket else None
    return Bundle.objects.create(owner=user, group_id=group_id, folder=folder_now(), wanted=wanted, **fields)


def freeze(bundle_id: UUID) -> bool:
    """Write down the files of a bundle once all its product lists are here. Whether its list is frozen now.

    A list that could not be had is noted on the bundle, as is that nothing was selected.
    """
    with transaction.atomic():
        bundle = Bundle.objects.select_for_update().filter(pk=bundle_id, phase=Phase.PENDING).first()
        if bundle is None:
            return Bundle.objects.filter(pk=bundle_id, phase=Phase.EXECUTING).exists()
        listed = _listed(bundle)
        if listed is None:
            return False
        files, bundle.notes = listed
        BundleFile.objects.bulk_create(files, batch_size=ROWS_AT_ONCE)
        bundle.phase = Phase.EXECUTING if files else Phase.ERROR
        bundle.started_at = timezone.now()
        bundle.ended_at = None if files else bundle.started_at
        bundle.save(update_fields=["notes", "phase", "started_at", "ended_at", "wanted"])
        return bool(files)


def _listed(bundle: Bundle) -> tuple[list[BundleFile], list[str]] | None:
    """The files of a bundle and what is to be noted; None while product lists are on their way."""
    if bundle.pipeline_stage is not None and bundle.again_of is None:
        return _for_pipeline(bundle, bundle.pipeline_stage)
    contents = Contents.from_json(bundle.wanted["contents"])
    harvest = harvest_of(contents)
    if harvest.waiting:
        return None
    files = _same(bundle, bundle.again_of) if bundle.again_of else _chosen(bundle, contents, harvest)
    notes = harvest_of(contents).notes()  # anew: a list may have proved damaged
    return files, notes if files else [*notes, NOTHING]


def _for_pipeline(bundle: Bundle, stage: int) -> tuple[list[BundleFile], list[str]] | None:
    """The same of one to re-run from a stage; it keeps what was found out, and in which observations."""
    found = frozen(bundle)
    if found is None:
        return None
    if found.answer is not None:
        told = {"contents": found.contents.as_json(), "pipeline": kept(stage, found.answer)}
        bundle.wanted = bundle.wanted | told
    return found.files, found.notes if found.files else [*found.notes, NO_FILES]


def _chosen(bundle: Bundle, contents: Contents, harvest: Harvest) -> list[BundleFile]:
    products = products_of(contents, harvest)
    mask = chosen(products, Selection.parse(bundle.wanted["selection"]))
    return files_of(bundle, Wanted(products, mask), contents)


def _same(bundle: Bundle, old: Bundle) -> list[BundleFile]:
    only_failed = bundle.wanted.get("only") == ONLY_FAILED
    return same_files(bundle, given_up(old) if only_failed else old.files.all())


def is_waiting(bundle_id: UUID) -> bool:
    return Bundle.objects.filter(pk=bundle_id, phase=Phase.PENDING).exists()


def waiting() -> list[UUID]:
    """Bundles whose list is not frozen and that nobody has looked at for a while; each is given out once."""
    late = Q(phase=Phase.PENDING, nudged_at__lt=Now() - timedelta(seconds=settings.SWEEP_S))
    found = list(Bundle.objects.filter(late).values_list("pk", flat=True))
    return [pk for pk in found if Bundle.objects.filter(late, pk=pk).update(nudged_at=Now())]


def again(bundle: Bundle, user: User, *, only_failed: bool = False) -> Bundle:
    """A new bundle of the same list. What is stored and unchanged is taken, the rest is tried again.

    With `only_failed`, of the files alone that are not in the old one.
    The caller has the product lists of `observations_of` asked anew, by which changed files are known.
    Raises BadQuery when there is no list yet, or nothing failed.
    """
    if not bundle.files.exists():
        raise BadQuery("This bundle has no list of files yet, so there is nothing to repeat.", "bundle")
    if only_failed and not given_up(bundle).exists():
        raise BadQuery(NOTHING_FAILED, "only")
    return Bundle.objects.create(
        owner=user,
        group_id=bundle.group_id,
        basket_id=bundle.basket_id,
        again_of=bundle,
        name=bundle.name,
        folder=folder_now(),
        format=bundle.format,
        layout=bundle.layout,
        pipeline_stage=bundle.pipeline_stage,
        with_references=bundle.with_references,
        wanted=bundle.wanted | {"observation": None, "only": ONLY_FAILED if only_failed else None},
        asked=again_in_words(bundle, only_failed=only_failed),
    )


def observations_of(bundle: Bundle) -> list[str]:
    """The observations whose product lists a bundle is made from."""
    return Contents.from_json(bundle.wanted["contents"]).executed


@transaction.atomic
def stop(bundle: Bundle) -> bool:
    """Abort a bundle that is under way; whether it was."""
    under_way = Bundle.objects.filter(pk=bundle.pk, phase__in=UNDER_WAY)
    if not under_way.update(phase=Phase.ABORTED, ended_at=timezone.now(), waits_for=""):
        return False
    unfinished = BundleFile.objects.filter(bundle_id=bundle.pk, phase__in=UNDER_WAY)
    unfinished.update(phase=Phase.ABORTED, lease_token=None, lease_until=None)
    return True


@transaction.atomic
def stop_or_remove(bundle: Bundle) -> None:
    """Abort a bundle that is under way; remove one that is not."""
    if not stop(bundle):
        Bundle.objects.filter(pk=bundle.pk).delete()


def expire() -> int:
    """Let go of the layouts and files of bundles whose time is over; their manifests stay. How many."""
    late = Bundle.objects.filter(expires_at__lt=Now(), plan__isnull=False)
    late = late.exclude(stagings__phase__in=UNFINISHED)  # these are being laid out from the store
    ids = list(late.values_list("pk", flat=True)[:100])
    with transaction.atomic():
        BundleFile.objects.filter(bundle_id__in=ids).update(stored_file=None)
        return Bundle.objects.filter(pk__in=ids).update(plan=None, size_bytes=None, etag="")


def keep_until() -> Any:
    return timezone.now() + timedelta(seconds=settings.BUNDLE_KEEP_S)
