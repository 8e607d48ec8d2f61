"""How each person's tables look: remembered by kind, forgotten, refused where it is no layout."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from accounts.layouts import forget, layout_of, remember
from accounts.models import TableLayout
from mastportal.tables.columns import BadQuery
from mastportal.tables.grammar import TableQuery
from mastportal.tables.layout import USUAL, Layout
from tests.tables.make import SCHEMA

ADDRESS = "/account/layouts/observations/"


def test_each_person_has_their_own_by_kind(alice: User, bob: User) -> None:
    remember(alice, "observations", {"columns": "t_min, target_name,t_min", "widths": "t_min:90"})
    remember(alice, "jwst-keywords:nircam", {"columns": "filename"})
    assert layout_of(alice, "observations") == Layout(("t_min", "target_name"), {"t_min": 90})
    assert layout_of(alice, "jwst-keywords:nircam").columns == ("filename",)
    assert layout_of(alice, "jwst-keywords:miri") == layout_of(bob, "observations") == USUAL


def test_parts_not_said_stay_and_an_empty_part_is_a_choice(alice: User) -> None:
    remember(alice, "observations", {"columns": "obsid", "sort": "-t_min,obsid"})
    remember(alice, "observations", {"widths": "obsid:200"})
    assert layout_of(alice, "observations") == Layout(("obsid",), {"obsid": 200}, ("-t_min", "obsid"))
    remember(alice, "observations", {"sort": ""})
    assert layout_of(alice, "observations").sort == ()
    forget(alice, "observations")
    assert layout_of(alice, "observations") == USUAL


@pytest.mark.parametrize(
    ("kind", "chosen"),
    [
        ("spectra", {"columns": "obsid"}),
        ("jwst-keywords:<b>", {"columns": "obsid"}),
        ("observations", {"columns": "<script>alert(1)</script>"}),
        ("observations", {"columns": "x" * 100_000}),
        ("observations", {"columns": ",".join(f"c{number}" for number in range(501))}),
        ("observations", {"widths": "t_min:NaN"}),
        ("observations", {"widths": "t_min:-50"}),
        ("observations", {"widths": "t_min:99999999999"}),
        ("observations", {"widths": "t_min"}),
        ("observations", {"widths": "t_min:²²²"}),
        ("observations", {"sort": "=cmd()"}),
    ],
)
def test_what_is_no_layout_is_refused_in_a_sentence(alice: User, kind: str, chosen: dict[str, str]) -> None:
    with pytest.raises(BadQuery) as refused:
        remember(alice, kind, chosen)
    assert len(str(refused.value)) < 250
    assert not TableLayout.objects.exists()


def test_columns_that_have_gone_are_passed_over() -> None:
    layout = Layout(("gone", "t_min"), {"gone": 90, "t_min": 80}, ("-gone", "-t_min")).among(SCHEMA.names)
    assert layout == Layout(("t_min",), {"t_min": 80}, ("-t_min",))


def test_an_address_that_names_an_order_wins() -> None:
    layout, query = Layout(sort=("-t_min",)), TableQuery(sort=("obsid",))
    assert layout.followed_by(query, {"sort"}).sort == ("obsid",)
    assert layout.followed_by(TableQuery(), {"sort"}).sort == ()
    assert layout.followed_by(TableQuery(), {}).sort == ("-t_min",)


def test_the_form_goes_back_to_the_table_with_its_columns(alice: User, client: Client) -> None:
    client.force_login(alice)
    back = client.post(ADDRESS, {"columns": "obsid,t_min", "next": "/results/?f.x=1"})
    assert back["Location"] == "/results/?f.x=1&columns=obsid,t_min"
    assert (
        client.post(ADDRESS, {"forget": "1", "columns": "a", "next": "/results/"})["Location"] == "/results/"
    )
    assert layout_of(alice, "observations") == USUAL
    assert client.post(ADDRESS, {"next": "https://elsewhere.example/"})["Location"] == "/"


def test_scripts_save_quietly_and_are_told_what_is_wrong(alice: User, client: Client) -> None:
    client.force_login(alice)
    assert client.post(ADDRESS, {"widths": "t_min:90", "quietly": "1"}).status_code == 204
    wrong = client.post(reverse("table-layout", args=["x<b>"]), {"columns": "a"})
    assert wrong.status_code == 400
    assert wrong["Content-Type"].startswith("text/plain")
