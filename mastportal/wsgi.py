"""The web server's entry. Wiring only."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mastportal.settings")
application = get_wsgi_application()
import_module(settings.ROOT_URLCONF)  # all pages' code, half a second's worth, before anybody waits for one
