"""Owns how events are said: a line each for the bell, one message for many. Asks nobody.

What the archive said is data: it is escaped in HTML, and the outbox cleans lines and headers.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse

from mastportal.mast.naming import observation_id_of
from mastportal.news.differences import Kind
from mastportal.news.models import Happening, Subscription, Watch
from mastportal.outbox.one_click import THIS_MAIL
from mastportal.outbox.post import Message

SHOWN = 100
COUNTED = {
    Kind.FIRST: "first data",
    Kind.NEW: "new",
    Kind.REPROCESSED: "reprocessed",
    Kind.PUBLIC: "now public",
    Kind.PLANNED_ADDED: "planned",
    Kind.PLANNED_WITHDRAWN: "withdrawn from the plan",
}


def sentence(happening: Happening) -> str:
    """What happened, without of what: "new data: jw01176-o003_t003_nircam_clear-f277w, level 3"."""
    level = f", level {happening.level}" if happening.level is not None else ""
    subject = happening.subject[:300]
    match happening.kind:
        case Kind.FIRST.value:
            whole = f"of observation {happening.number}" if happening.number else "of all"
            return f"first data {whole}{level}"
        case Kind.NEW.value:
            return f"new data: {subject}{level}"
        case Kind.REPROCESSED.value:
            return f"reprocessed: {subject}{level}"
        case Kind.PUBLIC.value:
            return f"now public: {subject}{level}"
        case Kind.PLANNED_ADDED.value:
            return f"planned: {_planned(happening)}"
        case _:
            return f"withdrawn from the plan: {_planned(happening)}"


def _planned(happening: Happening) -> str:
    """Which observation, and of a search's many programmes of which."""
    number = happening.number
    what = f"observation {number}" if number else happening.words[:300] or "an observation"
    program = "" if happening.watch.program else _program_of_plan(happening)
    return f"{what} of programme {program}" if program else what


def _program_of_plan(happening: Happening) -> str:
    """Of a planned observation, whose key begins with it."""
    is_plan = happening.kind in (Kind.PLANNED_ADDED, Kind.PLANNED_WITHDRAWN)
    return happening.subject.partition(" ")[0][:64] if is_plan else ""


def address(watch: Watch) -> str:
    """The page of a watched thing."""
    if watch.kind == Watch.Of.PROGRAM:
        return reverse("programme", args=[watch.mission, watch.program])
    if watch.kind == Watch.Of.SEARCH:
        return reverse("saved-search", args=[watch.saved_search_id])
    return reverse("basket", args=[watch.basket_id])


def facts(happening: Happening) -> dict[str, Any]:
    """An event for programs: `obs_id` is empty for planned observations and first data."""
    row, watch = happening.row, happening.watch
    about_row = happening.kind in (Kind.NEW, Kind.REPROCESSED, Kind.PUBLIC)
    return {
        "id": str(happening.uid),
        "event": happening.kind,
        "mission": watch.mission or str(row.get("obs_collection") or ("JWST" if happening.number else "")),
        "program": watch.program
        or str(row.get("proposal_id") or row.get("program") or _program_of_plan(happening)),
        "obs_id": observation_id_of(happening.subject) if about_row else "",
        "file": happening.subject if about_row and "dataURI" in row else "",
        "observation": happening.number,
        "level": happening.level,
        "words": happening.words,
        "at": happening.at.isoformat(),
    }


def one(happening: Happening) -> Message:
    """One event, for the bell and the feed: the same id for all who hear of it."""
    watch = happening.watch
    return Message(
        event_id=str(happening.uid),
        kind=happening.kind,
        title=f"{watch}: {sentence(happening)}",
        text=happening.words,
        path=address(watch),
        data=facts(happening),
    )


def many(subscription: Subscription, number: int, happenings: Sequence[Happening]) -> Message:
    """Several events as the `number`-th message of a subscription, for mail and webhooks."""
    watch = subscription.watch
    counts = Counter(happening.kind for happening in happenings)
    summary = ", ".join(_counted(words, counts[kind]) for kind, words in COUNTED.items() if counts[kind])
    lines = [(sentence(each), each.words) for each in happenings[:SHOWN]]
    context = {
        "watch": watch,
        "summary": summary,
        "lines": lines,
        "more": max(0, len(happenings) - SHOWN),
    }
    return Message(
        event_id=f"subscription-{subscription.pk}-{number}",
        kind="news",
        title=f"{watch}: {summary}",
        text=render_to_string("news/mail.txt", context).strip(),
        html=render_to_string("news/mail.html", context),
        path=address(watch),
        data={"subscription": subscription.pk, "kind": watch.kind, "events": [facts(e) for e in happenings]},
        unsubscribe=reverse("unsubscribe", args=[THIS_MAIL]),
    )


def _counted(words: str, count: int) -> str:
    return words if words == COUNTED[Kind.FIRST] else f"{count} {words}"
