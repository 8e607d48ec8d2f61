"""Which kind of body a file name asks for. Knows no HTTP."""

from . import fits, pictures, texts
from .parts import Body, Facts


def body_of(facts: Facts) -> Body:
    """The body of any product: by the ending of its name, then by its suffix."""
    ending = facts.filename.rpartition(".")[2].lower()
    if ending in ("jpg", "png"):
        return pictures.picture(facts, ending)
    if ending == "json":
        return texts.association(facts)
    if ending == "csv":
        return texts.pool(facts)
    if ending == "ecsv":
        return texts.catalogue(facts)
    return fits.fits_file(facts) if ending in ("fits", "fit") else texts.note(facts)
