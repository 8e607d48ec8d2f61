"""A bundle taken from its page: its bytes, or the page again with the reason and the way to one's own."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from basket.models import Bundle
from basket.phases import Phase
from mastportal.files.models import Access
from tests.files.running import bundle_of, stored
from tests.people import client_of

pytestmark = pytest.mark.django_db
SMALL = 3000
Row = dict[str, Any]


def door(bundle: Bundle) -> str:
    return reverse("bundle-download", args=[bundle.pk])


def test_who_may_read_takes_it_from_the_page(secret: list[Row], alice: User, bob: User) -> None:
    bundle = bundle_of(alice, stored(secret[0], SMALL, Access.PUBLIC))
    web = client_of(bob)
    for page in (reverse("bundle", args=[bundle.pk]), reverse("bundles")):
        assert f'href="{door(bundle)}"' in web.get(page).content.decode()
    whole = b"".join(web.get(door(bundle)).streaming_content)
    assert len(whole) == bundle.size_bytes
    rest = web.get(door(bundle), headers={"Range": "bytes=1000-", "If-Range": f'"{bundle.etag}"'})
    assert (rest.status_code, b"".join(rest.streaming_content)) == (206, whole[1000:])


def test_who_may_not_read_is_led_to_where_their_own_is_made(
    secret: list[Row], alice: User, bob: User
) -> None:
    bundle = bundle_of(alice, stored(secret[0], SMALL))
    answer = client_of(bob).get(door(bundle), follow=True)
    assert answer.redirect_chain == [(reverse("bundle", args=[bundle.pk]), 302)]
    page = answer.content.decode()
    assert "make your own" in page
    assert f'action="{reverse("bundle-again", args=[bundle.pk])}"' in page


def test_one_that_is_still_coming_says_so(alice: User) -> None:
    bundle = Bundle.objects.create(owner=alice, folder="MAST_X", phase=Phase.EXECUTING)
    page = client_of(alice).get(door(bundle), follow=True).content.decode()
    assert "not there to be downloaded" in page
