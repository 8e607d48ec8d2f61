"""Owns the JSON shapes of baskets and bundles."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from rest_framework import serializers
from rest_framework.request import Request

from basket.access import Person, role_on
from basket.bundles import ONLY_FAILED
from basket.models import Basket, Bundle
from basket.phases import Preset
from basket.pipeline.levels import STAGES
from basket.progress import progress_of
from basket.sums import State


class SelectedSerializer(serializers.Serializer[Any]):
    files = serializers.IntegerField()
    bytes = serializers.IntegerField()


class LockedSerializer(serializers.Serializer[Any]):
    """Since when a basket is final, who said so (null: somebody who is gone) and why."""

    at = serializers.DateTimeField()
    by = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_blank=True)


class BasketSerializer(serializers.Serializer[Any]):
    """A basket; `products` and `bytes` are of all its observations whose product lists are here."""

    id = serializers.IntegerField()
    revision = serializers.IntegerField()
    name = serializers.CharField()
    owner = serializers.CharField()
    group = serializers.IntegerField(allow_null=True)
    role = serializers.ChoiceField(["owner", "editor", "reader"])
    observations = serializers.IntegerField()
    products = serializers.IntegerField()
    bytes = serializers.IntegerField()
    selected = SelectedSerializer()
    phase = serializers.CharField()
    failed = serializers.ListField(child=serializers.DictField())
    locked = LockedSerializer(allow_null=True)


class BasketEntry(serializers.Serializer[Any]):
    """The body of a POST or PATCH: `group` is the id of one of your groups, or null to share with nobody."""

    name = serializers.CharField(max_length=120, required=False)
    group = serializers.IntegerField(allow_null=True, required=False)


class SelectionSerializer(serializers.Serializer[Any]):
    preset = serializers.ChoiceField(Preset.choices)
    filters = serializers.CharField(allow_blank=True)
    include = serializers.ListField(child=serializers.CharField())
    exclude = serializers.ListField(child=serializers.CharField())
    files = serializers.IntegerField(read_only=True)
    bytes = serializers.IntegerField(read_only=True)
    restricted = serializers.IntegerField(read_only=True)
    revision = serializers.IntegerField(read_only=True)


class AddedSerializer(serializers.Serializer[Any]):
    added = serializers.IntegerField()
    already = serializers.IntegerField()


class BundleEntry(serializers.Serializer[Any]):
    """The body of a POST: what kind of archive, and whether its files lie in folders.

    With `pipeline_stage` it is of what the JWST pipeline needs from stage 1, 2 or 3 on, whatever is selected,
    and flat; with `references` of the calibration reference files, too.
    """

    format = serializers.ChoiceField(Bundle.Format.choices, default=Bundle.Format.ZIP)
    layout = serializers.ChoiceField(Bundle.Layout.choices, default=Bundle.Layout.NESTED)
    pipeline_stage = serializers.ChoiceField(STAGES, required=False, allow_null=True, default=None)
    references = serializers.BooleanField(default=False)


class AgainEntry(serializers.Serializer[Any]):
    """The body of a POST, which may be empty: everything once more, or only what is not in the old bundle."""

    only = serializers.ChoiceField([ONLY_FAILED], required=False, allow_null=True, default=None)


class MissingSerializer(serializers.Serializer[Any]):
    """A file that belongs in and is not to be had; `named_by` is the file that names it."""

    name = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())
    named_by = serializers.CharField()
    reason = serializers.CharField()


class PipelineSerializer(serializers.Serializer[Any]):
    """What a re-run of the pipeline needs; all but `phase` and `stage` once that is known.

    `members` counts the files by role: association, science, background, imprint, psf, direct_image, ...
    """

    phase = serializers.CharField()
    stage = serializers.ChoiceField(STAGES)
    files = serializers.IntegerField(required=False)
    bytes = serializers.IntegerField(required=False)
    associations = serializers.IntegerField(required=False)
    superseded = serializers.IntegerField(required=False)
    members = serializers.DictField(child=serializers.IntegerField(), required=False)
    other_observations = serializers.IntegerField(required=False)
    crds_contexts = serializers.ListField(child=serializers.CharField(), required=False)
    references = serializers.ListField(child=serializers.CharField(), required=False)
    missing = MissingSerializer(many=True, required=False)
    missing_total = serializers.IntegerField(required=False)
    notes = serializers.ListField(child=serializers.CharField(), required=False)
    error = serializers.CharField(required=False)


class BundleSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    phase = serializers.CharField()
    waits_for = serializers.CharField(allow_blank=True)
    format = serializers.CharField()
    layout = serializers.CharField()
    pipeline_stage = serializers.IntegerField(allow_null=True)
    references = serializers.BooleanField()
    size = serializers.IntegerField(allow_null=True)
    etag = serializers.CharField(allow_null=True)
    files = serializers.DictField(child=serializers.IntegerField())
    bytes = serializers.DictField(child=serializers.IntegerField())
    notes = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    links = serializers.DictField(child=serializers.CharField())


def basket_json(state: State, user: Person) -> dict[str, Any]:
    basket, sums = state.basket, state.sums
    return {
        "id": basket.pk,
        "revision": basket.revision,
        "name": basket.name,
        "owner": basket.owner.get_username(),
        "group": basket.group_id,
        "role": role_on(user, basket),
        "observations": sums.observations,
        "products": sums.products,
        "bytes": sums.bytes,
        "selected": {"files": sums.files_selected, "bytes": sums.bytes_selected},
        "phase": state.phase,
        "failed": [{"obsid": obsid, "reason": why} for obsid, why in state.harvest.failed],
        "locked": _locked(basket),
    }


def _locked(basket: Basket) -> dict[str, Any] | None:
    if basket.locked_at is None:
        return None
    by = basket.locked_by.get_username() if basket.locked_by else None
    return {"at": basket.locked_at, "by": by, "note": basket.lock_note}


def selection_json(state: State) -> dict[str, Any]:
    sums = state.sums
    return {
        **state.basket.selection,
        "files": sums.files_selected,
        "bytes": sums.bytes_selected,
        "restricted": sums.restricted_selected,
        "revision": state.basket.revision,
    }


def bundle_json(bundle: Bundle, request: HttpRequest | Request) -> dict[str, Any]:
    progress = progress_of(bundle)

    def link(name: str) -> str:
        return str(request.build_absolute_uri(reverse(name, args=[bundle.pk])))

    return {
        "id": str(bundle.pk),
        "name": bundle.name,
        "phase": bundle.phase,
        "waits_for": bundle.waits_for,
        "format": bundle.format,
        "layout": bundle.layout,
        "pipeline_stage": bundle.pipeline_stage,
        "references": bundle.with_references,
        "size": bundle.size_bytes,
        "etag": bundle.etag or None,
        "files": {
            "total": progress.total,
            "done": progress.done,
            "failed": progress.failed + progress.missing,
            "restricted": progress.restricted,
            "remote": progress.remote,
        },
        "bytes": {
            "total": progress.bytes_wanted,
            "done": progress.bytes_done,
            "from_store": progress.from_store,
            "from_archive": progress.from_archive,
        },
        "notes": bundle.notes,
        "created_at": bundle.created_at,
        "expires_at": bundle.expires_at,
        "links": {
            "download": link("api-download"),
            "manifest": link("api-manifest"),
            "checksums": link("api-checksums"),
        },
    }
