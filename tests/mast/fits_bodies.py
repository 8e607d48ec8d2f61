"""FITS bodies for the tests of transfers, made by astropy with and without checksums."""

import io

import numpy as np
from astropy.io import fits


def fits_body(values: int = 5000, *, checksum: bool = False, extensions: int = 1, seed: int = 1) -> bytes:
    """A primary HDU and image extensions of random numbers; incompressible."""
    rng = np.random.default_rng(seed)
    images = [
        fits.ImageHDU(rng.integers(-999, 999, values, dtype="i4"), name=f"SCI{n}") for n in range(extensions)
    ]
    out = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), *images]).writeto(out, checksum=checksum)
    return out.getvalue()
