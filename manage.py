#!/usr/bin/env python
"""Django's command line. Run it as `./run manage …`, which gives it the portal's environment."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mastportal.settings")
    import mastportal.celery  # noqa: F401 commands that queue work must know the broker

    execute_from_command_line(sys.argv)
