"""The life of a bundle, step by step in this process, against the sandbox."""

import io
import tarfile
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from basket import bundles, filling, finishing, lines
from basket.finishing import manifest_rows
from basket.manifest import NAMES
from basket.models import Basket, Bundle, BundleFile
from basket.phases import Phase, Status
from basket.progress import progress_of
from mastportal.files.models import StoredFile
from mastportal.search import products
from mastportal.search.models import ProductList
from mastportal.search.opened import tables
from mastportal.tables.columns import BadQuery
from tests.archive import Sandbox
from tests.basket.make import PROGRAMME, basket_of, bundle_of, completed, content, only, statuses

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def small(basket: Basket) -> Basket:
    """A basket of which only the association tables are selected."""
    return only(basket, "f.suffix=asn&f.calib_level=3")


def test_a_frozen_list_does_not_change_with_the_basket(small: Basket, alice: User) -> None:
    bundle = bundle_of(small, alice)
    only(small, "f.suffix=i2d")
    assert bundles.freeze(bundle.pk)
    assert {file.path.rsplit("_", 1)[1] for file in bundle.files.all()} == {"asn.json"}


def test_the_files_lie_in_folders_by_mission_and_observation(small: Basket, alice: User) -> None:
    bundle = completed(bundle_of(small, alice))
    names = zipfile.ZipFile(io.BytesIO(content(bundle))).namelist()
    assert names[:4] == [f"{bundle.folder}/{name}" for name in NAMES]
    for name, file in zip(names[4:], bundle.files.all(), strict=True):
        folder, mission, obs_id, filename = name.split("/")
        assert (folder, mission) == (bundle.folder, "JWST")
        assert file.data_uri.endswith(filename)
        assert obs_id


def test_a_flat_tar_has_all_files_in_one_folder(small: Basket, alice: User) -> None:
    bundle = completed(bundle_of(small, alice, "tar", "flat"))
    with tarfile.open(fileobj=io.BytesIO(content(bundle))) as archive:
        assert {name.count("/") for name in archive.getnames()} == {1}


def test_the_list_waits_for_the_product_lists(small: Basket, alice: User) -> None:
    ProductList.objects.update(phase=Phase.QUEUED)
    bundle = bundle_of(small, alice)
    assert not bundles.freeze(bundle.pk)
    ProductList.objects.update(phase=Phase.COMPLETED)
    assert bundles.freeze(bundle.pk)
    assert bundles.freeze(bundle.pk), "frozen is frozen, however often it is asked"
    assert bundle.files.count() == len({file.path for file in bundle.files.all()})


def test_a_list_that_cannot_be_had_is_noted(small: Basket, alice: User) -> None:
    lost = ProductList.objects.first()
    ProductList.objects.filter(pk=lost.pk).update(
        phase=Phase.ERROR, fetched_at=None, arrow=None, error="It is away."
    )
    bundle = completed(bundle_of(small, alice))
    assert bundle.notes == [f"The product list of observation {lost.obsid} could not be had: It is away."]
    assert "It is away." in bundle.manifest


def test_nothing_selected_is_refused(small: Basket, alice: User) -> None:
    with pytest.raises(BadQuery, match="Nothing is selected"):
        bundle_of(only(small, "f.suffix=nonesuch"), alice)


def test_nothing_selected_is_told_when_the_lists_come_late(small: Basket, alice: User) -> None:
    ProductList.objects.update(phase=Phase.QUEUED)
    bundle = bundle_of(only(small, "f.suffix=nonesuch"), alice)
    ProductList.objects.update(phase=Phase.COMPLETED)
    assert not bundles.freeze(bundle.pk)
    bundle.refresh_from_db()
    assert (bundle.phase, bundle.notes) == (Phase.ERROR, [bundles.NOTHING])


def test_what_is_in_the_store_is_not_fetched_again(
    small: Basket, alice: User, bob: User, sandbox: Sandbox
) -> None:
    first = completed(bundle_of(small, alice))
    since = sandbox.mark()
    second = completed(bundle_of(small, bob))
    asked = [entry for entry in sandbox.log(since) if entry["uri"]]
    assert {entry["method"] for entry in asked} == {"HEAD"}  # whether the archive has made them anew
    assert len(asked) == first.files.count()
    progress = progress_of(second)
    assert (progress.from_archive, progress.from_store) == (0, progress_of(first).from_archive)


def test_a_file_that_fails_is_a_line_with_its_reason(small: Basket, alice: User, sandbox: Sandbox) -> None:
    bundle = bundle_of(small, alice)
    bundles.freeze(bundle.pk)
    lost = bundle.files.first()
    sandbox.faults({"match": lost.data_uri.rsplit("/", 1)[1], "fault": "status", "status": 404, "times": 99})
    bundle = completed_frozen(bundle)
    lost.refresh_from_db()
    assert (lost.status, bundle.phase) == (Status.MISSING, Phase.COMPLETED)
    assert lost.reason in bundle.manifest.replace("&#x27;", "'")
    assert progress_of(bundle).given_up == 1
    assert lost.path not in " ".join(zipfile.ZipFile(io.BytesIO(content(bundle))).namelist())


def completed_frozen(bundle: Bundle) -> Bundle:
    while ids := filling.top_up(bundle.pk):
        for file_id in ids:
            while filling.fill(file_id).again_after_s is not None:
                pass
    assert finishing.finish(bundle.pk)
    return Bundle.objects.get(pk=bundle.pk)


def test_again_tries_what_failed(small: Basket, alice: User, sandbox: Sandbox) -> None:
    sandbox.faults({"match": "asn.json", "fault": "status", "status": 404, "times": 99})
    bad = completed(bundle_of(small, alice))
    sandbox.clear()
    good = completed(bundles.again(bad, alice))
    assert (statuses(bad), statuses(good)) == ({"MISSING"}, {"OK"})
    assert [row.uri for row in manifest_rows(bad)] == [row.uri for row in manifest_rows(good)]
    assert good.pk != bad.pk


def test_again_fetches_what_changed_and_the_old_bundle_stays(
    small: Basket, alice: User, sandbox: Sandbox
) -> None:
    old = completed(bundle_of(small, alice))
    before, uri = content(old), old.files.first().data_uri
    sandbox.replace(uri)
    tables.clear()  # in the next test's database lists have the same revisions again, and another size
    for list_id in products.want(bundles.observations_of(old), refresh=True):
        products.harvest(list_id)
    new = completed(bundles.again(old, alice))
    sums = {file.data_uri: file.sha256 for file in old.files.all()}
    changed = [file.data_uri for file in new.files.all() if file.sha256 != sums[file.data_uri]]
    assert changed == [uri]
    assert content(Bundle.objects.get(pk=old.pk)) == before


def test_stopping_keeps_workers_from_going_on(small: Basket, alice: User) -> None:
    bundle = bundle_of(small, alice)
    bundles.freeze(bundle.pk)
    (first, *_) = filling.top_up(bundle.pk)
    bundles.stop_or_remove(bundle)
    assert filling.fill(first).bundle_id is None
    assert filling.top_up(bundle.pk) == []
    assert not finishing.finish(bundle.pk)
    assert Bundle.objects.get(pk=bundle.pk).phase == Phase.ABORTED
    bundles.stop_or_remove(bundle)
    assert not Bundle.objects.filter(pk=bundle.pk).exists()


def test_a_bundle_past_its_time_lets_go_and_keeps_its_manifest(small: Basket, alice: User) -> None:
    bundle = completed(bundle_of(small, alice))
    Bundle.objects.filter(pk=bundle.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert bundles.expire() == 1
    bundle.refresh_from_db()
    assert (bundle.plan, bundle.is_ready) == (None, False)
    assert not BundleFile.objects.exclude(stored_file=None).exists()
    assert {row.sha256 for row in manifest_rows(bundle)} != {""}
    assert bundles.expire() == 0


def test_two_workers_get_one_file_once(small: Basket, alice: User) -> None:
    bundle = bundle_of(small, alice)
    bundles.freeze(bundle.pk)
    (first, *_) = filling.top_up(bundle.pk)
    assert filling.fill(first).bundle_id == bundle.pk
    assert filling.fill(first).bundle_id is None
    assert StoredFile.objects.count() == 1


def test_a_bundle_is_laid_out_once_all_files_are_settled(small: Basket, alice: User) -> None:
    bundle = bundle_of(small, alice)
    bundles.freeze(bundle.pk)
    assert not finishing.finish(bundle.pk)
    bundle = completed_frozen(bundle)
    etag = bundle.etag
    assert not finishing.finish(bundle.pk)
    assert Bundle.objects.get(pk=bundle.pk).etag == etag


def test_bundles_take_turns(basket: Basket, alice: User) -> None:
    bundle = bundle_of(basket, alice)
    bundles.freeze(bundle.pk)
    assert len(filling.top_up(bundle.pk)) == filling.window()
    assert filling.top_up(bundle.pk) == []


def test_a_partners_file_is_a_link(alice: User) -> None:
    basket = Basket.objects.create(name="Partner", owner=alice)
    row: dict[str, Any] = {"dataURI": "https://partner.example/data/a_cal.fits", "fileSize": 5}
    lines.add_files(basket, [row], alice)
    bundle = completed(bundle_of(basket, alice))
    (line,) = manifest_rows(bundle)
    assert (line.status, line.sha256) == ("REMOTE", "")
    assert "partner.example" in line.reason


def test_the_observation_of_a_direct_download_is_used_again(alice: User, sandbox: Sandbox) -> None:
    basket = basket_of(alice, 1, question=PROGRAMME)
    row = basket.lines.get().row
    assert bundles.observation_in_hand(row["obsid"], alice) is None
    bundle = bundles.request_observation(row, alice)
    assert bundles.observation_in_hand(row["obsid"], alice) == bundle
    completed(bundle)
    assert bundles.observation_in_hand(row["obsid"], alice) == bundle
    marked = {
        row["dataURI"]
        for row in products.table_of([row["obsid"]]).to_pylist()
        if row["productGroupDescription"]
    }
    assert {file.data_uri for file in bundle.files.all()} == marked


def test_an_observations_name_may_be_of_any_length(alice: User) -> None:
    row: dict[str, Any] = {"obsid": "7", "obs_id": "jw7" * 100}
    bundle = bundles.request_observation(row, alice)
    assert bundle.name.startswith("jw7jw7")
    assert bundle.name.endswith("…")


def test_an_observation_that_lately_failed_is_not_tried_at_every_poll(alice: User) -> None:
    row: dict[str, Any] = {"obsid": "7", "obs_id": "jw7"}
    bundle = bundles.request_observation(row, alice)
    Bundle.objects.filter(pk=bundle.pk).update(phase=Phase.ERROR, ended_at=timezone.now())
    assert bundles.observation_in_hand(row["obsid"], alice) == bundle
    Bundle.objects.filter(pk=bundle.pk).update(ended_at=timezone.now() - timedelta(hours=1))
    assert bundles.observation_in_hand(row["obsid"], alice) is None
