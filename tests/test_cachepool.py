"""All threads of a process share one pool of connections to Valkey."""

from concurrent.futures import ThreadPoolExecutor

from django.core.cache import cache

from tests.conftest import get_cache_pool


def test_threads_share_the_pool_and_leave_nothing_behind() -> None:
    cache.set("shared", "yes", 5)
    with ThreadPoolExecutor(8) as many:
        pools = set(many.map(lambda _: id(get_cache_pool()), range(32), timeout=20))
        assert set(many.map(lambda _: cache.get("shared"), range(32), timeout=20)) == {"yes"}
    assert pools == {id(get_cache_pool())}
