"""The page of help: there for everybody, its links lead somewhere, its pictures are in the checkout."""

import re

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from mastportal.embedded.state import CHECKOUT
from mastportal.help import DESKS, DOCUMENTS, PICTURE_HEIGHT, PICTURE_WIDTH
from tests.people import signed_in

PNG = b"\x89PNG\r\n\x1a\n"


def page() -> str:
    answer = Client().get("/help/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_is_there_before_signing_in_and_asks_nothing(db: None, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        page()


def test_it_names_the_documents_the_desks_and_who_keeps_the_portal(db: None) -> None:
    told = page()
    for link in (*DOCUMENTS, *DESKS):
        assert f'href="{link.url}"' in told
    assert settings.PORTAL_CONTACT in told
    assert "archive@stsci.edu" in told


def test_its_pictures_are_here_and_of_the_size_it_says(db: None) -> None:
    names = re.findall(r'src="/static/(help/[a-z]+\.png)"', page())
    assert len(names) == 5
    for name in names:
        body = (CHECKOUT / "static" / name).read_bytes()
        assert body.startswith(PNG)
        size = [int.from_bytes(body[at : at + 4], "big") for at in (16, 20)]
        assert size == [PICTURE_WIDTH, PICTURE_HEIGHT]
        assert len(body) < 400_000


def test_its_own_links_and_anchors_lead_somewhere(alice: User) -> None:
    told = page()
    for anchor in re.findall(r'href="#([a-z]+)"', told.partition("help-contents")[2]):
        assert f'id="{anchor}"' in told
    client = signed_in(alice)
    own = set(re.findall(r'href="(/[^"#]*)', told.partition('id="search"')[2]))
    assert own
    assert {address: client.get(address).status_code for address in own} == dict.fromkeys(own, 200)
