"""Every address of the project, and a world in which each names something of Alice's."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from json import dumps
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts import keys
from accounts.groups import invitations
from accounts.models import ResearchGroup
from basket import bundles
from basket.models import Arrival, Basket, BasketLine, BasketProduct, Bundle
from mastportal.desk import release_feed
from mastportal.desk.models import SavedSearch
from mastportal.news import subscribing
from mastportal.outbox import feeds
from mastportal.search import results
from mastportal.search.exports import links
from mastportal.search.models import Lookup, Search
from mastportal.work import Phase
from tests.ladder_steps import ALLOWED, FORBIDDEN, NO_SUCH_METHOD, NOT_THERE, SIGN_IN
from tests.news.make import secret_of_mail
from tests.outbox.make import told
from tests.people import make_person
from tests.search.make import PROGRAMME, answered


def patterns(
    entries: list[Any], prefix: str = "", words: tuple[str, ...] = ()
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Each address of the project: its text, its name, and the names of its changing parts."""
    for entry in entries:
        text, parts = prefix + str(entry.pattern), (*words, *entry.pattern.converters)
        if isinstance(entry, URLResolver):
            yield from patterns(entry.url_patterns, text, parts)
        elif isinstance(entry, URLPattern):
            yield text, entry.name or "", parts


EVERY = list(patterns(get_resolver().url_patterns))
OURS = [(name, parts) for text, name, parts in EVERY if not text.startswith("admin/")]
ADMIN = [(text, parts) for text, _, parts in EVERY if text.startswith("admin/")]
FILE = "mast:JWST/product/jw01176001001_02101_00001_nrca1_rate.fits"
# The secret parts of addresses that are opened without signing in, made anew each time.
SECRETS: dict[str, Callable[[User], str]] = {
    "calendar-feed": release_feed.new_secret,
    "feed": lambda person: feeds.make(person).rsplit("/", 2)[1],
    "invitation": lambda person: invitations.make(person, person.memberships.get().group, "reader")[1],
    "unsubscribe": secret_of_mail,
}


@dataclass
class World:
    """The cast, and what of Alice's the addresses name."""

    people: dict[str, User]
    basket: Basket
    bundle: Bundle
    search: Search
    lookup: Lookup
    targets: Lookup
    values: Lookup
    key_id: int
    saved: SavedSearch
    session_id: int = 0
    subscription_id: int = 0
    member_id: int = 0
    invitation_id: int = 0
    obsid: str = "300000001"
    result_id: Any = field(default_factory=uuid4)
    told: dict[str, Any] = field(default_factory=dict)  # a notice, a webhook, what was sent there

    def client(self, name: str) -> Client:
        client = Client(raise_request_exception=False)
        if person := self.people.get(name):
            client.force_login(person)
        return client

    def address(self, name: str, parts: tuple[str, ...]) -> str:
        values = {
            "subscription_id": self.subscription_id,
            "basket_id": self.basket.pk,
            "bundle_id": self.bundle.pk,
            "group_id": self.basket.group_id,
            "member_id": self.member_id,
            "invitation_id": self.invitation_id,
            "key_id": self.key_id,
            "number": 0,
            "saved_id": self.saved.pk,
            "mission": "JWST",
            "programme": "1176",
            "name": "properties",
            "kind": "observations",
            "signed": links.signed(links.Linked(self.result_id, "", "csv"))[0],
        }
        values |= {"obsid": self.obsid, "result_id": self.result_id} | self.told
        if "secret" in parts:
            values["secret"] = SECRETS[name](self.people["alice"])
        values |= {"uidb64": "MQ", "token": "no-token", "session_id": self.session_id}
        values["pk"] = self.lookup.pk if name in {"counted", "api-count"} else self.search.pk
        lists = {"targets-list": self.targets, "values-again": self.values}
        values["pk"] = lists[name].pk if name in lists else values["pk"]
        return reverse(name, kwargs={part: values[part] for part in parts})

    def body(self, name: str) -> dict[str, Any]:
        """What a writing request must say to be asked for its rights at all."""
        names = {"basket": self.basket.pk, "search": str(self.search.pk)}
        bodies = {
            "basket-add": names,
            "observation-bundle": names,
            "basket-selection": {"action": "preset", "preset": "everything"},
            "basket-bundle": {"format": "zip", "layout": "nested"},
            "api-basket-bundles": {"format": "zip", "layout": "nested"},
        }
        return bodies.get(name, {})

    def prepare(self, name: str, method: str) -> str:
        """What only this address looks for is there; the query that names it."""
        if name == "api-basket-import" and method == "GET":
            Arrival.objects.create(basket=self.basket, told={"products": {}}, phase=Phase.COMPLETED)
        if name == "api-products" and method == "DELETE":
            BasketProduct.objects.create(basket=self.basket, data_uri=FILE, row={"dataURI": FILE})
            return f"?dataURI={FILE}"
        return ""

    def ask(self, client: Client, method: str, name: str, parts: tuple[str, ...]) -> Any:
        path, body = self.address(name, parts), self.body(name)
        path += self.prepare(name, method)
        if name in {"api-direct", "observation-download"}:
            path += f"?search={self.search.pk}"
        if path.startswith("/api/"):
            return client.generic(method, path, dumps(body), "application/json")
        return client.generic(method, path, urlencode(body), "application/x-www-form-urlencoded")


def make_world(alice: User, bob: User, charlie: User) -> World:
    people = {"alice": alice, "bob": bob, "charlie": charlie}
    people["dora"] = make_person("dora", "Demo group", "reader")
    group = ResearchGroup.objects.get(name="Demo group")
    basket = Basket.objects.create(name="Alice's", owner=alice, group=group)
    row = {"obsid": World.obsid, "obs_id": "an-observation", "calib_level": 3, "obs_collection": "JWST"}
    BasketLine.objects.create(basket=basket, obsid=World.obsid, row=row, added_by=alice)
    bundle = bundles.request(basket, alice, "zip", "nested")
    search = Search.objects.create(collection="programs", criteria=PROGRAMME, fingerprint="0", words="1176")
    asked = {"kind": Lookup.Kind.COUNT, "key": "0", "question": PROGRAMME}
    lookup = Lookup.objects.create(**asked, phase=Phase.COMPLETED, answer={"count": 1})
    asked = {
        "kind": Lookup.Kind.TARGETS,
        "key": "0",
        "question": {"collection": "targets", "targets": ["m57"]},
    }
    targets = Lookup.objects.create(**asked, phase=Phase.COMPLETED, answer={})
    asked = {"kind": Lookup.Kind.VALUES, "key": "0", "question": PROGRAMME}
    values = Lookup.objects.create(**asked, phase=Phase.COMPLETED, answer={"columns": {}})
    saved = SavedSearch.objects.create(name="Hers", owner=alice, group=group, search=search)
    session = UserSession.objects.create(user=alice, session_key="hers", ip="127.0.0.1")
    hears = subscribing.subscribe(alice, subscribing.programme_watch("JWST", "1176"), {})
    key_id = keys.make(alice, "hers")[0].pk
    world = World(
        people, basket, bundle, search, lookup, targets, values, key_id, saved, session.pk, hears.pk
    )
    world.member_id = make_person("emil", "Demo group", "reader").memberships.get().pk
    world.invitation_id = invitations.make(alice, group, "reader")[0].pk
    world.told = told(alice)
    return world


def with_rows(world: World) -> World:
    """The search is answered, and the rows' addresses name its rows."""
    world.search = answered(PROGRAMME, world.people["alice"])
    assert world.search.current is not None
    world.result_id = world.search.current.pk
    world.obsid = results.open_table(world.result_id).table["obsid"][0].as_py()
    return world


def met(response: HttpResponse, path: str) -> object:
    """What somebody met, in the words of the ladder."""
    if response.status_code == 401 and path.startswith("/api/"):
        return SIGN_IN
    if response.status_code == 302 and response.headers["Location"].startswith("/sign-in/?next="):
        return SIGN_IN
    if response.status_code in {401, FORBIDDEN, NOT_THERE, NO_SUCH_METHOD} or response.status_code >= 500:
        return response.status_code
    return ALLOWED
