"""The settings of the suite: the demo's, with production's strictness where it can be had."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ["DEMO"], os.environ["DEBUG"] = "1", "0"
for name in ("REDIS_URL", "EMAIL_URL", "S3_BUCKET", "BASE_URL", "ALLOWED_HOSTS", "PORT"):
    os.environ.pop(name, None)

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, EVERY_LANGUAGE, INSTALLED_APPS  # noqa: E402

INSTALLED_APPS = [*INSTALLED_APPS, "tests.toy"]
LANGUAGES = EVERY_LANGUAGE  # with or without their catalogues
MEMORY = "/dev/shm"  # noqa: S108
FOLDER = tempfile.mkdtemp(prefix="recourse-", dir=MEMORY if Path(MEMORY).is_dir() else None)
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
SECRET_KEY = "only-for-the-suite-" * 4
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "evidence": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STAFF_SECOND_FACTOR = False  # tests/accounts switch it on; elsewhere force_login is enough
DATABASES["default"]["CONN_MAX_AGE"] = 0
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: threads get connections of their own, as the web processes do.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(FOLDER) / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
    )
CELERY_BROKER_URL = "memory://"
