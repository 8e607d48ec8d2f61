"""Owns how a delivery becomes a call of a webhook, and what its answer means. The address is never shown."""

import json
import time
from typing import Any

import httpx
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from mastportal import outgoing
from mastportal.outbox import addresses, signing, webhooks
from mastportal.outbox.failures import Never, NotNow
from mastportal.outbox.models import Delivery, Form, Webhook
from mastportal.outbox.wording import shortened

TOTAL_S = 15.0
CHAT_MOST = 4000  # Slack takes ten times that, Mattermost 16383; nobody reads more in a chat
LONGEST_AFTER_S = 6 * 3600.0
GONE = "The webhook's host says that there is none any more (410), so nothing more is sent there."


def body_of(delivery: Delivery, form: str) -> bytes:
    """What is sent, the same at every attempt."""
    told = _chat(delivery) if form == Form.CHAT else _event(delivery)
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _event(delivery: Delivery) -> dict[str, Any]:
    """Standard Webhooks' recommended shape: `type`, `timestamp`, `data`; the event's own id beside it."""
    words = {"title": delivery.title, "text": delivery.text, "url": addresses.full(delivery.path)}
    return {
        "type": delivery.kind,
        "timestamp": delivery.queued_at.isoformat(),
        "event_id": delivery.event_id,
        "data": {**delivery.data, **words},
    }


def _chat(delivery: Delivery) -> dict[str, Any]:
    """Slack's incoming webhook, which Mattermost takes as well."""
    text = shortened(_plain(delivery.text), CHAT_MOST)
    link = f"<{addresses.full(delivery.path)}|Open it in the portal>"
    return {"text": "\n".join(part for part in (f"*{_plain(delivery.title)}*", text, link) if part)}


def _plain(text: str) -> str:
    """What the archive said calls nobody by name, opens no link and is no markup."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("@", "@\u200b").replace("](", "] (")


@sensitive_variables("target")
def send(delivery: Delivery, hook: Webhook) -> None:
    """Call the webhook once. Raises Undelivered; returns when it answered that it has taken the message."""
    try:
        target = webhooks.opened(hook)
    except webhooks.Unreadable as reason:
        raise Never(str(reason)) from None
    body = body_of(delivery, hook.form)
    headers = {"Content-Type": "application/json"}
    if hook.form == Form.JSON:
        headers |= signing.headers(target.secret, str(delivery.pk), int(time.time()), body)
    try:
        with outgoing.client(total_s=TOTAL_S) as client:
            answer = client.post(target.address, content=body, headers=headers)
    except outgoing.OutgoingRefused as refused:
        raise NotNow(str(refused)) from None
    except httpx.TimeoutException:
        raise NotNow("The webhook did not answer in time.") from None
    except (httpx.HTTPError, httpx.InvalidURL):
        raise NotNow("The webhook's host could not be reached.") from None
    _judge(answer)


def _judge(answer: httpx.Response) -> None:
    if answer.status_code == httpx.codes.GONE:
        raise Never(GONE, is_gone=True)
    if not answer.is_success:
        raise NotNow(f"The webhook answered with status {answer.status_code}.", after_s=_asked_for(answer))


def _asked_for(answer: httpx.Response) -> float | None:
    """How long the other side asks to be left alone, bounded; none where it does not say so in seconds."""
    said = answer.headers.get("Retry-After", "")
    return min(float(said), LONGEST_AFTER_S) if said.isdecimal() and len(said) < 10 else None


def note(hook: Webhook, failure: str) -> None:
    """Keep how the webhook answered last, for its owner to see."""
    now = timezone.now()
    if failure:
        since = hook.failing_since or now
        Webhook.objects.filter(pk=hook.pk).update(failing_since=since, failure=failure)
    else:
        Webhook.objects.filter(pk=hook.pk).update(answered_at=now, failing_since=None, failure="")
