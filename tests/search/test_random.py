"""Random Search gives another target each time, and one that has rows."""

import pytest

from accounts import archive
from mastportal.mast.criteria import parse_question
from mastportal.search.lookups import position_of
from mastportal.search.panel import RANDOM_TARGETS, random_target


def test_it_is_another_than_the_one_shown():
    assert {random_target(" m83 r=6m ") for _ in range(200)} == set(RANDOM_TARGETS) - {"m83 r=6m"}
    assert len({random_target("") for _ in range(200)}) == len(RANDOM_TARGETS)


@pytest.mark.django_db
@pytest.mark.parametrize("target", RANDOM_TARGETS)
def test_it_has_rows(target, sandbox):
    client = archive.client()
    asked = parse_question({"collection": "observations", "target": target})
    assert client.count(asked.located(position_of(client, asked.name_to_resolve))) > 0
