"""Two people of one group, each with a token: whatever one does, the other's token is not used. By trying.

The stand-in archive writes down whose token came with each request, and that is what is looked at.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accounts import tokens
from accounts.models import Profile, ResearchGroup
from basket import bundles, filling, finishing, lines
from basket.models import Basket, Bundle, BundleFile, Gathering, Staging
from basket.phases import Phase, Preset, Status
from basket.pipeline import gathering
from basket.ways import staging
from mastportal.files.models import Access, ReadingRight, StoredFile
from mastportal.files.store import StoredFileChanged
from mastportal.search import products, results
from mastportal.search.models import ProductList, ResultSet, Search
from tests.archive import Sandbox
from tests.basket.make import bundle_of, completed, fill_all
from tests.files.archive_products import ALICE_TOKEN, BOB_TOKEN
from tests.people import signed_in
from tests.search.make import answered

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Lab:
    """The group's basket, with one exclusive observation of Alice's programmes and one of Bob's, and what
    Alice made of it: one bundle complete, and one under way in which two files failed."""

    search: Search
    basket: Basket
    done: Bundle
    growing: Bundle
    exclusive: StoredFile

    @property
    def obsid(self) -> str:
        return str(self.basket.lines.get(row__proposal_id=self.exclusive.programme).obsid)


@pytest.fixture
def lab(alice: User, bob: User, sandbox: Sandbox, settings: Any, tmp_path: Path) -> Lab:
    settings.STORE_DIR, settings.STAGING_DIR = tmp_path / "store", str(tmp_path / "lab")
    settings.STREAM_WAIT_S = 0.3  # no worker is there to bring anything
    (tmp_path / "lab").mkdir()
    tokens.store(alice, ALICE_TOKEN)
    tokens.store(bob, BOB_TOKEN)
    Profile.objects.update_or_create(user=alice, defaults={"tells_group_rights": True})
    programmes = [each["programs"] for each in sandbox.tokens() if each["state"] == "valid"]
    criteria = {"obs_collection": ["JWST"], "dataRights": ["EXCLUSIVE_ACCESS"]}
    criteria |= {"proposal_id": [number for those in programmes for number in those]}
    search = answered({"collection": "observations", "criteria": criteria}, alice)
    assert search.current is not None
    rows = [row for row in results.open_table(search.current.pk).table.to_pylist() if row["calib_level"] > 0]
    chosen = [next(row for row in rows if row["proposal_id"] in those) for those in programmes[:2]]
    group = ResearchGroup.objects.get(name="Demo group")
    basket = Basket.objects.create(name="The group's", owner=alice, group=group)
    lines.add_observations(basket, chosen, alice)
    for list_id in products.want(lines.contents_of(basket).executed):
        products.harvest(list_id)
    few = [uri for row in chosen for uri in two_exclusive(str(row["obsid"]))]
    basket.selection = {"preset": Preset.NONE.value, "filters": "", "include": few, "exclude": []}
    basket.save()
    done = completed(bundle_of(basket, alice))
    exclusive = StoredFile.objects.filter(access=Access.RESTRICTED, phase=Phase.COMPLETED).first()
    assert exclusive is not None, "her token brought it"
    return Lab(search, basket, done, growing_of(basket, alice), exclusive)


def two_exclusive(obsid: str) -> list[str]:
    """Two small files of an observation that only come with a token."""
    rows = [row for row in products.table_of([obsid]).to_pylist() if row["dataRights"] == "EXCLUSIVE_ACCESS"]
    science = [row for row in rows if row["dataURI"].endswith("_cal.fits")] or rows
    return [row["dataURI"] for row in sorted(science, key=lambda row: row["size"] or 0)[:2]]


def growing_of(basket: Basket, alice: User) -> Bundle:
    """A bundle under way: an exclusive file of hers broke off, and one was refused. Nothing of it is here."""
    growing = bundle_of(basket, alice)
    bundles.freeze(growing.pk)
    first, *others = growing.files.order_by("n")
    BundleFile.objects.filter(pk=first.pk).update(
        phase=Phase.ERROR, status=Status.FAILED, access=Access.PUBLIC
    )
    rest = BundleFile.objects.filter(pk__in=[each.pk for each in others])
    rest.update(phase=Phase.ERROR, status=Status.RESTRICTED)
    return growing


def work() -> None:
    """What workers would do now."""
    for result_id in ResultSet.objects.filter(phase=Phase.QUEUED).values_list("pk", flat=True):
        results.run(result_id)
    for list_id in ProductList.objects.filter(phase=Phase.QUEUED).values_list("pk", flat=True):
        products.harvest(list_id)
    for row in Gathering.objects.filter(phase=Phase.QUEUED):
        gathering.gather(row.pk)
    for bundle in Bundle.objects.filter(phase__in=[Phase.PENDING, Phase.QUEUED, Phase.EXECUTING]):
        if bundle.phase == Phase.PENDING:
            bundles.freeze(bundle.pk)
        filling.take_what_is_here(bundle.pk)
        while ids := filling.top_up(bundle.pk):
            fill_all(ids)
        finishing.finish(bundle.pk)
    for staged in Staging.objects.filter(phase=Phase.QUEUED):
        staging.lay_out(staged.pk)


def forget_what_is_here() -> None:
    """Nothing is stored or remembered any more, so that every byte and right must be asked for."""
    ReadingRight.objects.all().delete()
    Bundle.objects.filter(phase=Phase.COMPLETED).update(size_bytes=None, plan=None)  # as after its time
    BundleFile.objects.update(stored_file=None)
    StoredFile.objects.all().delete()


Way = Callable[[Client, Lab], Any]
WAYS: dict[str, Way] = {
    "looks at the basket": lambda web, lab: web.get(f"/baskets/{lab.basket.pk}/"),
    "looks at its products": lambda web, lab: web.get(f"/api/v1/baskets/{lab.basket.pk}/products"),
    "reads what is said before a bundle": lambda web, lab: web.get(f"/baskets/{lab.basket.pk}/preflight"),
    "asks for a bundle": lambda web, lab: web.post(f"/baskets/{lab.basket.pk}/bundle", AS_ZIP),
    "has the basket streamed": lambda web, lab: _read(web.get(f"/baskets/{lab.basket.pk}/download")),
    "has the lists asked anew": lambda web, lab: web.post(f"/baskets/{lab.basket.pk}/refresh"),
    "asks what the pipeline needs": lambda web, lab: web.get(f"/baskets/{lab.basket.pk}/pipeline?stage=2"),
    "takes the script": lambda web, lab: web.get(f"/baskets/{lab.basket.pk}/script"),
    "takes her bundle": lambda web, lab: _read(web.get(f"/api/v1/bundles/{lab.done.pk}/download")),
    "makes her bundle again": lambda web, lab: web.post(f"/bundles/{lab.done.pk}/again"),
    "makes what failed in hers again": lambda web, lab: web.post(f"/bundles/{lab.growing.pk}/again", FAILED),
    "tries again in hers": lambda web, lab: web.post(f"/bundles/{lab.growing.pk}/retry"),
    "tries one again in hers": lambda web, lab: web.post(f"/bundles/{lab.growing.pk}/retry", {"n": "1"}),
    "tries again by a program": lambda web, lab: web.post(f"/api/v1/bundles/{lab.growing.pk}/retry"),
    "sees what changed since hers": lambda web, lab: web.get(f"/bundles/{lab.done.pk}/changes"),
    "sees what the archive has since": lambda web, lab: web.get(
        f"/bundles/{lab.done.pk}/changes?against=archive"
    ),
    "has hers laid out": lambda web, lab: web.post(f"/bundles/{lab.done.pk}/stage"),
    "takes a file": lambda web, lab: _read(
        web.get(f"/api/v1/products/download?uri={lab.exclusive.data_uri}")
    ),
    "takes an observation": lambda web, lab: _read(
        web.get(f"/api/v1/observations/{lab.obsid}/download?search={lab.search.pk}")
    ),
    "asks for an observation": lambda web, lab: web.post(
        f"/observations/{lab.obsid}/bundle", {"search": str(lab.search.pk)}
    ),
    "asks what their token opens": lambda web, lab: web.post("/account/programmes/check"),
    "checks their token": lambda web, lab: web.post("/account/token/check/"),
    "removes their token": lambda web, lab: web.post("/account/token/remove/"),
    "looks at the calendar": lambda web, lab: web.get("/calendar/"),
}
AS_ZIP = {"format": "zip", "layout": "nested"}
ARCHIVE_REFUSED = 502
FAILED = {"only": "failed"}


def _read(answer: Any) -> Any:
    with suppress(StoredFileChanged):  # one of those that were forgotten
        b"".join(answer.streaming_content if answer.streaming else [])
    return answer


@pytest.mark.long
@pytest.mark.parametrize("is_here", [True, False], ids=["stored", "to fetch"])
def test_whatever_bob_does_alices_token_is_not_used(
    lab: Lab, alice: User, bob: User, sandbox: Sandbox, is_here: bool
) -> None:
    web = signed_in(bob)
    if not is_here:
        forget_what_is_here()
    before = tokens.state(alice)
    used: dict[str, set[str]] = {}
    for name, way in WAYS.items():
        mark = sandbox.mark()
        answer = way(web, lab)
        assert answer.status_code < 500 or answer.status_code == ARCHIVE_REFUSED, name
        work()
        used[name] = {entry["who"] for entry in sandbox.log(mark)} - {""}
    assert {name: who for name, who in used.items() if "alice" in who} == {}
    assert {who for those in used.values() for who in those} == {"bob"}, "and his own was"
    assert tokens.state(alice) == before, "nor was it noted as used"


def test_bob_gets_what_his_own_token_opens_and_no_more(
    lab: Lab, alice: User, bob: User, sandbox: Sandbox
) -> None:
    web = signed_in(bob)
    assert web.get(f"/api/v1/products/download?uri={lab.exclusive.data_uri}").status_code == ARCHIVE_REFUSED
    assert web.get(f"/api/v1/bundles/{lab.done.pk}/download").status_code == 403
    web.post(f"/bundles/{lab.growing.pk}/retry")
    work()
    got = {file.programme: file.status for file in lab.growing.files.all()}
    assert got.pop(lab.exclusive.programme) == Status.RESTRICTED
    assert set(got.values()) == {Status.OK}, "what his token opens came, in her bundle, with his"


@pytest.mark.long
def test_her_own_try_is_hers_again(lab: Lab, alice: User, bob: User, sandbox: Sandbox) -> None:
    his, hers = Client(), Client()
    his.force_login(bob)
    hers.force_login(alice)
    forget_what_is_here()
    work_of = lab.growing.files.filter(programme=lab.exclusive.programme)
    number = {"n": str(work_of.values_list("n", flat=True)[0])}
    his.post(f"/bundles/{lab.growing.pk}/retry", number)
    fill_all(filling.top_up(lab.growing.pk))
    assert work_of.filter(status=Status.OK).count() == 0
    hers.post(f"/bundles/{lab.growing.pk}/retry", number)
    mark = sandbox.mark()
    fill_all(filling.top_up(lab.growing.pk))
    assert work_of.filter(status=Status.OK).count() == 1
    assert {entry["who"] for entry in sandbox.log(mark)} - {""} == {"alice"}


@pytest.mark.long
def test_who_tried_and_went_leaves_nobodys_token_to_be_used(
    lab: Lab, alice: User, bob: User, sandbox: Sandbox
) -> None:
    web = signed_in(bob)
    forget_what_is_here()
    web.post(f"/bundles/{lab.growing.pk}/retry")
    User.objects.filter(pk=bob.pk).update(is_active=False)
    mark = sandbox.mark()
    work()
    assert {entry["who"] for entry in sandbox.log(mark)} == {""}
