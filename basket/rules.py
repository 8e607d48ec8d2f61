"""Owns which of a basket's products each preset wants. Knows Arrow and numpy, no models and no requests.

A products table has one row per file; its column `parents` holds the observations whose product list names
the file, joined by `;`. A file is an observation's own when its `obsID` is that observation, else one of its
lower-level members (MAST protocol dossier, section 7).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from basket.arrays import Mask, among, as_mask, compute, texts
from basket.phases import Preset

PREVIEWS = ["PREVIEW", "THUMBNAIL"]
TABLES_OF_MEMBERS = ["ASN", "POOL", "MSA"]
RECOMMENDED = "Minimum Recommended Products"
UNKNOWN_LEVEL = -9
ABOVE_ALL = 99


@dataclass(frozen=True, slots=True)
class Listing:
    """Each place where an observation lists a file: the file's row, the observation, own or not."""

    row: npt.NDArray[np.int64]
    observation: npt.NDArray[np.int64]
    own: Mask
    names: tuple[str, ...]

    @classmethod
    def of(cls, products: pa.Table) -> "Listing":
        parents = compute.split_pattern(texts(products["parents"]), ";")
        row = compute.list_parent_indices(parents).to_numpy().astype(np.int64)
        observation = compute.list_flatten(parents)
        own = compute.equal(texts(products["obsID"]).take(pa.array(row)), observation)
        coded = observation.dictionary_encode()
        codes = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        return cls(row, codes, as_mask(own), tuple(coded.dictionary.to_pylist()))


def _is_in(products: pa.Table, column: str, values: list[str]) -> Mask:
    return among(compute.utf8_upper(texts(products[column])), values)


def highest_level_with_parents(products: pa.Table) -> Mask:
    """The observation's own highest-level products, its lower-level science, and what ties them together.

    No previews. Guide-star files only where the observation is itself one of the guide star. An observation
    none of whose own products is listed gives all its science.
    """
    listing = Listing.of(products)
    level = compute.fill_null(products["calib_level"].cast(pa.int64()), UNKNOWN_LEVEL).to_numpy()
    preview, guide_star = _is_in(products, "productType", PREVIEWS), as_mask(products["guide_star"])
    science = _is_in(products, "productType", ["SCIENCE"])
    ties = _is_in(products, "productSubGroupDescription", TABLES_OF_MEMBERS)
    itself = as_mask(compute.match_substring(compute.fill_null(products["obs_id"], ""), "_gs-"))

    row, own = listing.row, listing.own
    counts = own & ~preview[row] & ~guide_star[row] | own & itself[row]
    top = np.full(listing.observation.max(initial=-1) + 1, UNKNOWN_LEVEL - 1)
    np.maximum.at(top, listing.observation[counts], level[row][counts])
    top[top < UNKNOWN_LEVEL] = ABOVE_ALL
    highest = own & (level[row] == top[listing.observation])
    member = science[row] & (level[row] < top[listing.observation])
    allowed = ~preview[row] & (~guide_star[row] | (own & itself[row]))
    wanted = np.zeros(products.num_rows, dtype=bool)
    wanted[row[allowed & (highest | member | ties[row])]] = True
    return wanted | as_mask(products["single"])


def recommended(products: pa.Table) -> Mask:
    """What MAST marks as minimum recommended, as received and never guessed; and files added singly."""
    marked = compute.equal(products["productGroupDescription"].cast(pa.string()), RECOMMENDED)
    return as_mask(marked) | as_mask(products["single"])


def everything(products: pa.Table) -> Mask:
    return np.ones(products.num_rows, dtype=bool)


def nothing(products: pa.Table) -> Mask:
    return np.zeros(products.num_rows, dtype=bool)


RULES = {
    Preset.PARENTS.value: highest_level_with_parents,
    Preset.RECOMMENDED.value: recommended,
    Preset.EVERYTHING.value: everything,
    Preset.NONE.value: nothing,
}
