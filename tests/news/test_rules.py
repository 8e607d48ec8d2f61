"""A subscription tells each event once, in its period; its rule fills the basket, or says why not."""

import pytest
from django.core.management import call_command

from accounts.models import Membership
from basket import bundles
from basket.models import Basket, Bundle, first_selection
from mastportal.news import giving, rules, subscribing, tasks
from mastportal.news.models import Happening, Pending, Subscription, Watch
from mastportal.outbox.models import Delivery, Notice
from tests.news.conftest import follow, look_at

pytestmark = pytest.mark.django_db
ROW = {"obsid": "300000001", "obs_id": "jw01176-o003_t003_nircam", "calib_level": 3, "obs_collection": "JWST"}


def happened(found, kind="new", count=1, must_act=False):
    """Events as a look would have written them down for this subscription."""
    start = Happening.objects.count()
    for n in range(start, start + count):
        row = ROW | {"obsid": str(300_000_001 + n), "obs_id": f"jw01176-o{n:03d}_t003_nircam<b>"}
        uid = f"00000000-0000-4000-8000-{n:012d}"
        happening = Happening.objects.create(
            uid=uid,
            watch=found.watch,
            serial=n,
            kind=kind,
            subject=row["obs_id"],
            level=3,
            row=row,
            day_mjd=1.0,
        )
        Pending.objects.create(subscription=found, happening=happening, must_act=must_act)


def test_what_is_new_goes_into_the_basket_once_and_a_bundle_is_made(alice):
    basket = Basket.objects.create(name="For the paper", owner=alice)
    found = follow(alice, look=False, add_to_basket=basket.pk, make_bundle=True)
    happened(found, count=2, must_act=True)
    assert rules.waiting() == [found.pk]
    done = rules.act(found.pk)
    assert (done.added, len(done.list_ids)) == (2, 2)
    assert done.bundle.basket == basket
    assert rules.act(found.pk) is None
    assert basket.lines.count() == 2
    assert Bundle.objects.count() == 1
    happened(found, must_act=True)
    Happening.objects.filter(serial=2).update(row=ROW)
    assert rules.act(found.pk).bundle is None, "an observation that was in already makes no bundle"


@pytest.mark.parametrize("against", ["locked", "left", "full"])
def test_what_stands_against_a_rule_is_kept_for_its_owner(alice, bob, against):
    basket = Basket.objects.create(name="Ours", owner=bob, group=alice.memberships.get().group)
    found = follow(alice, look=False, add_to_basket=basket.pk)
    happened(found, must_act=True)
    if against == "locked":
        Basket.objects.filter(pk=basket.pk).update(locked_at="2026-01-01T00:00Z", locked_by=bob)
    elif against == "left":
        Membership.objects.filter(user=alice).delete()
    else:
        Happening.objects.update(row=ROW | {"obsid": "../x"})
    assert rules.act(found.pk) is None
    found.refresh_from_db()
    assert found.rule_error
    notice = Notice.objects.get(person=alice)
    assert (notice.kind, notice.text, notice.path) == (
        "rule-failed", found.rule_error, f"/subscriptions/{found.pk}/"
    )  # fmt: skip
    assert not basket.lines.exists()
    assert rules.waiting() == []


def test_what_is_new_stays_in_the_basket_where_no_bundle_can_be_made(alice):
    nothing = first_selection() | {"preset": "none"}
    basket = Basket.objects.create(name="For the paper", owner=alice, selection=nothing)
    found = follow(alice, look=False, add_to_basket=basket.pk, make_bundle=True)
    happened(found, must_act=True)
    file = {"dataURI": "mast:JWST/product/jw01176-o003_t003_nircam_clear-f277w_i2d.fits", "program": "1176"}
    Happening.objects.update(row=file)
    done = rules.act(found.pk)
    assert (done.added, done.bundle) == (1, None)
    assert basket.products.count() == 1
    found.refresh_from_db()
    assert found.rule_error == bundles.NOTHING


def test_other_wishes_leave_what_a_worker_counts_meanwhile(alice):
    found = follow(alice, look=False, channels=["mail"])
    happened(found)
    seen = subscribing.one_of_mine(alice, found.pk)
    assert giving.give(found.pk) == 1
    subscribing.change(alice, seen, {"events": ["new"], "frequency": "fast"})
    happened(found)
    assert giving.give(found.pk) == 1
    assert Delivery.objects.count() == 2, "a message counted twice would be taken for one already sent"
    found.refresh_from_db()
    assert (found.events, found.messages) == (["new"], 2)


def test_one_that_meets_a_fault_of_ours_keeps_no_other_from_being_told(alice, bob, caplog):
    broken, sound = follow(alice, look=False), follow(bob, "1073", look=False)
    Watch.objects.filter(pk=broken.watch_id).update(program="no/address")
    happened(broken)
    happened(sound)
    tasks.tell_all()
    assert list(Notice.objects.values_list("person__username", flat=True)) == ["bob"]
    assert f"subscription {broken.pk} met a fault" in caplog.text
    assert broken.pending.filter(told_at=None).exists(), "it is tried again"


def test_when_a_look_ends_the_next_has_its_place(alice, sandbox, day, settings):
    settings.NEWS_LOOKS_AT_ONCE = 1
    first = follow(alice, "99997", look=False)
    follow(alice, "99998", look=False)
    assert tasks.watching.due() == [first.watch_id]
    tasks.look(first.watch_id)
    phases = Watch.objects.order_by("pk").values_list("phase", flat=True)
    assert list(phases) == ["COMPLETED", "QUEUED"]


def test_one_mail_for_many_events_and_a_line_under_the_bell_for_each(alice):
    found = follow(alice, look=False, channels=["bell", "mail"])
    happened(found, count=3)
    happened(found, kind="public")
    assert giving.to_be_told() == [found.pk]
    assert giving.give(found.pk) == 4
    assert Notice.objects.filter(person=alice).count() == 4
    (mail,) = Delivery.objects.all()
    assert mail.title == "JWST 1176: 3 new, 1 now public"
    assert mail.text.count("\n- ") == 4
    assert "<b>" not in mail.html
    assert "&lt;b&gt;" in mail.html
    assert mail.unsubscribe == "/unsubscribe/this-mail"
    assert [event["event"] for event in mail.data["events"]] == ["new", "new", "new", "public"]
    happened(found)
    giving.give(found.pk)
    assert Delivery.objects.count() == len(set(Delivery.objects.values_list("event_id", flat=True))) == 2


def test_two_subscriptions_to_one_thing_ring_once(alice):
    first, second = follow(alice, look=False), follow(alice, look=False)
    happened(first)
    Pending.objects.create(subscription=second, happening=Happening.objects.get())
    assert giving.give(first.pk) == giving.give(second.pk) == 1
    assert Notice.objects.count() == 1


@pytest.mark.parametrize("frequency", ["daily", "weekly", "monthly"])
def test_a_digest_waits_for_the_end_of_its_period(alice, frequency):
    found = follow(alice, look=False, frequency=frequency)
    happened(found, count=2)
    assert giving.give(found.pk) == 0
    Subscription.objects.update(period="before")
    assert giving.give(found.pk) == 2
    happened(found)
    assert giving.give(found.pk) == 0
    assert giving.give(found.pk, early=True) == 1


def test_a_period_in_which_nothing_happened_ends_all_the_same(alice):
    found, other = (follow(alice, look=False, frequency="daily") for _ in range(2))
    Subscription.objects.update(period="before")
    happened(other)
    giving.roll_on()
    found.refresh_from_db()
    other.refresh_from_db()
    assert found.period != "before"
    assert other.period == "before"


def test_who_may_no_longer_see_a_basket_hears_no_more_of_it(alice, bob):
    basket = Basket.objects.create(name="Ours", owner=bob, group=alice.memberships.get().group)
    watch = tasks.watching.Watch.objects.create(kind="basket", basket=basket, since_mjd=0.0, phase="PENDING")
    found = Subscription.objects.create(owner=alice, watch=watch, events=["new"], channels=["bell"])
    happened(found)
    Membership.objects.filter(user=alice).delete()
    assert giving.give(found.pk) == 0
    assert not Notice.objects.exists()
    assert not Subscription.objects.exists()


def test_who_leaves_a_group_follows_its_things_no_more(client, alice, bob):
    group = alice.memberships.get().group
    basket = Basket.objects.create(name="Their basket", owner=bob, group=group)
    subscribing.subscribe(alice, subscribing.basket_watch(alice, basket.pk), {})
    kept = follow(alice, look=False, add_to_basket=basket.pk)
    client.force_login(alice)
    assert "Their basket" in client.get("/subscriptions/").content.decode()
    Membership.objects.get(user=alice).delete()
    page = client.get("/subscriptions/").content.decode()
    assert "Their basket" not in page
    assert "you may no longer change it" in page
    kept.refresh_from_db()
    assert kept.rule_basket is None
    assert list(Subscription.objects.all()) == [kept]


def test_a_paused_one_is_neither_looked_at_nor_told(alice):
    found = follow(alice, look=False)
    happened(found)
    Subscription.objects.update(paused_at="2026-01-01T00:00Z")
    assert giving.to_be_told() == []
    assert giving.give(found.pk) == 0
    assert tasks.watching.due() == []


def test_the_command_looks_now_and_tells(alice, sandbox, day, capsys):
    found = follow(alice, "99998", frequency="weekly")
    giving.roll_on()  # the look told the archive's day
    happened(found)
    call_command("check_subscriptions")
    assert "JWST 99998: 0 events" in capsys.readouterr().out
    assert Notice.objects.count() == 0
    call_command("check_subscriptions", "--digests")
    assert "1 events told in digests" in capsys.readouterr().out
    assert Notice.objects.count() == 1
    assert look_at(found) == 0
