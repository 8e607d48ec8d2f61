"""Owns what the pages of baskets need, worked out beforehand: tree, presets, sums, the products' table."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from accounts.access import Person
from basket import access
from basket.amounts import size_in_words
from basket.forms import BundleForm, groups_to_share_with
from basket.harvest import products_of
from basket.models import Basket
from basket.phases import Preset
from basket.pages import tree_of
from basket.sums import State, here_already, state_of, wanted_of


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
    state = state_of(basket)
    wanted = wanted_of(products_of(state.contents, state.harvest), basket.selection)
    sums = state.sums
    facts = (basket.revision, state.harvest.here, state.harvest.waiting, state.harvest.fingerprint)
    return {
        "basket": basket,
        "state": state,
        "sums": sums,
        "selected_words": size_in_words(sums.bytes_selected),
        "total_words": size_in_words(sums.bytes),
        "here": here_already(wanted),
        "mark": sha256(repr(facts).encode()).hexdigest()[:16],
        "may_write": access.may_edit(user, basket),
    }


def basket_page(basket: Basket, user: Person, params: Mapping[str, Any], path: str) -> dict[str, Any]:
    """One basket's page."""
    context = state_page(basket, user)
    return context | {
        "tree": tree_of(context["state"]),
        "presets": Preset.choices,
        "bundle_form": BundleForm(),
        "groups": groups_to_share_with(user),
    }
