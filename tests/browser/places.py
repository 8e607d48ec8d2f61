"""Every page of the portal with something on it, for tests that look at all of them."""

import pytest
from django.contrib.auth.models import User
from django.core import signing
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts import addresses, audit
from accounts.audit import Event
from accounts.groups import invitations, members
from accounts.models import Invitation
from basket import lines
from basket.harvest import harvest_of
from basket.models import first_selection
from basket.pipeline import gathering
from basket.pipeline.answers import Answer, Found, Gap
from mastportal.desk.models import SavedSearch
from mastportal.desk.programmes import programme_of
from mastportal.news import subscribing
from mastportal.search import from_files, results
from mastportal.search.models import Search
from tests.basket.make import basket_of, bundle_of, completed
from tests.news.make import secret_of_mail
from tests.outbox.make import told
from tests.people import signed_in
from tests.search.make import FEW_FILES, KEYWORDS, PROGRAMME, answered, understood_list

# What is there when a pane beside the table has drawn what its address asks for.
DRAWN = {
    "result-sky": "[data-sky-summary]:has-text('footprints')",
    "result-plot": "#side-plot .plot-summary:has-text(' rows')",
    "result-timeline": "#side-timeline .plot-summary:has-text(' rows')",
}
DRAWN_MS = 20_000


def observations_of_one(files: Search, user: User) -> Search:
    """The Observations that the first file of a keyword search belongs to."""
    assert files.current is not None
    uris = results.open_table(files.current.pk).table["dataURI"].to_pylist()
    return answered(from_files.prepared({"from_search": str(files.pk), "dataURI": uris[:1]}), user)


def _group_with_invitations(user: User) -> int:
    """A group of `user`, with an invitation that is open and one that has ended."""
    group = members.make(user, "Ices and dust")
    invitations.make(user, group, "reader", note="whoever reduces the spectra")
    ended, _ = invitations.make(user, group, "editor")
    Invitation.objects.filter(pk=ended.pk).update(expires_at=timezone.now())
    return group.pk


def _mail_address_asked(user: User) -> str:
    """Where the link in the mail leads that confirms an address."""
    token = signing.dumps(addresses.ask(user, "alice@observatory.example"), salt=addresses.SALT)
    return reverse("account-mail-confirm", args=[token])


def places_of(user: User) -> dict[str, str]:
    """The address of each page by its name, with data behind it that is made in this process."""
    basket = basket_of(user, 2, selection={**first_selection(), "preset": "recommended"})
    bundle = completed(bundle_of(basket, user))
    search, keywords = answered(PROGRAMME, user), answered(KEYWORDS, user)
    nothing = answered({"collection": "programs", "programs": "99998"}, user)
    assert search.current is not None
    derived = observations_of_one(answered(FEW_FILES, user), user)
    saved = SavedSearch.objects.create(name="Pairs", note="To be proposed", owner=user, search=search)
    for number in ("1176", "99998"):
        answered(programme_of("JWST", number).question, user)
    needs = gathering.ask(lines.contents_of(basket), 2, user).row
    answer = Answer(2, harvest_of(lines.contents_of(basket)).fingerprint, notes=["A note."], references=["a"])
    answer.files = [Found("mast:JWST/product/a_rate.fits", "a_rate.fits", ("science",), 7)]
    answer.missing = [Gap("b_rate.fits", ("background",), "c_asn.json", "It is not there.")]
    needs.phase, needs.answer, needs.ended_at = "COMPLETED", answer.as_json(), timezone.now()
    needs.save()
    audit.note(Event.RIGHT_GRANTED, user, subject="JWST:1176", token_made_at="2026-11-23")
    audit.note(Event.BYTES_SERVED, user, subject=f"bundle {bundle.pk}", bytes=7, programmes=["JWST:1176"])
    told(user)
    followed = subscribing.programme_watch("JWST", "1176")
    hears = subscribing.subscribe(user, followed, {"add_to_basket": basket.pk, "channels": ["bell", "mail"]})
    return {
        "search": "/",
        "search-advanced": "/?collection=observations&advanced=1",
        "search-keywords": "/?collection=jwst-keywords&instrument=niriss&advanced=1",
        "search-ids": "/?collection=ids",
        "search-targets": "/?collection=targets",
        "targets": reverse("targets-list", args=[understood_list(["m57", "no such thing", "M 57"]).pk]),
        "search-mistaken": "/search/ask?collection=observations&target=m57+r%3D-1",
        "result": reverse("result", args=[search.pk]),
        "result-filtered": reverse("result", args=[search.pk]) + "?f.target_name=VV191&sort=-t_min",
        "result-album": reverse("result", args=[search.pk]) + "?view=album",
        "result-folded": reverse("result", args=[search.pk]) + "?fold=target_name&more=1",
        "result-empty": reverse("result", args=[nothing.pk]),
        "result-keywords": reverse("result", args=[keywords.pk]),
        "result-plot": reverse("result", args=[search.pk])
        + "#plot?x=t_min&y=t_exptime&colour=instrument_name",
        "result-derived": reverse("result", args=[derived.pk]),
        "result-timeline": reverse("result", args=[search.pk]) + "#timeline",
        "result-row": reverse("result-row", args=[search.pk, search.current.pk, 0]),
        "results": "/results/",
        "result-sky": reverse("result", args=[search.pk]) + "#sky",
        "saved": "/saved/",
        "saved-new": reverse("saved-new") + f"?search={search.pk}&then=f.target_name%3DVV191",
        "saved-change": reverse("saved-change", args=[saved.pk]),
        "programme": "/programmes/JWST/1176/",
        "programme-nothing": "/programmes/JWST/99998/",
        "baskets": "/baskets/",
        "basket": reverse("basket", args=[basket.pk]),
        "basket-rows": reverse("basket-rows", args=[basket.pk]),
        "basket-activity": reverse("basket-activity", args=[basket.pk]),
        "basket-manage": reverse("basket-manage", args=[basket.pk]),
        "basket-pipeline": reverse("basket-pipeline", args=[basket.pk]),
        "bundles": "/bundles/",
        "bundle": reverse("bundle", args=[bundle.pk]),
        "bundle-changes": reverse("bundle-changes", args=[bundle.pk]),
        "basket-preflight": reverse("basket-preflight", args=[basket.pk]),
        "notifications": "/notifications/",
        "channels": "/notifications/channels/",
        "calendar": "/calendar/",
        "my-programmes": "/account/programmes/",
        "subscriptions": "/subscriptions/",
        "subscription-new": reverse("subscription-new") + "?program=1176",
        "subscription": reverse("subscription", args=[hears.pk]),
        "unsubscribe": reverse("unsubscribe", args=[secret_of_mail(user)]),
        "unsubscribe-nothing": reverse("unsubscribe", args=["nothing"]),
        "account": "/account/",
        "groups": "/groups/",
        "group": reverse("group", args=[_group_with_invitations(user)]),
        "audit": "/account/audit/",
        "password": "/account/password/",
        "mail-address": "/account/mail/",
        "mail-address-confirm": _mail_address_asked(user),
        "sessions": "/account/sessions/",
        "password-forgotten": "/sign-in/forgotten/",
        "help": "/help/",
        "not-found": "/nowhere/",
    }


def sign_in(page: Page, site: str, user: User) -> None:
    """A session without the sign-in page."""
    client = signed_in(user)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])


def visit(page: Page, name: str, address: str) -> None:
    """Go there, and wait until nothing more is drawn."""
    page.goto(address)
    if drawn := DRAWN.get(name):
        expect(page.locator(drawn)).to_be_visible(timeout=DRAWN_MS)


@pytest.fixture
def places(page: Page, site: str, alice: User, sandbox: object) -> dict[str, str]:
    """Every page by its name, and a browser signed in as Alice."""
    sign_in(page, site, alice)
    return {name: site + path for name, path in places_of(alice).items()}
