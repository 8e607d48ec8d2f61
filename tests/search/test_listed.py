"""What may be fetched: only what the archive itself named."""

import threading

import pyarrow as pa
import pytest
from django.db import connection

from mastportal.search import listed
from mastportal.search.models import ListedUri

pytestmark = pytest.mark.django_db
URI = "mast:JWST/product/jw01176_cal.fits"


def products(*uris: str | None, **facts: object) -> pa.Table:
    defaults = {
        "obs_collection": "JWST",
        "proposal_id": "1176",
        "obs_id": "jw01176",
        "size": 10,
        "dataRights": "PUBLIC",
    }
    row = defaults | facts
    return pa.table({"dataURI": pa.array(uris, pa.string())} | {k: [v] * len(uris) for k, v in row.items()})


def test_a_listed_uri_is_known_with_its_facts() -> None:
    listed.note(products(URI))
    expected = listed.Listing(URI, "JWST", "jw01176", "1176", "PUBLIC", None, 10)
    assert listed.listing(URI) == expected
    assert listed.is_listed(URI)


@pytest.mark.parametrize("uri", [URI + "x", URI.upper(), "", "https://elsewhere.example/x.fits"])
def test_any_other_uri_is_unknown(uri: str) -> None:
    listed.note(products(URI))
    assert not listed.is_listed(uri)
    assert listed.listing(uri) is None


def test_keyword_rows_list_their_files() -> None:
    row = {"dataURI": [URI], "program": ["2736"], "fileSize": [7], "publicReleaseDate_mjd": [59746.5]}
    listed.note(pa.table(row))
    assert listed.listing(URI) == listed.Listing(URI, "JWST", "", "2736", "", 59746.5, 7)


def test_rows_without_a_uri_are_left_out() -> None:
    listed.note(products(URI, None, ""))
    assert ListedUri.objects.count() == 1


def test_a_table_without_uris_lists_nothing() -> None:
    listed.note(pa.table({"obsid": ["1"]}))
    assert not ListedUri.objects.exists()


def test_what_is_said_anew_replaces_the_old() -> None:
    listed.note(products(URI))
    listed.note(products(URI, size=20, dataRights="EXCLUSIVE_ACCESS"))
    found = listed.listing(URI)
    assert (found.size_bytes, found.rights) == (20, "EXCLUSIVE_ACCESS")


def test_silence_forgets_nothing() -> None:
    listed.note(products(URI))
    listed.note(pa.table({"dataURI": [URI]}))
    assert listed.listing(URI).size_bytes == 10


def test_the_same_again_touches_no_row() -> None:
    listed.note(products(URI))
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin FROM search_listeduri")
        before = cursor.fetchall()
    listed.note(products(URI, URI))
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin FROM search_listeduri")
        assert cursor.fetchall() == before


def test_uris_keep_whatever_characters_they_have() -> None:
    odd = "mast:HLSP/a\tb\\N é,\"'.fits"
    listed.note(products(odd))
    assert listed.listing(odd).uri == odd


@pytest.mark.django_db(transaction=True)
def test_threads_that_list_the_same_in_other_orders_do_not_lock_up() -> None:
    uris = [f"mast:JWST/product/{n}.fits" for n in range(2000)]
    errors = []

    def note(turn: int) -> None:
        try:
            listed.note(products(*uris[:: 1 if turn % 2 else -1], size=turn))
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=note, args=(turn,)) for turn in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert errors == []
    assert ListedUri.objects.count() == 2000
