"""A few kills in every test run: each kind of part that another one may need, once or not at all."""

import numpy as np

from tests.faults.chaos import Chaos, another_web
from tests.faults.portal import Portal
from tests.faults.supply import Supply

PARTS = ["fetch worker", "one web process", "broker", "database"]


def test_a_few_kills_harm_no_bundle(faulty_portal: Portal, supply: Supply) -> None:
    with another_web(faulty_portal) as other:
        Chaos(faulty_portal, supply, other, np.random.default_rng(4)).run(len(PARTS), PARTS)
