"""The calendar of what becomes public: whose programmes, which days, the file under the secret address."""

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.test import Client
from icalendar import Calendar

from accounts import archive
from accounts.models import ResearchGroup
from basket.models import Basket, BasketLine
from mastportal.desk import mine, release_feed
from mastportal.desk.mine import Coming
from mastportal.desk.models import SavedSearch
from mastportal.desk.programmes import Programme, programme_of
from mastportal.desk.release_days import months_of, releases_of
from mastportal.search.models import ResultSet, Search, SearchUse
from mastportal.tables.dates import in_days
from tests.archive import Sandbox
from tests.basket.states import HOSTILE
from tests.people import client_of, signed_in
from tests.search.make import answered

pytestmark = pytest.mark.django_db
HOSTILE_NAME = f"{HOSTILE}\r\nATTENDEE:mailto:x@y.z\x00"


@pytest.fixture
def group(alice: User) -> ResearchGroup:
    return ResearchGroup.objects.get(name="Demo group")


@pytest.fixture
def exclusive(sandbox: Sandbox, alice: User) -> Search:
    """The observations of a programme of which some are exclusive, with their rows here."""
    return answered(programme_of("JWST", exclusive_number(sandbox)).question, alice)


def exclusive_number(sandbox: Sandbox) -> str:
    return next(each["programs"][0] for each in sandbox.tokens() if each["owner"] == "alice")


def line(owner: User, number: str = "77", days: float = 12.0, **fields: object) -> BasketLine:
    """An exclusive observation in a basket of somebody's, public so many days from now."""
    told = {"obsid": "900000001", "obs_id": "jw-one", "obs_collection": "JWST", "proposal_id": number}
    told |= {"calib_level": 3, "t_obs_release": archive.today_mjd() + days, "dataRights": "EXCLUSIVE_ACCESS"}
    told |= {"target_name": "M 57", "instrument_name": "NIRCAM/IMAGE"}
    basket = Basket.objects.create(name="A basket", owner=owner, group=fields.pop("group", None))
    row = told | fields
    return BasketLine.objects.create(basket=basket, obsid=str(row["obsid"]), row=row, added_by=owner)


def address_of(person: User) -> str:
    return f"/feeds/{release_feed.new_secret(person)}/calendar.ics"


@pytest.mark.parametrize(
    ("days", "words"), [(-1, ""), (0, "today"), (1, "tomorrow"), (12, "in 12 days"), (1234, "in 1,234 days")]
)
def test_a_countdown_is_in_days(days: int, words: str) -> None:
    assert in_days(days) == words


def test_observations_are_told_by_day_and_programme() -> None:
    def coming(obsid: str, release_mjd: float, number: str = "77") -> Coming:
        return Coming(
            Programme("JWST", number), number, obsid, f"jw-{obsid}", "M 57", "NIRCAM/IMAGE", release_mjd
        )

    found = releases_of(
        [coming("1", 60010.2), coming("2", 60010.9), coming("3", 60010.5, "12"), coming("4", 1e12)], 60000.99
    )
    assert [
        (str(each.day), str(each.programme), len(each.observations), each.days_left) for each in found
    ] == [
        ("2023-03-07", "JWST 12", 1, 10),
        ("2023-03-07", "JWST 77", 2, 10),
    ], "a date that no calendar reaches is left out"
    assert [month.first_day for month in months_of(found)] == [date(2023, 3, 1)]


def test_it_shows_what_the_person_and_their_groups_have(
    alice: User, bob: User, charlie: User, group: ResearchGroup, sandbox: Sandbox
) -> None:
    line(alice, "77", group=group)
    line(alice, "88", obsid="900000002")
    line(charlie, "99", obsid="900000003")
    assert {str(each) for each in mine.found_for(alice).programmes} == {"JWST 77", "JWST 88"}
    assert {str(each) for each in mine.found_for(bob).programmes} == {"JWST 77"}
    assert {str(each) for each in mine.found_for(alice, group.pk).programmes} == {"JWST 77"}
    page = signed_in(bob).get("/calendar/").text
    assert "JWST 77" in page
    assert "in 12 days" in page
    assert "JWST 88" not in page
    assert "JWST 99" not in page
    assert signed_in(charlie).get(f"/calendar/?group={group.pk}").status_code == 404
    assert signed_in(alice).get("/calendar/?group=x").status_code == 404


@pytest.mark.parametrize(
    "fields",
    [{"days": -1.0}, {"dataRights": "PUBLIC"}, {"dataRights": "RESTRICTED"}, {"calib_level": -1}],
    ids=["released", "public", "never public", "planned"],
)
def test_what_is_not_to_become_public_is_not_shown(alice: User, sandbox: Sandbox, fields: dict) -> None:
    line(alice, **fields)
    assert not mine.found_for(alice).coming


def test_a_whole_programme_is_asked_for_once_a_day(alice: User, exclusive: Search, sandbox: Sandbox) -> None:
    number = exclusive_number(sandbox)
    line(alice, number)
    SearchUse.objects.all().delete()
    found = mine.found_for(alice)
    assert len(found.coming) > 1, "more than the basket has"
    assert not found.unknown
    ResultSet.objects.update(ended_at=archive.timezone.now() - mine.OLD)
    found = mine.found_for(alice)
    assert [each.id for each in found.unknown] == [number.lstrip("0")]
    assert len(mine.ask_unknown(found)) == 1
    assert not mine.ask_unknown(mine.found_for(alice)), "it is under way"
    assert not SearchUse.objects.exists(), "nobody asked it: it is nobody's recent search"


def test_a_saved_search_shows_the_rows_of_its_table(alice: User, sandbox: Sandbox) -> None:
    criteria = {"obs_collection": ["JWST"], "proposal_id": [exclusive_number(sandbox)]}
    search = answered({"collection": "observations", "criteria": criteria}, alice)
    saved = SavedSearch.objects.create(name="Mine", owner=alice, search=search)
    every = mine.found_for(alice).coming
    one = next(iter(every.values()))
    for state, shown in ((f"not.obs_id={one.obs_id}", every.keys() - {one.obsid}), ("f.no_such=1", every)):
        SavedSearch.objects.filter(pk=saved.pk).update(state=state)
        assert mine.found_for(alice).coming.keys() == set(shown), "what no longer fits filters nothing"


def test_the_file_holds_an_event_for_each_day(alice: User, sandbox: Sandbox, client: Client) -> None:
    line(alice, days=12)
    line(alice, obsid="900000002", days=12)
    answer = client.get(address_of(alice))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event["SUMMARY"] == "JWST 77: 2 observations become public"
    day = event.decoded("DTSTART")
    assert (day - archive.now().date()).days == 12
    assert str(event["URL"]).endswith("/programmes/JWST/77/")
    again = client.get(address_of(alice))
    assert Calendar.from_ical(again.content).walk("VEVENT")[0]["UID"] == event["UID"]


def test_hostile_names_stay_within_their_event(alice: User, sandbox: Sandbox, client: Client) -> None:
    row = line(alice).row
    names = {"target_name": HOSTILE_NAME.replace("\0", "") * 50, "obs_id": HOSTILE_NAME.replace("\0", "")}
    BasketLine.objects.update(row=row | names)
    content = client.get(address_of(alice)).content
    assert content.count(b"BEGIN:") == 2
    assert not [each for each in content.split(b"\r\n") if each.startswith(b"ATTENDEE")]
    assert all(len(each) <= 75 for each in content.split(b"\r\n"))
    assert "<script" not in signed_in(alice).get("/calendar/").text.replace(
        '<script type="module"', ""
    ).replace("<script src", "")


def test_the_address_is_secret_and_can_be_changed(
    alice: User, bob: User, sandbox: Sandbox, client: Client
) -> None:
    web = signed_in(alice)
    shown = web.post("/calendar/address")
    address = shown.context["new_address"]
    assert address in shown.text
    assert shown.headers["Cache-Control"].count("no-store")
    assert address not in web.get("/calendar/").text
    path = "/" + address.split("/", 3)[3]
    assert client.get(path).status_code == 200
    newer = web.post("/calendar/address").context["new_address"]
    assert client.get(path).status_code == 404
    alice.is_active = False
    alice.save()
    assert client.get("/" + newer.split("/", 3)[3]).status_code == 404
    alice.is_active = True
    alice.save()
    signed_in(alice).post("/calendar/address", {"remove": "1"})
    assert client.get("/" + newer.split("/", 3)[3]).status_code == 404
    assert client.get("/feeds//calendar.ics").status_code == 404
    assert client.get(f"/feeds/{'x' * 5000}/calendar.ics").status_code == 404


def test_the_rest_door(alice: User, bob: User, group: ResearchGroup, sandbox: Sandbox) -> None:
    line(alice, group=group)
    told = client_of(bob).get("/api/v1/calendar").json()
    assert [(each["program"], each["days_left"]) for each in told["results"]] == [("77", 12)]
    assert told["results"][0]["observations"][0]["obs_id"] == "jw-one"
    assert told["being_asked"] == 1
    assert client_of(bob).get("/api/v1/calendar?group=0").status_code == 404


def test_the_pages_questions_to_the_database(
    alice: User, sandbox: Sandbox, django_assert_max_num_queries
) -> None:
    for n in range(5):
        line(alice, obsid=f"90000000{n}")
    web = signed_in(alice)
    web.get("/calendar/")
    with django_assert_max_num_queries(40):
        web.get("/calendar/")
