"""Header cards."""

import pytest
from astropy.io import fits

from mastportal.sandbox.bodies.cards import Value, card, header


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIMPLE", True),
        ("TSOVISIT", False),
        ("NAXIS1", 2048),
        ("CRVAL1", -1.25e-07),
        ("TARGPROP", "VV-191"),
        ("PI_NAME", "O'Brien, Kate"),
        ("TITLE", "How I wonder what you are -- do JWST's Little Red Dots twinkle? " * 3),
        ("S_REGION", "POLYGON ICRS " + "123.456789012 -12.345678901 " * 9),
    ],
)
def test_a_card_is_read_back_by_astropy(name: str, value: Value) -> None:
    read = fits.Header.fromstring(card(name, value))
    assert read[name] == (value.rstrip() if isinstance(value, str) else value)


def test_cards_are_of_80_characters() -> None:
    assert {len(card("TITLE", "x" * length)) % 80 for length in range(1, 200)} == {0}


def test_an_undefined_value_is_undefined() -> None:
    assert fits.Header.fromstring(card("PUPIL", None))["PUPIL"] is None


def test_letters_beyond_ascii_do_not_break_the_header() -> None:
    assert card("PI_NAME", "Östlin, Göran").isascii()


def test_an_equal_number_of_another_type_keeps_its_own_form() -> None:
    assert card("A", 1) != card("A", True)
    assert card("A", 1) != card("A", 1.0)


def test_a_header_has_the_promised_blocks() -> None:
    assert len(header([("SIMPLE", True)], 3, 0)) == 3 * 2880


def test_too_many_cards_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        header([(f"KEY{n}", n) for n in range(40)], 1, 0)
