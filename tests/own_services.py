"""Gives each process of pytest the services started for it, before settings are read."""

import json
import os

if process := os.environ.get("PYTEST_XDIST_WORKER"):
    os.environ.update(json.loads(os.environ["TEST_SERVICES"])[int(process.removeprefix("gw"))])
