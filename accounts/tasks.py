"""The doors by which the clock enters: keeps the archive's status fresh, looks after tokens and sessions."""

from smtplib import SMTPException

from celery import shared_task

from accounts import addresses, archive, passwords, sessions, token_checks, token_warnings


@shared_task(autoretry_for=(SMTPException, OSError), max_retries=4, retry_backoff=15)
def mail_new_password(user_id: int) -> None:
    passwords.send_link(user_id)


@shared_task(autoretry_for=(SMTPException, OSError), max_retries=4, retry_backoff=15)
def mail_address_link(change_id: int) -> None:
    addresses.send_link(change_id)


@shared_task(autoretry_for=(SMTPException, OSError), max_retries=4, retry_backoff=15)
def tell_address_before(change_id: int) -> None:
    addresses.tell_before(change_id)


@shared_task
def look_after_addresses() -> None:
    for change_id in addresses.due():
        tell_address_before.delay(change_id)


@shared_task
def clean_sessions() -> None:
    sessions.clean()


@shared_task
def beat() -> None:
    archive.listen()


@shared_task
def look_after_tokens() -> None:
    """Have those asked about whose day has come, and warn of ends that are near."""
    for token_id in token_checks.due():
        check_token.delay(token_id)
    token_warnings.warn()


@shared_task
def check_token(token_id: int) -> None:
    token_checks.check_one(token_id)
