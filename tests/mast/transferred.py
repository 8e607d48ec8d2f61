"""The file that tests of transfer fetch, and how it was asked for."""

from tests.mast.fits_bodies import fits_body

URI = "mast:JWST/product/jw01_cal.fits"
BODY = fits_body()


def ranges(server):
    return [seen.range for seen in server.seen]
