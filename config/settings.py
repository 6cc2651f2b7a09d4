"""Settings, all from the environment (`.env.example` names every variable).

Three ways to run: production (the default: strict, and loud where something is missing), `DEBUG=1` for
development, `DEMO=1` for the demo with its clock and role switcher. The last two need no variable at all.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from django.utils.translation import to_locale

from config import env, services

django_stubs_ext.monkeypatch()  # lets generic classes of Django be written with their types

BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = env.flag("DEBUG")
DEMO = env.flag("DEMO")
LOCAL = DEBUG or DEMO
VAR = Path(env.text("RECOURSE_VAR", str(BASE_DIR / "var"))).absolute()

SECRET_KEY = services.secret_key(VAR, LOCAL)
SECRET_KEY_FALLBACKS = env.listing("SECRET_KEY_FALLBACKS")
BASE_URL = services.base_url(LOCAL)
ALLOWED_HOSTS = services.allowed_hosts(BASE_URL, LOCAL)
CSRF_TRUSTED_ORIGINS = [BASE_URL]
HTTPS = BASE_URL.startswith("https://")

# Apps: ours from the highest floor down, then what they stand on.
OUR_APPS = [
    "desk",
    "portal",
    "help",
    "appeals",
    "disputes",
    "accounts",
    "evidence",
    "orders",
    "coupons",
    "notifications",
    "core",
]
OUR_APPS = (["demo"] if DEMO else []) + OUR_APPS
INSTALLED_APPS = [
    *OUR_APPS,
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "anymail",
    "csp",
    "django_htmx",
    "django_structlog",
    *(["bench"] if LOCAL else []),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.PolicyHeaders",
    "config.middleware.CleanAddress",
    "config.middleware.Probes",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.SessionEnds",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "config.middleware.CaseInLog",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.Reader",
    "accounts.middleware.SecondFactor",
    "config.middleware.NeverBlank",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "notifications.context.unread",
                "portal.context_processors.frame",
                "desk.context_processors.desk",
                *(["demo.bar.demo_bar"] if DEMO else []),
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Truth, cache, files, mail.
DATABASES = {"default": services.database(VAR, LOCAL)}
REDIS_URL = services.redis_url(LOCAL)
CACHES = {"default": services.cache(REDIS_URL)}
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(VAR / "media"))).absolute()
FILE_UPLOAD_TEMP_DIR = services.folder(env.text("UPLOAD_TEMP_DIR"))
STORAGES: dict[str, dict[str, Any]] = {
    "default": services.storage(MEDIA_ROOT),
    "evidence": services.storage(MEDIA_ROOT / "evidence"),
    "staticfiles": services.static_storage(manifest=not LOCAL),
}
FILE_UPLOAD_HANDLERS = ["evidence.uploads.CappedUploadHandler"]  # limits, and a full disk, in words
EVIDENCE_UPLOAD_MAX_BYTES = (
    256 * 1024 * 1024
)  # thrown away while it arrives, whatever the policy says
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 50
FILE_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
REFUND_EXPORT_DIR = Path(env.text("REFUND_EXPORT_DIR", str(VAR / "refunds"))).absolute()
REFUND_WEBHOOK_URL = services.refund_webhook(LOCAL)
REFUND_WEBHOOK_KEYS = services.webhook_keys()
STATIC_URL = "/static/"
STATIC_ROOT = services.writable(VAR / "static") if LOCAL else services.static_root(BASE_DIR)
STATICFILES_DIRS = [BASE_DIR / "static"] if (BASE_DIR / "static").exists() else []
WHITENOISE_USE_FINDERS = LOCAL
WHITENOISE_AUTOREFRESH = DEBUG
DEFAULT_FROM_EMAIL = env.mailbox("DEFAULT_FROM_EMAIL", "Recourse <no-reply@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
OPERATOR_EMAIL = env.mailbox("OPERATOR_EMAIL", "operator@localhost")
ADMINS = [("Operator", OPERATOR_EMAIL)]
MAIL = services.mail(VAR, local=LOCAL, demo=DEMO)
EMAIL_BACKEND: str = MAIL.pop("EMAIL_BACKEND")
globals().update(MAIL)
if "demo" in OUR_APPS and not env.text("EMAIL_URL"):
    EMAIL_BACKEND = "demo.mailbox.Backend"
EMAIL_TIMEOUT = 20

# Tasks: any number of workers and beats; a message lost, doubled or late changes nothing.
SWEEP_SECONDS = env.number("SWEEP_SECONDS", 2 if DEMO else 10, most=3600)
SWEEP_LANES = env.number("SWEEP_LANES", 2, most=8)
SWEEP_REST = env.number("SWEEP_REST", 0, least=0, most=400)
SWEEP_BUDGET = 60  # seconds that one sweep may take; then the next one goes on
METRICS_TOKEN = env.text("METRICS_TOKEN")
LONGEST_TASK = 300
CELERY_BROKER_URL = services.broker_url(REDIS_URL)
CELERY_BROKER_USE_SSL = services.broker_ssl(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3 * LONGEST_TASK,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "queue_order_strategy": "sorted",  # "clocks" before "files" before "post", however many wait
    "max_retries": 0,  # a page does not wait for the broker; workers wait by another setting
    "socket_connect_timeout": 1,
    "socket_timeout": 10,
    "socket_keepalive": True,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_TIME_LIMIT = LONGEST_TASK
CELERY_TASK_SOFT_TIME_LIMIT = LONGEST_TASK - 30
CELERY_TASK_DEFAULT_QUEUE = "clocks"
CELERY_TASK_QUEUES: dict[str, dict[str, str]] = {"clocks": {}, "post": {}, "files": {}}
CELERY_TASK_ROUTES = {
    "notifications.*": {"queue": "post"},
    "orders.tasks.submit_refunds": {"queue": "post"},
    "evidence.*": {"queue": "files"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_BEAT_SCHEDULE = {
    task: {"task": task, "schedule": seconds, "options": {"expires": max(seconds, 5)}}
    for task, seconds in {
        "core.tasks.sweep": SWEEP_SECONDS,
        "core.tasks.watch": max(SWEEP_SECONDS, 30),
        "notifications.tasks.deliver": SWEEP_SECONDS,
        "core.tasks.forget_forms": 3600,
        "core.tasks.recount_dates": 3600,
        "core.tasks.give_back": 60,
        "evidence.tasks.inspect_waiting": 2 * SWEEP_SECONDS,
        "evidence.tasks.sweep_orphans": 3600,
        "orders.tasks.submit_refunds": 2 * SWEEP_SECONDS,
        "disputes.tasks.watch_settlements": 2 * SWEEP_SECONDS,
        "disputes.tasks.release_unheld": 60,
        "appeals.tasks.release_unheld": 60,
    }.items()
}

# People: e-mail and password, codes by mail, authenticator app, passkeys, recovery codes.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 10}  # type: ignore[assignment]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 600
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_REQUIRED = set() if DEMO else {"password"}  # from a device not yet trusted
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
STAFF_SECOND_FACTOR = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Recourse"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL and not HTTPS
SESSION_COOKIE_AGE = int(timedelta(hours=env.number("SESSION_HOURS", 168)).total_seconds())
SESSION_IDLE_SECONDS = 60 * env.number("SESSION_IDLE_MINUTES", 720)

# The browser: only what we send runs.
SESSION_COOKIE_NAME = "recourse_session"
CSRF_COOKIE_NAME = "recourse_csrf"
LANGUAGE_COOKIE_NAME = "recourse_language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0, least=0, most=16)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 63072000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "frame-src": [SELF],
        "object-src": [NONE],
    }
}

# Words and times.
LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "locale"]
EVERY_LANGUAGE = [
    ("en", _("English")),
    ("es", _("Spanish")),
    ("pt", _("Portuguese")),
    ("ru", _("Russian")),
    ("zh-hans", _("Chinese (simplified)")),
]
# Offered is what has a catalogue; without one, pages would mix English with Django's own words.
LANGUAGES = [
    (code, name)
    for code, name in EVERY_LANGUAGE
    if code == LANGUAGE_CODE
    or (LOCALE_PATHS[0] / to_locale(code) / "LC_MESSAGES" / "django.mo").is_file()
]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# Logs: one JSON object a line in production, plain lines elsewhere; no addresses of people, no form data.
LOGGING = services.logging(json=not LOCAL, level=env.text("LOG_LEVEL", "INFO"))
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_USER_ID_FIELD = "pk"

UNFOLD = {
    "SITE_TITLE": _("Recourse administration"),
    "SITE_HEADER": "Recourse",
    "SITE_URL": "/",
}
PORT = env.number("PORT", 8000, most=65535)
