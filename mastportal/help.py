"""Owns the page of help: what is where in the portal, with pictures, and where to ask and read on."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from mastportal.htmx import render_page

# As the picture's test takes them: in light, at this size, scaled down by the page.
PICTURE_WIDTH, PICTURE_HEIGHT = 1280, 720


@dataclass(frozen=True, slots=True)
class Link:
    """A page elsewhere, or a mail address, and what is to be had there."""

    title: str
    url: str
    what: str


# MAST's primer for JWST, "For Further Reading" and "User Support".
DOCUMENTS = (
    Link(
        "MAST Portal Guide",
        "https://outerspace.stsci.edu/display/MASTDOCS/Portal+Guide",
        "the archive's own Portal, whose words this one uses",
    ),
    Link(
        "JWST Archive Manual",
        "https://outerspace.stsci.edu/display/MASTDOCS/JWST+Archive+Manual",
        "what the archive holds of JWST, and its interfaces",
    ),
    Link(
        "JWST User Documentation (JDox)", "https://jwst-docs.stsci.edu/", "instruments, modes, data products"
    ),
    Link(
        "JWST pipeline documentation",
        "https://jwst-pipeline.readthedocs.io/",
        "stages, steps, file suffixes and associations",
    ),
    Link(
        "astroquery.mast",
        "https://astroquery.readthedocs.io/en/latest/mast/mast.html",
        "the Python package that asks MAST the same questions",
    ),
)
DESKS = (
    Link("Archive Help Desk", "mailto:archive@stsci.edu", "archive@stsci.edu: searches, downloads, accounts"),
    Link("JWST Help Desk", "https://jwsthelp.stsci.edu/", "the telescope, its instruments and pipeline"),
)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The same for everybody; it asks nothing."""
    context = {
        "documents": DOCUMENTS,
        "desks": DESKS,
        "accounts_url": settings.MAST_ACCOUNT_URL,
        "tokens_url": settings.MAST_TOKEN_URL,
        "contact": settings.PORTAL_CONTACT,
        "width": PICTURE_WIDTH,
        "height": PICTURE_HEIGHT,
    }
    return render_page(request, "help/help.html", context)
