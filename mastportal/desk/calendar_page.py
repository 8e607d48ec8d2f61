"""Owns what the calendar's page and its JSON show, worked out beforehand. Asks no archive."""

from typing import Any

from django.contrib.auth.models import User
from django.http import Http404

from accounts import archive
from accounts.access import groups_of
from mastportal.desk.mine import Found
from mastportal.desk.release_days import Release, months_of, releases_of
from mastportal.desk.release_feed import has_secret

MOST_RELEASES = 1_000


def chosen_group(user: User, text: str) -> int | None:
    """The id of one of the person's groups; None for all that they may see. Raises Http404 for another's."""
    if not text:
        return None
    group = groups_of(user).filter(pk=int(text)).first() if text.isdecimal() and len(text) < 18 else None
    if group is None:
        raise Http404
    return group.pk


def page(user: User, found: Found, group_id: int | None) -> dict[str, Any]:
    releases = releases_of(found.coming.values(), archive.today_mjd())
    return {
        "months": months_of(releases[:MOST_RELEASES]),
        "next": releases[0] if releases else None,
        "days": len({release.day for release in releases}),
        "observations": len(found.coming),
        "programmes": len({release.programme for release in releases}),
        "all_programmes": len(found.programmes),
        "left_out": max(0, len(releases) - MOST_RELEASES),
        "asked": len(found.unknown),
        "groups": list(groups_of(user)),
        "group_id": group_id,
        "has_address": has_secret(user),
    }


def as_json(release: Release) -> dict[str, Any]:
    return {
        "day": release.day,
        "days_left": release.days_left,
        "mission": release.programme.mission,
        "program": release.programme.id,
        "observations": [
            {"obsid": each.obsid, "obs_id": each.obs_id, "target": each.target, "release": each.release_mjd}
            for each in release.observations
        ],
    }
