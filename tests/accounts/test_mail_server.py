"""Where mails go: tried out, written as files, and what the address of a mail server may be."""

import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from accounts import mail
from mastportal import env
from mastportal.embedded.environment import Wishes, django_environment
from mastportal.embedded.state import State, free_port


def test_a_mail_is_tried_out(letters, capsys):
    call_command("mail_test", "root@lab.example")
    assert letters[0]["To"] == "root@lab.example"
    said = capsys.readouterr().out
    assert "Sent to root@lab.example. Mails leave by 127.0.0.1:" in said


def test_why_a_mail_did_not_leave(letters, settings):
    letters.refusing = True
    with pytest.raises(CommandError, match="Come back later"):
        call_command("mail_test", "root@lab.example")
    settings.EMAIL_PORT = free_port()
    with pytest.raises(CommandError, match="refused"):
        call_command("mail_test", "root@lab.example")
    with pytest.raises(CommandError, match="not a mail address"):
        call_command("mail_test", "root@lab.example\nBcc: x@y.example")
    settings.MAIL_IS_ON = False
    with pytest.raises(CommandError, match="Mails are off"):
        call_command("mail_test", "root@lab.example")
    assert [said.msg for said in mail.mails_leave(None)] == [mail.OFF]


def test_mails_written_as_files(settings, tmp_path: Path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH, settings.MAIL_IS_ON = str(tmp_path), True
    assert str(tmp_path) in mail.try_out("root@lab.example")
    (written,) = tmp_path.iterdir()
    assert "To: root@lab.example" in written.read_text()


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("", {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}),
        ("smtp://mail.example\n", {"EMAIL_HOST": "mail.example", "EMAIL_PORT": 25}),
        ("smtp+ssl://mail.example", {"EMAIL_PORT": 465, "EMAIL_USE_SSL": True}),
        (
            "smtp+tls://me%40lab:p%3Aw@mail.example:2525",
            {
                "EMAIL_HOST_USER": "me@lab",
                "EMAIL_HOST_PASSWORD": "p:w",
                "EMAIL_PORT": 2525,
                "EMAIL_USE_TLS": True,
            },
        ),
        ("filemail:////some/fol%20der", {"EMAIL_FILE_PATH": "/some/fol der"}),
    ],
)
def test_the_address_of_the_mail_server(monkeypatch, address, found):
    monkeypatch.setenv("MAIL_URL", address)
    assert found.items() <= env.mail("MAIL_URL").items()


def test_run_writes_mails_into_its_own_folder_unless_a_server_is_named(monkeypatch, tmp_path: Path):
    state = State.at(tmp_path / "a b+c")
    wishes, ports = Wishes(state.folder, 1, "sandbox", 2, ()), {"postgres": 3, "valkey": 4}
    monkeypatch.delenv("MAIL_URL", raising=False)
    monkeypatch.setenv("MAIL_URL", django_environment(state, wishes, ports)["MAIL_URL"])
    assert env.mail("MAIL_URL")["EMAIL_FILE_PATH"] == str(state.mail_folder)
    assert stat.S_IMODE(state.mail_folder.stat().st_mode) == 0o700
    monkeypatch.setenv("MAIL_URL", "smtp://mail.example")
    assert django_environment(state, wishes, ports)["MAIL_URL"] == "smtp://mail.example"


def test_a_kind_of_mail_server_that_is_none(monkeypatch):
    monkeypatch.setenv("MAIL_URL", "http://mail.example")
    with pytest.raises(ImproperlyConfigured):
        env.mail("MAIL_URL")
