"""Owns the notes that people leave on a basket's rows, one a row, for each other."""

from accounts.access import Person, id_of
from basket.activity import Kind
from basket.changing import changed, changing, check_seen
from basket.models import Basket, BasketLine, BasketProduct
from mastportal.tables.columns import BadQuery

MOST_CHARACTERS = 500


def write(
    basket: Basket, user: Person, text: str, *, obsid: str = "", data_uri: str = "", seen: int | None = None
) -> BasketLine | BasketProduct:
    """Put `text` on one row, or take its note away where it is empty.

    `seen` is a revision of the basket at which the note was looked at; None where it does not matter. Raises
    Outdated when somebody has written another since, BadQuery for no such row, Conflict.
    """
    text = text.strip()
    if len(text) > MOST_CHARACTERS:
        raise BadQuery(
            f"A note has at most {MOST_CHARACTERS} characters; this one has {len(text):,}.", "note"
        )
    if "\0" in text + obsid + data_uri:
        raise BadQuery("A note is text, without control characters.", "note")
    with changing(basket):
        row = _row(basket, obsid, data_uri)
        check_seen(basket, row.note_revision, seen, _meanwhile(row))
        if text != row.note:
            row.note, row.note_by_id, row.note_revision = text, id_of(user), basket.revision + 1
            row.save(update_fields=["note", "note_by", "note_revision"])
            words = f"noted on {row}: “{text}”" if text else f"took away the note on {row}"
            changed(basket, user, Kind.NOTED, words)
    return row


def _row(basket: Basket, obsid: str, data_uri: str) -> BasketLine | BasketProduct:
    row: BasketLine | BasketProduct | None
    if data_uri:
        row = basket.products.select_related("note_by").filter(data_uri=data_uri).first()
    else:
        row = basket.lines.select_related("note_by").filter(obsid=obsid).first()
    if row is None:
        raise BadQuery("There is no such row in this basket; somebody may have taken it out.", "obsid")
    return row


def _meanwhile(row: BasketLine | BasketProduct) -> str:
    who = row.note_by.get_username() if row.note_by else "Somebody who is gone"
    wrote = f"wrote “{row.note}” there" if row.note else "took the note away"
    return f"{who} {wrote}, which you had not seen: your note was not stored."
