"""Owns what a person is told when exclusive data are refused: who grants access, how, and where to go."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# How a programme's PI grants access (JWST primer, Exclusive Access Data).
GRANTED_IN_MYST = "MyST: Registered Users, Update, Manage Access to Exclusive Access Science Data"


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file was refused and what to do, as plain text; `links` in the order they are needed."""

    sentence: str
    links: tuple[Link, ...]

    def as_html(self) -> SafeString:
        """The same with its links, escaped."""
        links = format_html_join(" · ", '<a href="{}">{}</a>', ((link.url, link.text) for link in self.links))
        return format_html("{} {}", self.sentence, links)


def refusal(programme: str | None, pi: str | None) -> Refusal:
    """What to say of exclusive data of `programme` (its id) whose PI is `pi` (as the archive names them)."""
    of_what = f"Programme {programme} is" if programme else "These data are"
    person = f"its PI, {pi.strip()}," if pi and pi.strip() else "its PI"
    whom = person if programme else person.replace("its PI", "the programme's PI")
    sentence = (
        f"{of_what} in the exclusive access period, and your MAST token is missing or not authorised for it: "
        f"{whom} can grant you access in {GRANTED_IN_MYST}; then enter a token of your own."
    )
    return Refusal(sentence=sentence, links=links())


def links() -> tuple[Link, ...]:
    """Where a person gets an account, a token, and enters it."""
    return (
        Link("MyST account", settings.MAST_ACCOUNT_URL),
        Link("make a MAST token", settings.MAST_TOKEN_URL),
        Link("enter your token here", f"{settings.SITE_URL.rstrip('/')}/account/#mast-token"),
    )
