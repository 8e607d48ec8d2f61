"""The addresses of a small HiPS of bright stars, so that the sky has a survey without internet."""

import re
from functools import lru_cache
from io import BytesIO

from .hips_tiles import TILE_PIXELS, allsky, tile
from .wire import Answer, Request, plain, whole

MAX_ORDER = 9
_KINDS = {"jpg": "image/jpeg", "png": "image/png"}
_TILE = re.compile(r"Norder(\d{1,2})/Dir(\d{1,9})/Npix(\d{1,9})\.(jpg|png)", re.ASCII)
_ALLSKY = re.compile(r"Norder3/Allsky\.(jpg|png)")
# A survey is drawn on another origin's canvas, and never changes.
_HEADERS = [("Access-Control-Allow-Origin", "*"), ("Cache-Control", "public, max-age=86400")]
_PROPERTIES = {
    "creator_did": "ivo://mast.sandbox/P/stars",
    "obs_title": "Bright stars (Hipparcos), drawn by the sandbox",
    "obs_collection": "Hipparcos",
    "obs_description": "Discs by Hp magnitude, coloured by B-V; the ground between them is empty",
    "obs_ack": "Hipparcos, the New Reduction (van Leeuwen 2007), CDS I/311",
    "obs_regime": "Optical",
    "dataproduct_type": "image",
    "dataproduct_subtype": "color",
    "hips_version": "1.4",
    "hips_release_date": "2026-11-23T00:00Z",
    "hips_status": "public master clonableOnce",
    "hips_frame": "equatorial",
    "hips_order": str(MAX_ORDER),
    "hips_order_min": "0",
    "hips_tile_width": str(TILE_PIXELS),
    "hips_tile_format": "jpeg png",
    "hips_initial_ra": "83.8",
    "hips_initial_dec": "-1.2",
    "hips_initial_fov": "40",
    "moc_sky_fraction": "1",
}


def survey(request: Request) -> Answer:
    """`/hips/stars/…` as the HiPS standard (IVOA 1.0) lays a survey out; 404 for what it has not."""
    if request.method not in ("GET", "HEAD"):
        return plain(405)
    name = request.path.removeprefix("/hips/stars").strip("/")
    if name in ("", "properties"):
        text = "".join(f"{key:<20} = {value}\n" for key, value in _PROPERTIES.items())
        return whole(text.encode(), "text/plain; charset=utf-8", headers=_HEADERS)
    if name == "Moc.fits":
        return whole(_whole_sky(), "application/fits", headers=_HEADERS)
    if found := _ALLSKY.fullmatch(name):
        return whole(allsky(found[1]), _KINDS[found[1]], headers=_HEADERS)
    if found := _TILE.fullmatch(name):
        order, folder, number = (int(part) for part in found.groups()[:3])
        if order <= MAX_ORDER and number < 12 * 4**order and folder == number // 10_000 * 10_000:
            return whole(tile(order, number, found[4]), _KINDS[found[4]], headers=_HEADERS)
    return plain(404, f"The survey has nothing at {request.path}")


@lru_cache(maxsize=1)
def _whole_sky() -> bytes:
    """The coverage that viewers ask every survey for: all twelve cells of order 0."""
    from mocpy import MOC  # takes a third of a second to import, and only a viewer needs it

    body = BytesIO()
    MOC.from_string("0/0-11").serialize(format="fits").writeto(body)
    return body.getvalue()
