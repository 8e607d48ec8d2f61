"""The web server's entry. Wiring only."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mastportal.settings")
application = get_wsgi_application()
