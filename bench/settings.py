"""Production's settings, with nothing but PostgreSQL behind them."""

import os
import tempfile

os.environ["DEBUG"] = os.environ["DEMO"] = "0"
for name, value in {
    "SECRET_KEY": "only-for-the-benchmark-" * 3,
    "BASE_URL": "http://127.0.0.1",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "console://",
    "LOG_LEVEL": "ERROR",
    "RECOURSE_VAR": tempfile.gettempdir(),
}.items():
    os.environ.setdefault(name, value)

from config.settings import *  # noqa: E402, F403
from config.settings import INSTALLED_APPS  # noqa: E402

INSTALLED_APPS = [*INSTALLED_APPS, "bench"]

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_BROKER_URL = "memory://"
ALLOWED_HOSTS = ["*"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "evidence": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STAFF_SECOND_FACTOR = False
