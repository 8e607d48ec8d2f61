"""Lists of targets: read, understood line by line, mended, searched; each observation once, with its tags."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from mastportal.mast.client import ATTEMPTS
from mastportal.mast.errors import Unavailable
from mastportal.mast.resolving import Resolved
from mastportal.mast.target import tidy_name
from mastportal.search import lookups, positions, results
from mastportal.search.models import Lookup, ResultSet, Search
from tests.archive import Sandbox
from tests.search.make import answered, questions

pytestmark = pytest.mark.django_db
M57_DEG = {"name": "the ring", "ra": 283.3963, "dec": 33.0292}
NOBODY = "no such thing"


@pytest.fixture
def paste(web: Client) -> Callable[..., Any]:
    """Send a list through the panel, look it up as a worker would, and give its page."""

    def send(text: str = "", **fields: Any) -> Any:
        sent = web.post(reverse("targets"), {"collection": "targets", "targets": text, **fields})
        if sent.status_code == 302:
            for pk in Lookup.objects.filter(kind="targets", phase="QUEUED").values_list("pk", flat=True):
                lookups.answer(pk)
            return web.get(sent["Location"])
        return sent

    return send


def listed(*targets: Any, **more: Any) -> dict[str, Any]:
    return {"collection": "targets", "targets": list(targets), "radius_deg": 1 / 60, **more}


def rows(search: Search) -> list[dict[str, Any]]:
    assert search.current is not None, search.error
    return results.open_table(search.current.pk).table.to_pylist()


def test_each_observation_is_there_once_with_its_targets(sandbox: Sandbox, alice: User) -> None:
    found = rows(answered(listed("m57", M57_DEG, "VV 191"), alice))
    alone = rows(answered({"collection": "observations", "target": "m57 r=1m"}, alice))
    obsids = [row["obsid"] for row in found]
    assert len(obsids) == len(set(obsids))
    tagged = {row["obsid"]: row["searched_target"].split(";") for row in found}
    assert {obsid for obsid, tags in tagged.items() if "m57" in tags} == {row["obsid"] for row in alone}
    assert {tag for tags in tagged.values() for tag in tags} == {"m57", "the ring", "VV 191"}
    assert any(set(tags) == {"m57", "the ring"} for tags in tagged.values())
    assert all(row["searched_distance"] >= 0 for row in found)


def test_the_tag_can_be_filtered_by_each_of_its_targets(api, sandbox: Sandbox, alice: User) -> None:
    search = answered(listed("m57", M57_DEG, "VV 191"), alice)
    address = f"/api/v1/searches/{search.pk}"
    facet = api.get(f"{address}/facets?facets=searched_target").json()["facets"][0]
    counts = {value["value"]: value["count"] for value in facet["values"]}
    assert set(counts) == {"m57", "the ring", "VV 191"}
    matched = api.get(f"{address}/rows?f.searched_target=the+ring&sort=searched_distance").json()["matched"]
    assert matched == counts["the ring"]


def test_a_name_nobody_knows_spoils_nothing(sandbox: Sandbox, alice: User, web: Client) -> None:
    search = answered(listed("m57", NOBODY, "10.0 -89.5"), alice)
    told = search.current.understood
    assert (told["targets"], told["resolved"], told["without_rows"]) == (3, 2, ["10 -89.5"])
    assert [each["target"] for each in told["unresolved"]] == [NOBODY]
    page = web.get(reverse("result", args=[search.pk])).content.decode()
    assert "1 of 3 targets was not searched" in page
    assert "Searched target" in page


def test_names_that_are_all_unknown_are_an_error(sandbox: Sandbox, alice: User) -> None:
    search = answered(listed(NOBODY, "neither this"), alice)
    assert (search.latest.phase, search.latest.error_kind) == ("ERROR", "not_found")


def test_criteria_hold_for_every_target(sandbox: Sandbox, alice: User) -> None:
    criteria = {"obs_collection": ["JWST"], "filters": {"not": ["F1*"]}}
    found = rows(answered(listed("m57", "VV 191", criteria=criteria), alice))
    assert found
    assert {row["obs_collection"] for row in found} == {"JWST"}
    assert not any("F1" in (row["filters"] or "") for row in found)


def test_equal_circles_are_asked_once_and_names_are_remembered(sandbox: Sandbox, alice: User) -> None:
    place = {"name": "a", "ra": 10.0, "dec": 20.0}
    answered(listed("m57", "VV 191"), alice)
    mark = sandbox.mark()
    search = answered(listed("m57", "vv191", place, place | {"name": "b"}), alice)
    assert questions(sandbox.log(mark)) == ["Mast.Caom.Cone"] * 3
    assert search.current.understood["without_rows"] == ["a", "b"]


def test_a_worker_that_takes_over_goes_on_from_the_names(sandbox: Sandbox, alice: User, settings) -> None:
    settings.ASK_CONNECTIONS = 1
    asked = results.ask(listed("m57", "VV 191"), alice)
    sandbox.faults({"match": "Cone", "times": 1, "fault": "status", "status": 400})
    results.run(asked.result.pk)
    assert ResultSet.objects.get().phase == "ERROR"
    sandbox.clear()
    mark = sandbox.mark()
    assert rows(answered(listed("m57", "VV 191"), alice))
    assert "Mast.Name.Lookup" not in questions(sandbox.log(mark))


def test_a_resolver_that_is_down_is_not_asked_a_thousand_times(sandbox: Sandbox, settings) -> None:
    settings.ASK_CONNECTIONS, settings.POLL_S = 4, 0.001
    sandbox.faults({"match": "invoke", "times": 10_000, "fault": "status", "status": 503})
    mark, names = sandbox.mark(), [f"star {number}" for number in range(200)]
    with pytest.raises(Unavailable):
        positions.positions_of(names, lambda: None)
    # Those that failed, those under way in each connection, and what was begun while they were read.
    most = 4 * settings.ASK_CONNECTIONS + positions.MOST_FAILURES
    assert len(questions(sandbox.log(mark))) <= most * ATTEMPTS


def test_a_few_names_that_fail_leave_the_others(sandbox: Sandbox, settings) -> None:
    settings.ASK_CONNECTIONS, settings.POLL_S = 1, 0.001
    sandbox.faults({"match": "invoke", "times": ATTEMPTS, "fault": "status", "status": 503})
    found = positions.positions_of(["VV 191", "m57"], lambda: None)
    assert isinstance(found[tidy_name("VV 191")], Unavailable)
    assert isinstance(found[tidy_name("m57")], Resolved)


def test_more_rows_than_are_kept_are_refused(sandbox: Sandbox, alice: User, settings) -> None:
    settings.ROW_LIMIT = 3
    search = answered(listed("m57", "VV 191"), alice)
    assert search.latest.error_kind == "too_many"


# ---------- the page between the list and its search ----------
def test_every_line_is_said_back(paste: Callable[..., Any], sandbox: Sandbox) -> None:
    text = f"m57\nthe ring, 283.3963, 33.0292, 0.1\n{NOBODY}\nm57 r=-1\nM 57\n<script>=1+1</script>"
    page = paste(text, radius="30s")
    lines = page.context["lines"]
    assert [line.is_understood for line in lines] == [True, True, False, False, True, False]
    assert (lines[0].label, lines[0].radius, lines[1].radius) == ("M 57", "30″", "6′")
    assert lines[0].position.startswith("18h53m35")
    assert lines[0].resolver
    assert lines[4].same_as == 1
    html = page.content.decode()
    assert "2 </span>" not in html
    assert "<script>=1" not in html
    assert "3 not understood" in html
    assert "as line 1" in html


def test_corrected_lines_are_looked_up_and_the_rest_is_searched(
    paste: Callable[..., Any], web: Client, sandbox: Sandbox
) -> None:
    address = paste(f"m57\n{NOBODY}\nM 57\nnonsense r=-1", radius="1m").wsgi_request.path
    again = web.post(address, {"line.2": "VV 191", "then": "again"})
    lookup = Lookup.objects.get(pk=again["Location"].rpartition("/")[2])
    assert lookup.question["targets"] == ["m57", "VV 191"]
    asked = web.post(address, {"line.4": "VV 191", "then": "search"})
    search = Search.objects.get(pk=asked["Location"].strip("/").rpartition("/")[2])
    assert search.criteria["targets"] == ["m57", "VV 191"]
    assert search.criteria["radius_deg"] == pytest.approx(1 / 60)


def test_a_bad_correction_is_a_sentence(paste: Callable[..., Any], web: Client, sandbox: Sandbox) -> None:
    address = paste(NOBODY).wsgi_request.path
    answer = web.post(address, {"line.1": "m57 r=-1", "then": "search"})
    assert (answer.status_code, "Target 1: " in answer.content.decode()) == (422, True)
    assert web.post(address, {"then": "search"}).status_code == 422


def test_an_uploaded_table_joins_what_is_pasted(paste: Callable[..., Any], sandbox: Sandbox) -> None:
    file = SimpleUploadedFile("list.csv", b"name,ra,dec,radius_arcsec\nmine,10.5,-20.25,30\n")
    page = paste("m57", file=file, **{"c.obs_collection": "JWST", "not.obs_collection": "1"})
    assert [line.label for line in page.context["lines"]] == ["M 57", "mine"]
    assert "Mission is not JWST" in page.content.decode()


@pytest.mark.parametrize(
    ("text", "file", "status", "words"),
    [
        ("", b"", 422, "no target"),
        ("m57\n" * 1001, None, 422, "At most 1,000"),
        ("m57", b"x\n" * 1000, 422, "At most 1,000"),
        ("", b"x" * 1_000_001, 413, "at most 1 MB"),
        ("x" * 1_000_001, None, 413, "at most 1 MB"),
        ("", b"SIMPLE  =   T", 422, "not text"),
        ("", None, 422, "at least one"),
    ],
)
def test_what_is_no_list_is_refused(web: Client, text, file, status, words) -> None:
    fields = {"collection": "targets", "targets": text}
    fields |= {} if file is None else {"file": SimpleUploadedFile("f", file or b"\n")}
    answer = web.post(reverse("targets"), fields)
    assert (answer.status_code, words in answer.content.decode()) == (status, True)
    assert not Lookup.objects.exists()


def test_a_wrong_radius_stands_at_its_field(web: Client) -> None:
    answer = web.post(reverse("targets"), {"collection": "targets", "targets": "m57", "radius": "wide"})
    assert (answer.status_code, answer.context["form"].error_field) == (422, "radius_deg")


def test_a_list_being_looked_up_is_polled(web: Client) -> None:
    sent = web.post(reverse("targets"), {"collection": "targets", "targets": "m57"})
    assert "Looking up 1 target" in web.get(sent["Location"]).content.decode()
    assert web.get(sent["Location"], headers={"HX-Request": "true"}).status_code == 204


def test_two_people_with_one_list_look_it_up_once(web: Client, bob: User) -> None:
    other, fields = Client(), {"collection": "targets", "targets": "m57\nVV 191"}
    other.force_login(bob)
    assert (
        web.post(reverse("targets"), fields)["Location"] == other.post(reverse("targets"), fields)["Location"]
    )


def test_a_long_list_finds_back_into_the_panel(web: Client, alice: User) -> None:
    asked = results.ask(listed(*(f"star number {number}" for number in range(300))), alice)
    page = web.get(reverse("result", args=[asked.search.pk]))
    address = page.context["edit_url"]
    assert len(address) < 200
    assert web.get(address).context["form"].targets.count("\n") == 299


def test_over_rest(api, sandbox: Sandbox) -> None:
    address = "/api/v1/searches"
    bad = api.post(address, listed("m57", "m57 r=-1"), format="json")
    assert (bad.status_code, bad.json()["error"]["field"]) == (400, "targets")
    places = [f"10 {number / 20 - 25:.3f}" for number in range(1001)]
    assert api.post(address, listed(*places), format="json").status_code == 422
    assert api.post(address, listed(*places[1:]), format="json").status_code == 202
    assert api.post(address, listed("m57", "x" * 1_000_001), format="json").status_code == 400
    ResultSet.objects.all().delete()
    counted = api.post(f"{address}/count", listed("m57"), format="json")
    assert (counted.status_code, counted.json()["error"]["code"]) == (400, "bad_question")
    asked = api.post(address, listed("m57", NOBODY), format="json")
    assert asked.status_code == 202
    results.run(ResultSet.objects.get().pk)
    body = api.get(asked["Location"]).json()
    assert body["phase"] == "COMPLETED"
    assert body["understood"]["unresolved"][0]["target"] == NOBODY
    assert body["query"].startswith("Observations of 2 targets (m57, no such thing)")
