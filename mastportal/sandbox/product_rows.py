"""A line of a product list as a row of Mast.Caom.Products, and the file's dataURI. Knows no HTTP."""

from datetime import date

from .making import Product
from .observation import EXCLUSIVE, PUBLIC, Observation
from .products import RECOMMENDED, Listed


def uri_of(observation: Observation, filename: str) -> str:
    return f"mast:{observation.collection}/product/{filename}"


def linked(observation: Observation) -> Listed | None:
    """The one product that rows of other missions have: what their dataURL names."""
    if observation.collection in ("JWST", "HST") or observation.level == -1 or not observation.data_url:
        return None
    return Listed(
        filename=observation.data_url.rpartition("/")[2],
        obs_id=observation.obs_id,
        obsid=observation.obsid,
        letter="S",
        group=None,
        product_type="SCIENCE",
        description="",
        level=observation.level,
        is_recommended=True,
        factor=0.0,
    )


def product_row(
    observation: Observation, line: Listed, uri: str, product: Product | None, today: date
) -> dict[str, object]:
    """The row as of `today`; a line without a product has no size."""
    jwst = observation.collection == "JWST"
    late = product is not None and product.is_exclusive(today)
    return {
        "obsID": line.obsid,
        "obs_collection": observation.collection,
        "dataproduct_type": observation.product_type,
        "obs_id": line.obs_id,
        "description": line.description,
        "type": line.letter,
        "dataURI": uri,
        "productType": line.product_type,
        "productGroupDescription": RECOMMENDED if line.is_recommended else None,
        "productSubGroupDescription": line.group,
        "productDocumentationURL": None,
        "project": "CALJWST" if jwst else observation.collection,
        "prvversion": "1.20.2" if jwst and line.level > 1 else None,
        "proposal_id": observation.program or None,
        "productFilename": line.filename,
        "size": product.size_bytes if product is not None else None,
        "parent_obsid": observation.obsid,
        "dataRights": EXCLUSIVE if late else PUBLIC,
        "calib_level": line.level,
        "filters": observation.filters or None,
    }
