"""Owns how somebody comes to follow a thing, changes their mind, pauses and ends it. Asks no archive."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts import archive
from accounts.access import visible
from basket.access import basket_to_read, basket_to_write
from basket.models import Basket
from mastportal.desk.models import SavedSearch
from mastportal.desk.programmes import programme_of
from mastportal.desk.saved import to_read
from mastportal.mast.identifiers import program_number
from mastportal.news.differences import LEVELS, Kind
from mastportal.news.giving import period_of
from mastportal.news.models import Frequency, Subscription, Watch
from mastportal.news.wanting import observation_number
from mastportal.outbox.models import Channel, Webhook
from mastportal.tables.columns import BadQuery, quoted

MOST = 500
MISSIONS = ("JWST", "HST")
FILES = "jwst-keywords"  # the collection whose rows are files
OF_PROGRAMMES = tuple(Kind)
OF_FILES = (Kind.NEW, Kind.REPROCESSED, Kind.PUBLIC)
OF_SEARCHES = (*OF_FILES, Kind.PLANNED_ADDED, Kind.PLANNED_WITHDRAWN)
# MAST's own words for the two ways it tells people.
ALSO = {"email": Channel.MAIL.value, "portal": Channel.BELL.value, "feed": Channel.BELL.value}
LONGEST_OBSERVATION = 200


def mine(user: User) -> QuerySet[Subscription]:
    """A person's subscriptions, with what they follow, to things they still see: nobody else sees them."""
    related = ("watch__saved_search__search", "watch__basket", "rule_basket")
    baskets = visible(Basket.objects.all(), user).values("pk")
    searches = visible(SavedSearch.objects.all(), user).values("pk")
    seen = Q(watch__kind=Watch.Of.PROGRAM) | Q(watch__basket__in=baskets)
    found = Subscription.objects.filter(seen | Q(watch__saved_search__in=searches), owner_id=user.pk)
    return found.select_related(*related)


def one_of_mine(user: User, subscription_id: int) -> Subscription:
    """Raises Http404."""
    return get_object_or_404(mine(user), pk=subscription_id)


def programme_watch(mission: str, program: str) -> Watch:
    """The watch of a programme, also of one without any data yet. Raises BadQuery."""
    if mission.upper() not in MISSIONS:
        raise BadQuery("Programmes of JWST and of HST can be followed.", "mission")
    number = program_number(program)
    if number is None:
        raise BadQuery(f"{quoted(program[:40])} is no programme's number, such as 1176.", "program")
    named = programme_of(mission, number)
    fields = {"kind": Watch.Of.PROGRAM, "mission": named.mission, "program": named.id}
    return _watch(fields)


def search_watch(user: User, saved_id: int) -> Watch:
    """The watch of a saved search that `user` sees. Raises BadQuery."""
    try:
        found: SavedSearch = to_read(user, saved_id)
    except Http404:
        raise BadQuery("There is no such saved search, or it is not yours to see.", "search") from None
    return _watch({"kind": Watch.Of.SEARCH, "saved_search": found})


def basket_watch(user: User, basket_id: int) -> Watch:
    """The watch of a basket that `user` sees. Raises BadQuery."""
    return _watch({"kind": Watch.Of.BASKET, "basket": _basket(user, basket_id, "basket")})


def _watch(fields: Mapping[str, Any]) -> Watch:
    new = {"phase": "PENDING", "since_mjd": archive.today_mjd()}
    return Watch.objects.get_or_create(**fields, defaults=new)[0]


def _basket(user: User, basket_id: int, field: str, *, to_write: bool = False) -> Basket:
    try:
        return (basket_to_write if to_write else basket_to_read)(user, basket_id)
    except Http404:
        raise BadQuery("There is no such basket, or it is not yours to see.", field) from None
    except PermissionDenied:
        raise BadQuery("You may look at this basket but not add to it; choose another one.", field) from None


@transaction.atomic
def subscribe(user: User, watch: Watch, wishes: Mapping[str, Any]) -> Subscription:
    """A new subscription. Raises BadQuery, whose field is the wish at fault.

    `wishes`: events, frequency, channels, observation, level, webhooks (ids), add_to_basket (an id or None),
    make_bundle, paused; what is left out takes its usual value. A thing that nobody followed is looked at
    afresh: what happened before is no news.
    """
    if Subscription.objects.filter(owner_id=user.pk).count() >= MOST:
        raise BadQuery(f"One person follows at most {MOST} things; end some of them first.", "kind")
    usual = {"events": [kind.value for kind in events_of(watch)], "channels": [Channel.BELL.value]}
    found = Subscription(owner=user, watch=watch, **_checked(user, watch, usual | dict(wishes)))
    found.period = period_of(found.frequency, archive.now())
    _begin_afresh(watch)
    found.save()
    return found


@transaction.atomic
def change(user: User, found: Subscription, wishes: Mapping[str, Any]) -> None:
    """Other wishes; those left out stay. Raises BadQuery.

    Nothing else of it is written: a worker may be telling its news, and count its messages, meanwhile.
    """
    was_paused, was = found.paused_at is not None, found.frequency
    changed = _checked(user, found.watch, wishes, found)
    if changed.get("frequency", was) != was:
        changed["period"] = period_of(changed["frequency"], archive.now())
        Watch.objects.filter(pk=found.watch_id).update(due_at=timezone.now())
    for name, value in changed.items():
        setattr(found, name, value)
    if was_paused and found.paused_at is None:
        _begin_afresh(found.watch)
    found.save(update_fields=list(changed))


def _begin_afresh(watch: Watch) -> None:
    """What nobody follows is not looked at: its last snapshot is old."""
    locked = Watch.objects.select_for_update().get(pk=watch.pk)
    if not locked.subscriptions.filter(paused_at=None).exists():
        Watch.objects.filter(pk=watch.pk).update(
            snapshot=None, since_mjd=archive.today_mjd(), due_at=timezone.now(), versions_at=None, failures=0
        )


def events_of(watch: Watch) -> tuple[Kind, ...]:
    """The kinds of events that can be heard of a thing.

    Planned rows have no products and no keyword rows: nothing is planned for a basket or a keyword search.
    """
    if watch.kind == Watch.Of.PROGRAM:
        return OF_PROGRAMMES
    saved = watch.saved_search
    return OF_SEARCHES if saved is not None and saved.search.collection != FILES else OF_FILES


def _checked(
    user: User, watch: Watch, wishes: Mapping[str, Any], found: Subscription | None = None
) -> dict[str, Any]:
    checked: dict[str, Any] = {}
    for name, value in wishes.items():
        match name:
            case "events":
                checked[name] = _events(watch, value)
            case "frequency":
                checked[name] = _one_of(value, Frequency.values, name)
            case "channels":
                checked[name] = _some_of([ALSO.get(str(each), each) for each in value], Channel.values, name)
            case "observation":
                checked[name] = _observation(watch, value)
            case "level":
                checked[name] = _level(value)
            case "webhooks":
                checked[name] = _webhooks(user, value)
            case "add_to_basket":
                checked["rule_basket"] = _basket(user, value, name, to_write=True) if value else None
                checked["rule_error"] = ""
            case "make_bundle":
                checked["rule_bundle"] = bool(value)
            case "paused":
                paused_at = found.paused_at if found else None
                checked["paused_at"] = (paused_at or timezone.now()) if value else None
    return _agreed(checked, found)


def _agreed(checked: dict[str, Any], found: Subscription | None) -> dict[str, Any]:
    """What wishes together mean: a rule needs to hear of what is new; first data are of no single row."""

    def wish(name: str, usual: Any) -> Any:
        return checked[name] if name in checked else getattr(found, name, usual)

    events, observation = list(wish("events", [])), str(wish("observation", ""))
    if wish("rule_basket", None) is not None and Kind.NEW.value not in events:
        raise BadQuery("A rule that adds what is new needs the event “new”.", "events")
    if observation and len(observation) != len("003") and Kind.FIRST.value in events and "events" in checked:
        words = "First data are those of a programme or of an observation by its number; leave “first” out."
        if found is not None or set(events) != {kind.value for kind in OF_PROGRAMMES}:
            raise BadQuery(words, "events")
        checked["events"] = [each for each in events if each != Kind.FIRST.value]
    return checked


def _events(watch: Watch, given: Any) -> list[str]:
    return _some_of(given, [kind.value for kind in events_of(watch)], "events")


def _some_of(given: Any, known: list[str], field: str) -> list[str]:
    chosen = {_one_of(each, known, field) for each in given}
    if not chosen:
        raise BadQuery(f"Choose at least one of {', '.join(known)}.", field)
    return [each for each in known if each in chosen]


def _one_of(given: Any, known: list[str], field: str) -> str:
    if given not in known:
        raise BadQuery(f"{quoted(str(given)[:40])} is none of {', '.join(known)}.", field)
    return str(given)


def _observation(watch: Watch, given: Any) -> str:
    text = observation_number(str(given or ""))
    if text and watch.kind != Watch.Of.PROGRAM:
        raise BadQuery("Only of a programme a single observation can be followed.", "observation")
    if len(text) > LONGEST_OBSERVATION or not text.isprintable():
        raise BadQuery(
            "This is no observation's number or id, such as 3 or jw01176-o003_t003_nircam.", "observation"
        )
    return text


def _level(given: Any) -> int | None:
    if given in (None, ""):
        return None
    if given not in LEVELS and given not in map(str, LEVELS):
        raise BadQuery("Only calibrated data are followed by level: 2 or 3.", "level")
    return int(given)


def _webhooks(user: User, given: Any) -> list[Any]:
    known = set(Webhook.objects.filter(person_id=user.pk).values_list("pk", flat=True))
    wanted = {str(each) for each in given}
    chosen = sorted((each for each in known if str(each) in wanted), key=str)
    if len(chosen) != len(wanted):
        raise BadQuery("There is no such webhook of yours.", "webhooks")
    return chosen
