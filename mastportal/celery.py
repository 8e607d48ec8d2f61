"""The workers' entry: queue `ask` for questions, queue `fetch` for bytes. Wiring only."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mastportal.settings")
app = Celery("mastportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
