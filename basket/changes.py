"""Owns what is known of the versions of a bundle's files: by keyword rows, and against other times."""

from collections.abc import Iterable
from dataclasses import replace

from django.contrib.auth.models import User
from django.utils import timezone

from basket.models import Bundle
from basket.phases import Status
from mastportal.files import fetching, freshness
from mastportal.files.freshness import Question
from mastportal.files.versions import Change, Difference, Told, Version, differences
from mastportal.search.keyword_facts import facts_of
from mastportal.tables.columns import BadQuery

MOST_ASKED = 200


def told_of(uris: Iterable[str]) -> dict[str, Told]:
    """What the newest keyword rows say of those of these files that they tell of."""
    return {uri: Told(**facts) for uri, facts in facts_of(uris).items()}


def versions_in(bundle: Bundle) -> dict[str, Version]:
    """The versions that a bundle is made of, by data URI; they outlive its bytes."""
    columns = ("data_uri", "sha256", "size_bytes", "facts")
    rows = bundle.files.filter(status=Status.OK).values_list(*columns)
    return {uri: Version(sha256, size_bytes, **_words(facts)) for uri, sha256, size_bytes, facts in rows}


def since_before(bundle: Bundle) -> list[Difference] | None:
    """How a bundle differs from the one that it repeats, or repeats a part of; None where it repeats none."""
    if bundle.again_of is None:
        return None
    repeated = set(bundle.files.values_list("data_uri", flat=True))
    before = {uri: each for uri, each in versions_in(bundle.again_of).items() if uri in repeated}
    return differences(before, versions_in(bundle))


def until_now(bundle: Bundle) -> list[Difference]:
    """How the store's newest versions differ from those a bundle is made of; asks the archive nothing.

    Files that the bundle lacks and the store has are new; one that is no longer kept here is as it was.
    """
    made_of = versions_in(bundle)
    uris = list(bundle.files.exclude(status=Status.REMOTE).values_list("data_uri", flat=True))
    here = {uri: Version.of(file) for uri, file in fetching.held(uris).items()}
    return differences(made_of, made_of | here)


def until_asked(bundle: Bundle, user: User) -> list[Difference]:
    """The same, and the archive asked, without a byte, whether it has made anew what the store has.

    Of what it made anew and nobody has fetched yet it is only known that it changed. Raises BadQuery for more
    files than are asked about at once. Not to be called inside a transaction.
    """
    known = until_now(bundle)
    same = [each.uri for each in known if each.change == Change.SAME]
    if len(same) > MOST_ASKED:
        raise BadQuery(
            f"The archive is asked about {MOST_ASKED} files at once; make the bundle again.", "against"
        )
    told = told_of(same)
    questions = [Question(file, told.get(uri)) for uri, file in fetching.held(same).items()]
    verdicts = freshness.current(questions, asked_at=timezone.now(), user=user)
    anew = {each.file.data_uri for each in questions if verdicts[each.file.pk] is False}
    return [replace(each, change=Change.REPROCESSED) if each.uri in anew else each for each in known]


def _words(facts: dict[str, str]) -> dict[str, str]:
    return {name: facts.get(name, "") for name in ("date", "cal_ver", "crds_ctx")}
