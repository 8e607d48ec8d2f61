"""What the tests of baskets are made of: a search, a basket of its observations, a bundle at its end."""

from typing import Any
from uuid import UUID

from django.contrib.auth.models import User

from basket import bundles, filling, finishing, lines
from basket.finishing import manifest_rows
from basket.handing_out import body_of
from basket.models import Basket, Bundle
from mastportal.search import products, results
from mastportal.search.models import Search
from tests.search.make import KEYWORDS, PROGRAMME, answered

__all__ = ["KEYWORDS", "PROGRAMME", "basket_of", "completed", "harvested", "observation", "rows_of"]


def rows_of(question: dict[str, Any], user: User) -> tuple[Search, list[dict[str, Any]]]:
    """A question answered in this process, and its rows."""
    search = answered(question, user)
    assert search.current is not None
    return search, results.open_table(search.current.pk).table.to_pylist()


def observation(number: int, **fields: object) -> dict[str, object]:
    """A row as a page has it, of an observation that no archive need know."""
    return {"obsid": str(number), "obs_id": f"jw{number}", "calib_level": 3} | fields


def harvested(basket: Basket) -> Basket:
    """The basket with all its product lists here."""
    for list_id in products.want(lines.contents_of(basket).executed):
        products.harvest(list_id)
    return basket


def basket_of(user: User, count: int = 3, question: dict[str, Any] = PROGRAMME, **fields: Any) -> Basket:
    """A basket with the first executed observations that answer `question`."""
    _, rows = rows_of(question, user)
    basket = Basket.objects.create(name="A basket", owner=user, **fields)
    executed = [row for row in rows if row["calib_level"] != -1 and row["obs_collection"] == "JWST"]
    lines.add_observations(basket, executed[:count], user)
    return harvested(basket)


def completed(bundle: Bundle) -> Bundle:
    """The bundle brought to its end in this process, as the tasks would."""
    assert bundles.freeze(bundle.pk)
    filling.take_what_is_here(bundle.pk)
    while ids := filling.top_up(bundle.pk):
        fill_all(ids)
    finishing.finish(bundle.pk)
    return Bundle.objects.get(pk=bundle.pk)


def fill_all(ids: list[int]) -> None:
    for file_id in ids:
        while filling.fill(file_id).again_after_s is not None:
            pass


def bundle_of(basket: Basket, user: User, format: str = "zip", layout: str = "nested") -> Bundle:
    return bundles.request(basket, user, format, layout)


def bundle_id_of(answer: Any) -> UUID:
    return UUID(answer.json()["id"])


def only(basket: Basket, filters: str) -> Basket:
    """The basket with little selected, so that a test is quick."""
    lines.touch(basket, selection={"preset": "everything", "filters": filters, "include": [], "exclude": []})
    return basket


def content(bundle: Bundle) -> bytes:
    """The whole archive of a complete bundle."""
    body = body_of(bundle)
    return b"".join(body.read(0, body.size_bytes))


def statuses(bundle: Bundle) -> set[str]:
    """What became of its files, as the manifest says."""
    return {row.status for row in manifest_rows(bundle)}


def exclusive_basket(user: User, programme: str) -> Basket:
    """A few files of an exclusive observation of the programme."""
    question = {
        "collection": "programs",
        "programs": programme,
        "criteria": {"dataRights": ["EXCLUSIVE_ACCESS"]},
    }
    return only(basket_of(user, 1, question=question), "f.suffix=asn&f.suffix=pool&f.suffix=cal")
