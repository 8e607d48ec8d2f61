"""Owns what the pages of baskets need, worked out beforehand: tree, presets, sums, the products' table."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse

from accounts.access import Person, groups_to_share_with
from accounts.layouts import layout_of
from basket import access
from basket.activity import latest
from basket.amounts import size_in_words
from basket.arriving import Compared, compared, is_arriving
from basket.asked import filters_in_words
from basket.forms import BundleForm
from basket.harvest import products_of
from basket.lines import contents_of
from basket.models import Arrival, Basket, BasketLine
from basket.phases import Preset
from basket.rights import rights_of
from basket.selection import Selection, Wanted, sums_by
from basket.sums import State, here_already, state_of, wanted_of
from basket.tree import SHOWN_LINES, tree_of
from mastportal.tables.codes import OpenTable
from mastportal.tables.columns import BadQuery
from mastportal.tables.grammar import TableQuery
from mastportal.tables.paging import Row
from mastportal.tables.rowview import RowState
from mastportal.tables.view import TableView, table_view

SHOWN_SUMS = 12
LISTS_HERE, LISTS_COMING = "here", "coming"
SUMS = [("Suffix", "suffix"), ("Detector", "detector"), ("Category", "productType")]
FACETS = (
    "productGroupDescription",
    "productType",
    "productSubGroupDescription",
    "calib_level",
    "suffix",
    "detector",
    "extension",
    "guide_star",
    "needs_token",
    "size",
)
COLUMNS = (
    "productFilename",
    "productType",
    "productSubGroupDescription",
    "calib_level",
    "size",
    "detector",
    "obs_id",
    "description",
    "proposal_id",
    "dataRights",
)


@dataclass(frozen=True, slots=True)
class BasketRow:
    """A basket in the list of baskets."""

    basket: Basket
    state: State
    role: str

    @property
    def size_words(self) -> str:
        return size_in_words(self.state.sums.bytes)

    @property
    def selected_words(self) -> str:
        return size_in_words(self.state.sums.bytes_selected)


def baskets_page(user: Person) -> dict[str, Any]:
    """All baskets that `user` may see."""
    return {
        "rows": [
            BasketRow(b, state_of(b), access.role_on(user, b) or "") for b in access.visible_baskets(user)
        ]
    }


def state_page(basket: Basket, user: Person) -> dict[str, Any]:
    """The part of a basket's page that changes while product lists come in."""
    # The products first: a list that proves damaged has failed from then on, which the state says.
    wanted = wanted_of(products_of(contents_of(basket)), basket.selection)
    state = state_of(basket)
    sums = state.sums
    arrival = Arrival.objects.filter(basket=basket).first()
    return {
        "basket": basket,
        "state": state,
        "sums": sums,
        "selected_words": size_in_words(sums.bytes_selected),
        "total_words": size_in_words(sums.bytes),
        "here": here_already(wanted),
        "wanted": wanted,
        "stream_fits": sums.bytes_selected <= settings.STREAM_MAX_BYTES,
        "stream_most": size_in_words(settings.STREAM_MAX_BYTES),
        "mark": _mark(state, arrival),
        "arrival": arrival,
        "compared": _compared(state, wanted, arrival),
        "is_coming": state.harvest.waiting or is_arriving(arrival),
        "is_empty": not (state.contents.lines or state.contents.singles),
        "last_event": latest(basket) if basket.revision > 1 else None,
        "may_write": access.may_change(user, basket),
    }


def _compared(state: State, wanted: Wanted, arrival: Arrival | None) -> Compared | None:
    """What is selected against what the basket's file named, once that can be told."""
    if arrival is None or state.harvest.waiting or is_arriving(arrival) or not arrival.told["products"]:
        return None
    return compared(arrival.told, wanted.products, wanted.uris())


def _mark(state: State, arrival: Arrival | None) -> str:
    """What a page shows, for its next look: the basket's revision, and how its product lists stand."""
    harvest, phase = state.harvest, arrival.phase if arrival else ""
    told = repr((harvest.here, harvest.waiting, harvest.fingerprint, phase))
    facts = sha256(told.encode()).hexdigest()[:16]
    kind = LISTS_COMING if harvest.waiting or is_arriving(arrival) else LISTS_HERE
    return f"{state.basket.revision}-{kind}-{facts}"


def is_as_shown(basket: Basket, mark: str) -> bool:
    """Whether the page with this mark is still right, as far as can be told without looking at the lists."""
    return mark.startswith(f"{basket.revision}-{LISTS_HERE}-")


def tree_part(state: State, user: Person, address: str = "") -> dict[str, Any]:
    """The tree of observations with notes, and what `user`, whose page is at `address`, may retrieve."""
    rows = state.contents.lines[:SHOWN_LINES]
    noted = BasketLine.objects.filter(basket=state.basket).exclude(note="")
    notes = dict(noted.values_list("obsid", "note")[:SHOWN_LINES])
    return {
        "tree": tree_of(state, rights_of(rows, user), notes),
        "observation_shown": QueryDict(address.partition("?")[2]).get("f.parents", ""),
        "tree_left_out": max(0, len(state.contents.lines) - SHOWN_LINES),
    }


def basket_page(basket: Basket, user: Person, params: QueryDict, path: str) -> dict[str, Any]:
    """One basket's page: its observations, its files as a table, what is wanted of them."""
    context = state_page(basket, user)
    products, wanted = context["wanted"].products, context["wanted"]
    selection = Selection.parse(basket.selection)
    try:
        view, fault = products_view(user, wanted, params, path), ""
    except BadQuery as error:
        view, fault = products_view(user, wanted, QueryDict(), path), error.message
    return context | {
        **tree_part(context["state"], user, f"{path}?{params.urlencode()}"),
        "fault": fault,
        "view": view,
        "select_form": "choice" if context["may_write"] else "",
        "selection_key": f"basket-{basket.pk}",
        "layout_url": reverse("table-layout", args=["products"]),
        "actions": "basket/choice.html",
        "table_label": "Files of the observations",
        "rows_are": "files",
        "export_url": f"{reverse('api-product-export', args=[basket.pk])}?",
        "presets": Preset.choices,
        "selection": selection,
        "selection_words": filters_in_words(products, selection.filters),
        "sums_by": [(name, _sums_of(products, column, wanted)) for name, column in SUMS],
        "bundle_form": BundleForm(),
        "groups": groups_to_share_with(user),
        "may_move": access.may_move(user, basket),
    }


def products_view(user: Person, wanted: Wanted, params: QueryDict, path: str) -> TableView:
    """The files as a table; wanted ones are marked. Raises BadQuery."""
    pairs = [(name, value) for name, values in params.lists() for value in values]
    chosen = set(wanted.uris())

    def state_of_row(row: Row) -> RowState:
        exclusive = bool(row.get("needs_token"))
        is_wanted = row.get("dataURI") in chosen
        words = [word for word, on in (("selected", is_wanted), ("exclusive access", exclusive)) if on]
        name = " ".join(name for name, on in (("wanted", is_wanted), ("exclusive", exclusive)) if on)
        icon = "check" if is_wanted else "lock" if exclusive else ""
        url = f"{reverse('product-download')}?{urlencode({'uri': str(row.get('dataURI'))})}"
        short = "token" if exclusive and is_wanted else ""
        return RowState(name, icon, ", ".join(words), short, url)

    layout = layout_of(user, "products").among(wanted.products.columns)
    query = TableQuery.parse(pairs, wanted.products.schema)
    return table_view(
        wanted.products,
        layout.followed_by(query, params),
        path,
        facet_columns=FACETS,
        usual_columns=COLUMNS,
        values=("dataURI", "needs_token"),
        layout=layout,
        state_of=state_of_row,
    )


def _sums_of(products: OpenTable, column: str, wanted: Wanted) -> list[dict[str, Any]]:
    """The largest sums, with their sizes in words."""
    rows = sums_by(products, column, wanted.mask)[:SHOWN_SUMS]
    words = {"bytes_words": "bytes", "total_words": "total_bytes"}
    return [row | {name: size_in_words(row[amount]) for name, amount in words.items()} for row in rows]
