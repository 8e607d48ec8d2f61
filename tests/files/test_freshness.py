"""The store notices at the next use that the archive has made a product anew, without asking for a byte."""

import hashlib
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from mastportal.files import fetching, freshness, store
from mastportal.files.freshness import Question
from mastportal.files.models import Access, StoredFile
from mastportal.files.versions import Told
from mastportal.mast.errors import ArchiveError
from tests.files.conftest import asked_for, obtain

pytestmark = pytest.mark.django_db


def content(file: StoredFile) -> bytes:
    return b"".join(store.read(file, 0, file.size_bytes))


def use(row, user=None, **changes):
    """As a person's later request."""
    return obtain(row, user, asked_at=timezone.now(), **changes)


def told_of(content_: bytes, **words) -> Told:
    md5 = hashlib.md5(content_, usedforsecurity=False).hexdigest()
    return Told(md5, len(content_), at=timezone.now(), **words)


def test_a_stored_file_is_the_headers_version(sandbox, public):
    row = next(row for row in public if "_uncal" not in row["dataURI"])
    file = obtain(row)
    assert file.header_date
    assert file.cal_ver
    assert file.crds_ctx.endswith(".pmap")
    assert file.fetch_s > 0


def test_a_later_use_asks_by_head_and_fetches_nothing(sandbox, public):
    file, mark = obtain(public[0]), sandbox.mark()
    assert use(public[0]) == file
    assert asked_for(sandbox, mark, file.data_uri) == ["HEAD"]
    checked = StoredFile.objects.get()
    assert checked.checked_at > file.fetched_at


def test_within_its_time_nothing_is_asked(sandbox, public, settings):
    settings.FRESHNESS_TTL_S = 3600
    file, mark = obtain(public[0]), sandbox.mark()
    assert use(public[0]) == file
    assert asked_for(sandbox, mark, file.data_uri) == []


def test_a_product_made_anew_is_noticed_though_its_list_is_old(sandbox, public):
    old, old_content = obtain(public[3]), sandbox.body(public[3]["dataURI"])
    sandbox.replace(old.data_uri)
    new = use(public[3])
    assert new.version == old.version + 1
    assert content(new) == sandbox.body(new.data_uri)
    assert content(old) == old_content
    assert new.cal_ver != old.cal_ver or new.header_date != old.header_date
    mark = sandbox.mark()
    assert use(public[3]) == new
    assert asked_for(sandbox, mark, new.data_uri) == ["HEAD"]


def test_the_same_bytes_under_another_tag_are_no_version(sandbox, public):
    file = obtain(public[0])
    StoredFile.objects.update(etag='"another"')
    mark = sandbox.mark()
    assert use(public[0]) == file
    assert asked_for(sandbox, mark, file.data_uri) == ["HEAD", "GET"]
    again = StoredFile.objects.get()
    assert (again.etag, again.key) == (file.etag, file.key)
    assert content(again) == sandbox.body(file.data_uri)
    assert [path.name for path in store.path_of("").rglob("*") if path.is_file()] == [file.key]


def test_a_date_alone_tells_where_there_is_no_tag(sandbox, public):
    file = obtain(public[0])
    StoredFile.objects.update(etag="")
    assert use(public[0]) == file
    StoredFile.objects.update(etag="", last_modified=file.last_modified - timedelta(seconds=1))
    mark = sandbox.mark()
    assert use(public[0]) == file
    assert asked_for(sandbox, mark, file.data_uri) == ["HEAD", "GET"]


def test_an_archive_that_cannot_be_asked_leaves_what_is_here(sandbox, public):
    file = obtain(public[0])
    sandbox.faults({"match": "Download/file", "fault": "status", "status": 500})
    assert use(public[0]) == file
    doubted = Question(file, listed_bytes=(file.size_bytes or 0) + 1)
    assert freshness.current([Question(file)], asked_at=timezone.now()) == {file.pk: None}
    assert freshness.current([doubted]) == {file.pk: False}


def test_what_the_archive_no_longer_has_stays_as_it_was(sandbox, public):
    file = obtain(public[0])
    sandbox.faults({"match": "Download/file", "fault": "status", "status": 404})
    assert use(public[0]) == file


def test_what_the_archive_withdraws_is_public_no_more_in_any_version(sandbox, public):
    old = obtain(public[0])
    sandbox.replace(old.data_uri)
    file = use(public[0])
    sandbox.faults({"match": "Download/file", "fault": "status", "status": 401, "times": 1})
    assert freshness.current([Question(file)], asked_at=timezone.now()) == {file.pk: None}
    accesses = dict(StoredFile.objects.values_list("version", "access"))
    assert accesses == {1: Access.RESTRICTED, 2: Access.RESTRICTED}, "bundles with the old one, too"


def test_exclusive_files_are_asked_for_with_the_persons_token(sandbox, secret, alice_with_token):
    file = obtain(secret[0], alice_with_token)
    sandbox.replace(file.data_uri)
    new = use(secret[0], alice_with_token)
    assert new.version == file.version + 1
    assert content(new) == sandbox.body(file.data_uri, "sandbox-token-alice")


def test_a_keyword_row_asked_since_saves_the_question(sandbox, public):
    body = sandbox.body(public[0]["dataURI"])
    file = obtain(public[0], told=told_of(body))
    assert file.archive_md5 == hashlib.md5(body, usedforsecurity=False).hexdigest()
    asked_at, mark = timezone.now(), sandbox.mark()
    assert obtain(public[0], told=told_of(body), asked_at=asked_at) == file
    assert asked_for(sandbox, mark, file.data_uri) == []


def test_a_keyword_row_with_news_is_looked_into_once(sandbox, public, settings):
    settings.FRESHNESS_TTL_S = 3600
    body = sandbox.body(public[0]["dataURI"])
    file = obtain(public[0], told=told_of(body))
    news, mark = told_of(body + b"x"), sandbox.mark()
    for _ in range(2):
        assert obtain(public[0], told=news) == file
    assert asked_for(sandbox, mark, file.data_uri) == ["HEAD"]


def test_a_checksum_condemns_a_damaged_copy(sandbox, listed):
    rows = listed(sandbox.url, obs_collection="JWST", dataRights="PUBLIC")
    row = next(row for row in rows if row["dataURI"].endswith((".ecsv", ".txt", ".csv", ".jpg")))
    body = sandbox.body(row["dataURI"])
    sandbox.faults({"match": "Download/file", "fault": "flip", "after_bytes": len(body) // 2, "times": 1})
    assert content(obtain(row, told=told_of(body))) == body
    row = next(each for each in rows if each["dataURI"].endswith(".jpg") and each != row)
    damaged = Told("0" * 32, len(sandbox.body(row["dataURI"])))
    with pytest.raises(ArchiveError, match="another checksum"):
        obtain(row, told=damaged)


@pytest.mark.parametrize("lagging", ["length", "software"])
def test_a_row_that_lags_behind_condemns_nothing(sandbox, public, lagging):
    row = public[4]
    old = obtain(row)
    sandbox.replace(row["dataURI"])
    body = sandbox.body(row["dataURI"])
    size = old.size_bytes if lagging == "length" else len(body)
    told = Told("0" * 32, size, old.cal_ver, old.crds_ctx, timezone.now())
    new = use(row, told=told)
    assert content(new) == body
    assert new.archive_md5 == ""
    mark = sandbox.mark()
    assert use(row, told=told) == new
    assert asked_for(sandbox, mark, new.data_uri) == ["HEAD"]


def test_many_are_asked_about_at_once(sandbox, public):
    files = [obtain(row) for row in public[:6]]
    sandbox.replace(files[2].data_uri)
    mark = sandbox.mark()
    known = freshness.current(map(Question, files), asked_at=timezone.now())
    assert known == {file.pk: file.pk != files[2].pk for file in files}
    assert sorted(entry["method"] for entry in sandbox.log(mark)) == ["HEAD"] * 6
    assert freshness.current([]) == {}


@pytest.mark.django_db(transaction=True)
def test_ten_who_find_it_made_anew_share_one_transfer(sandbox, public):
    row = public[5]
    old = obtain(row)
    sandbox.replace(row["dataURI"])
    asked_at, mark, seen = timezone.now(), sandbox.mark(), []

    def want() -> None:
        try:
            while True:
                try:
                    seen.append(obtain(row, asked_at=asked_at).version)
                    return
                except fetching.Busy:
                    threading.Event().wait(0.05)
        finally:
            connection.close()

    threads = [threading.Thread(target=want) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [old.version + 1] * 10
    assert asked_for(sandbox, mark, row["dataURI"]).count("GET") == 1
