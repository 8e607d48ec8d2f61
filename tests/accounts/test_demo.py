"""Demo accounts: made from a private file beside the sandbox only, and said on the sign-in page."""

import json

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from accounts import access, demo
from accounts.models import ResearchGroup

PASSWORDS = {name: f"secret of {name}" for name in demo.NAMES}


@pytest.fixture(autouse=True)
def _quick_hashes(settings):
    """How strong hashes are is tested with the sign-in page."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "demo.json"
    path.write_text(json.dumps(PASSWORDS))
    path.chmod(0o600)
    return path


@pytest.fixture
def made(db, file):
    call_command("demo_accounts", passwords=str(file))


def test_they_can_sign_in(made, client):
    for name, password in PASSWORDS.items():
        assert client.login(username=name, password=password)


def test_groups_and_roles(made):
    roles = {
        person.username: [(seat.group.name, seat.role) for seat in access.roles_of(person)]
        for person in User.objects.all()
    }
    assert roles == {
        "alice": [("Demo group", "owner")],
        "bob": [("Demo group", "editor")],
        "charlie": [("Another group", "owner")],
        "admin": [],
    }


def test_only_admin_administers(made):
    assert [p.username for p in User.objects.filter(is_staff=True, is_superuser=True)] == ["admin"]


def test_making_them_again_changes_nothing(made, file):
    before = list(User.objects.order_by("pk").values_list("pk", "password"))
    call_command("demo_accounts", passwords=str(file))
    assert list(User.objects.order_by("pk").values_list("pk", "password")) == before
    assert ResearchGroup.objects.count() == 2


def test_a_new_password_is_taken(made, file, client):
    file.write_text(json.dumps(PASSWORDS | {"alice": "a new secret"}))
    call_command("demo_accounts", passwords=str(file))
    assert client.login(username="alice", password="a new secret")


def test_never_beside_a_real_archive(db, file, settings):
    settings.ARCHIVE_IS_SANDBOX = False
    with pytest.raises(CommandError, match="only with the sandbox"):
        call_command("demo_accounts", passwords=str(file))
    assert not User.objects.exists()


def test_none_are_said_beside_a_real_archive(made, settings):
    assert demo.people() == list(demo.NAMES)
    settings.ARCHIVE_IS_SANDBOX = False
    assert demo.people() == []


def test_a_file_that_others_can_read_is_refused(db, file):
    file.chmod(0o644)
    with pytest.raises(CommandError, match="mode 600"):
        call_command("demo_accounts", passwords=str(file))


@pytest.mark.parametrize(
    ("content", "why"), [("no json", "not a readable JSON"), ('{"alice": "x"}', "no password for bob")]
)
def test_a_file_that_is_wrong(db, file, content, why):
    file.write_text(content)
    with pytest.raises(CommandError, match=why):
        call_command("demo_accounts", passwords=str(file))
    assert not User.objects.exists()


def test_without_a_file(db, tmp_path):
    with pytest.raises(CommandError, match="--passwords"):
        call_command("demo_accounts", passwords="")
    with pytest.raises(CommandError, match="not a readable"):
        call_command("demo_accounts", passwords=str(tmp_path / "absent"))
