"""What the pipeline needs to run again: every member of every newest association, at its level, once.

What must be there is worked out here from the association files as the sandbox serves them.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from basket import lines
from basket.models import Basket
from basket.pipeline import gathering
from basket.pipeline.answers import Answer
from tests.acceptance.journey import Journey, check_files, unpacked
from tests.archive import Sandbox
from tests.basket.make import harvested, rows_of
from tests.files.archive_products import observations, products
from tests.waiting import wait_until

Row = dict[str, Any]
CASES = {  # programme, how the names of the observations begin
    "msa": ("2736", "jw02736-o007_s000007001_nirspec_f170lp"),
    "wfss": ("2736", "jw02736-o005_s000005001_niriss_f115w-gr150c"),
    "coron": ("1386", "jw01386-o001_t002_nircam_f444w"),
    "background": ("2732", "jw02732-c1001_t005_miri_ch1"),
}
EXPOSURE = re.compile(r"(jw\d{11}_[0-9a-z]{5}_\d{5}_[a-z0-9]+)_(?:o\d{3}_)?([a-z0-9]+)\.fits")
HELPERS = ("direct_image", "sourcecat", "segmap")


class Truth:
    """What the sandbox has of a programme, read without the portal."""

    def __init__(self, sandbox: Sandbox, program: str) -> None:
        self.sandbox = sandbox
        rows = observations(settings.ARCHIVE_URL, proposal_id=program, obs_collection="JWST")
        self.rows = [row for row in rows if row["calib_level"] != -1]
        self._bodies: dict[str, Row] = {}
        self._lists: dict[str, list[Row]] = {}

    def listed(self, obs_id: str) -> list[Row]:
        if obs_id not in self._lists:
            obsid = next(row["obsid"] for row in self.rows if row["obs_id"] == obs_id)
            self._lists[obs_id] = products(settings.ARCHIVE_URL, obsid)
        return self._lists[obs_id]

    def newest(self, listed: list[Row]) -> dict[str, Row]:
        """The association that each product was made by last."""
        last: dict[tuple[str, str, str], str] = {}
        for name in {
            row["productFilename"] for row in listed if row["productFilename"].endswith("_asn.json")
        }:
            told = self.body(name)
            key = (told["asn_id"], told["asn_type"], told["products"][0]["name"])
            last[key] = max(name, last.get(key, ""), key=lambda each: each.split("_")[1] if each else "")
        return {name: self.body(name) for name in last.values()}

    def body(self, name: str) -> Row:
        if name not in self._bodies:
            self._bodies[name] = json.loads(self.sandbox.body(f"mast:JWST/product/{name}"))
        return self._bodies[name]

    def needed(self, begins: str, stage: int) -> dict[str, Row]:
        """The associations of the observations whose names begin so, and those that make their members."""
        own = [row["obs_id"] for row in self.rows if row["obs_id"].startswith(begins)]
        found = self.newest([row for obs_id in own for row in self.listed(obs_id)])
        level3 = {name: told for name, told in found.items() if told["asn_type"].endswith("3")}
        if stage == 3:
            return level3
        made = {told["products"][0]["name"] for told in found.values()}
        joined = {m[1] for told in level3.values() for n in names(told) if (m := EXPOSURE.match(n))} - made
        beside = {f"jw{exposure[2:7]}-o{exposure[7:10]}" for exposure in joined}
        for obs_id in {row["obs_id"] for row in self.rows if row["obs_id"].startswith(tuple(beside))}:
            others = self.newest(self.listed(obs_id))
            found |= {name: told for name, told in others.items() if told["products"][0]["name"] in joined}
        return found


def names(association: Row) -> list[str]:
    return [member["expname"] for product in association["products"] for member in product["members"]]


def at(stage: int, name: str, role: str, associations: dict[str, Row]) -> str:
    """The file that a member is at a stage."""
    told = EXPOSURE.match(name)
    if told is None or role in HELPERS or stage == 3:
        return name
    if stage == 1:
        return f"{told[1]}_uncal.fits"
    rates = {n for a in associations.values() if a["asn_type"].endswith("2") for n in names(a)}
    (found,) = {f"{told[1]}_rate.fits", f"{told[1]}_rateints.fits"} & rates or {f"{told[1]}_rate.fits"}
    return found


def expected(truth: Truth, begins: str, stage: int) -> set[str]:
    associations = truth.needed(begins, stage)
    wanted = set(associations)
    for told in associations.values():
        for product in told["products"]:
            wanted |= {at(stage, m["expname"], m["exptype"], associations) for m in product["members"]}
    shutters = {f"{name[:13]}_01_msa.fits" for name in wanted if re.search(r"_nrs[12]_", name)}
    return wanted | (shutters if "nirspec" in begins else set())


@pytest.fixture(scope="module")
def truths() -> Iterator[dict[str, Truth]]:
    sandbox = Sandbox(settings.ARCHIVE_URL)
    sandbox.clear()
    yield {program: Truth(sandbox, program) for program in sorted({program for program, _ in CASES.values()})}
    sandbox.close()


def basket_with(user: User, program: str, begins: str) -> Basket:
    _, rows = rows_of({"collection": "programs", "programs": program}, user)
    basket = Basket.objects.create(name="A basket", owner=user)
    lines.add_observations(basket, [row for row in rows if (row["obs_id"] or "").startswith(begins)], user)
    return harvested(basket)


def gathered(basket: Basket, stage: int, user: User) -> Answer:
    asked = gathering.ask(lines.contents_of(basket), stage, user, refresh=True)
    while gathering.gather(asked.row.pk) is not None:
        harvested(basket)
    asked.row.refresh_from_db()
    assert asked.row.phase == "COMPLETED", asked.row.error
    return Answer.from_json(asked.row.answer)


@pytest.mark.parametrize("case", sorted(CASES))
def test_every_member_of_every_newest_association_is_found(
    alice: User, sandbox: Sandbox, truths: dict[str, Truth], case: str
) -> None:
    program, begins = CASES[case]
    basket = basket_with(alice, program, begins)
    for stage in (1, 2, 3):
        answer = gathered(basket, stage, alice)
        found = Counter(each.name for each in answer.files)
        assert set(found) == expected(truths[program], begins, stage), stage
        assert set(found.values()) == {1}
        assert answer.missing == []


@pytest.mark.parametrize(
    ("case", "stage", "ending"), [("coron", 3, "_calints.fits"), ("msa", 2, "_asn.json")]
)
def test_what_is_not_to_be_had_is_named_before_anything_is_downloaded(
    alice: User, sandbox: Sandbox, truths: dict[str, Truth], case: str, stage: int, ending: str
) -> None:
    program, begins = CASES[case]
    basket = basket_with(alice, program, begins)
    gone = sorted(name for name in expected(truths[program], begins, stage) if name.endswith(ending))[0]
    sandbox.faults({"match": re.escape(gone), "fault": "status", "status": 404, "times": 1000})
    answer = gathered(basket, stage, alice)
    told = {gap.name: gap for gap in answer.missing}
    assert list(told) == [gone]
    assert gone not in {each.name for each in answer.files}
    assert told[gone].uri == f"mast:JWST/product/{gone}"
    assert told[gone].reason
    assert answer.counts()["missing_total"] == 1
    assert any(gone in sentence for sentence in answer.sentences())


def test_a_bundle_holds_it_all_flat_with_the_references_and_what_they_are(
    journey: Journey, sandbox: Sandbox, truths: dict[str, Truth]
) -> None:
    program, begins = CASES["wfss"]
    search = journey.search(collection="programs", programs=program)
    rows = [row for row in journey.rows(search) if row["obs_id"].startswith(begins)]
    basket = journey.basket(search, [row["obsid"] for row in rows])
    address = f"/api/v1/baskets/{basket}/pipeline?stage=2"
    first = journey.api.get(address)
    assert (first.status_code, first.json()["phase"]) == (202, "QUEUED")
    needs = wait_until(lambda: (a := journey.api.get(address)).status_code == 200 and a.json(), 60)
    wanted = expected(truths[program], begins, 2)
    assert (needs["files"], needs["missing"]) == (len(wanted), [])
    bundle = journey.bundle(basket, pipeline_stage=2, references=True, layout="nested")
    assert (bundle["layout"], bundle["pipeline_stage"], bundle["references"]) == ("flat", 2, True)
    manifest = journey.manifest(bundle)
    assert {row["status"] for row in manifest} == {"OK"}
    files = unpacked(journey.download(bundle))
    told = json.loads(files.pop("PIPELINE.JSON"))
    references = {path.rpartition("/")[2] for path in files if path.startswith("crds_cache/references/jwst/")}
    assert {row["path"] for row in manifest if "/" not in row["path"]} == wanted
    assert (
        references
        == {name.removeprefix("crds://") for name in told["references"]}
        == set(needs["references"])
    )
    assert references
    assert told["crds_contexts"] == ["jwst_1464.pmap"]
    assert told["from_stage"] == 2
    archived = [row for row in manifest if "/" not in row["path"]]
    check_files({name: content for name, content in files.items() if "/" not in name}, archived, sandbox)
