"""Makes what people are told, webhooks and their receivers, for tests of every room."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.contrib.auth.models import User

from mastportal.outbox import post, webhooks
from mastportal.outbox.models import Delivery, Form, Notice, Webhook
from mastportal.outbox.post import Message

NEWS = Message(
    event_id="new:JWST:1176:jw01176-o001",
    kind="new",
    title="JWST 1176: 3 new observations",
    text="jw01176-o001_t001_nircam\njw01176-o002_t001_nircam",
    path="/programmes/JWST/1176/",
    data={"program": "1176", "obs_id": "jw01176-o001_t001_nircam"},
)


def hook_at(person: User, address: str, form: str = Form.JSON, name: str = "Tools") -> tuple[Webhook, str]:
    """A webhook whose address was not looked at, and its secret."""
    hook = Webhook(person=person, name=name, form=form, host="127.0.0.1")
    secret = "whsec_" + "c2VjcmV0" * 4
    hook.sealed = webhooks._seal(hook.pk, webhooks.Target(address, secret))
    hook.save()
    return hook, secret


def told(person: User) -> dict[str, Any]:
    """What the addresses of this room name: a notice, a webhook, a delivery that ended undelivered."""
    hook, _ = hook_at(person, "http://127.0.0.1:9/")
    post.tell([person.pk], NEWS, channels=[post.BELL, post.WEBHOOK])
    Delivery.objects.filter(webhook=hook).update(phase="ERROR", error="The webhook did not answer in time.")
    delivery = Delivery.objects.get(webhook=hook)
    notice = Notice.objects.get(person=person, event_id=NEWS.event_id)
    return {"notice_id": notice.pk, "webhook_id": hook.pk, "delivery_id": delivery.pk}


def signature_of(secret: str, headers: dict[str, str], body: bytes) -> str:
    """By the words of the specification, not by our code."""
    key = base64.b64decode(secret[len("whsec_") :])
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body.decode()}"
    return "v1," + base64.b64encode(hmac.new(key, signed.encode(), hashlib.sha256).digest()).decode()


@dataclass
class Receiver:
    """What a webhook's host was called with, and how it answers."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.calls]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A host of webhooks on loopback."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.calls.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}/services/secret-part"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield receiver
        server.shutdown()
        thread.join()
