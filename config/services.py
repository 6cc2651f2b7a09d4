"""What settings are made of: database, cache, files, mail, secrets and logs, each from its variables."""

import re
import secrets
import sqlite3
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import structlog

from config import env
from core import redaction

LOCAL_HINT = "set it, or DEBUG=1 on your own machine."
EMAIL_PROVIDERS = {
    "mailgun": ("anymail.backends.mailgun.EmailBackend", "MAILGUN_API_KEY"),
    "postmark": ("anymail.backends.postmark.EmailBackend", "POSTMARK_SERVER_TOKEN"),
    "sendgrid": ("anymail.backends.sendgrid.EmailBackend", "SENDGRID_API_KEY"),
    "brevo": ("anymail.backends.brevo.EmailBackend", "BREVO_API_KEY"),
}


def folder(path: str) -> str | None:
    """A folder that must exist where it is named."""
    if path and not Path(path).is_dir():
        raise env.SettingsError(f"the folder {path} does not exist.")
    return path or None


def writable(path: Path) -> Path:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        (path / ".writable").touch()
        (path / ".writable").unlink()
    except OSError as error:
        raise env.SettingsError(
            f"the folder {path} cannot be written ({error.strerror}); name another in RECOURSE_VAR."
        ) from None
    return path


def secret_key(var: Path, local: bool) -> str:
    """SECRET_KEY; the demo and development make their own once and keep it, so sessions survive a restart."""
    value = env.text("SECRET_KEY")
    if value or not local:
        value = value or env.required("SECRET_KEY", LOCAL_HINT)
        if not local and (len(value) < 50 or len(set(value)) < 5):
            raise env.SettingsError("SECRET_KEY is too short; use at least 50 random characters.")
        return value
    kept = writable(var) / "secret_key"
    try:
        with kept.open("x") as file:
            kept.chmod(0o600)
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return kept.read_text() or secrets.token_urlsafe(50)


def base_url(local: bool) -> str:
    """The address under which people reach the portal, without a slash at its end; mails link to it."""
    port = env.number("PORT", 8000, most=65535)
    if not local:
        env.required(
            "BASE_URL", "give the portal's public address, such as https://help.example.org."
        )
    parts = env.url("BASE_URL", ("http", "https"), f"http://127.0.0.1:{port}")
    if parts is None or not parts.hostname or parts.path.strip("/"):
        raise env.SettingsError("BASE_URL must be an address with a host and no path.")
    return f"{parts.scheme}://{parts.netloc}"


def allowed_hosts(base: str, local: bool) -> list[str]:
    default = "*" if local else str(urlsplit(base).hostname)
    hosts = env.listing("ALLOWED_HOSTS", f"[{default}]" if ":" in default else default)
    for host in hosts:
        if not re.fullmatch(r"\*|\.?[\w.-]+|\[[0-9a-fA-F:.]+\]", host):
            raise env.SettingsError(
                f"ALLOWED_HOSTS holds host names without scheme, port or path, not {host!r}."
            )
    return hosts


def database(var: Path, local: bool) -> dict[str, Any]:
    if not local:
        env.required("DATABASE_URL", "give postgres://user:password@host/name or sqlite:////path.")
    parts = env.url(
        "DATABASE_URL",
        ("sqlite", "postgres", "postgresql"),
        f"sqlite:///{var / 'recourse.sqlite3'}",
    )
    assert parts
    return sqlite(parts) if parts.scheme == "sqlite" else postgres(parts)


def sqlite(parts: SplitResult) -> dict[str, Any]:
    """Write-ahead log, and write transactions that take their lock at once, so that none fails half-way."""
    path = Path(unquote(parts.path))
    if parts.netloc or not path.name or not parts.path.startswith("/"):
        raise env.SettingsError("DATABASE_URL for SQLite is sqlite:////absolute/path/to/file.")
    path = Path("/" + parts.path.lstrip("/"))
    if sqlite3.sqlite_version_info < (3, 35):
        raise env.SettingsError("this Python's SQLite is older than 3.35; use another Python.")
    writable(path.parent)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


PREPARED_AFTER = 3
"""Times that a connection has sent a statement before the database keeps its plan."""


def postgres(parts: SplitResult) -> dict[str, Any]:
    """Connections live on between requests, are checked before use, and never wait or idle without end.

    The database binds what is asked for, and plans the same question once for each connection: a page asks dozens.
    """
    name = unquote(parts.path.strip("/"))
    if not name:
        raise env.SettingsError("DATABASE_URL names no database; its form is postgres://host/name.")
    limits = {
        "lock_timeout": env.span("DATABASE_LOCK_TIMEOUT", "10s"),
        "idle_in_transaction_session_timeout": env.span("DATABASE_IDLE_TIMEOUT", "60s"),
    }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": env.number("DATABASE_CONN_MAX_AGE", 60, least=0),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            "server_side_binding": True,
            "prepare_threshold": PREPARED_AFTER if env.flag("DATABASE_PREPARED", True) else None,
            **dict(parse_qsl(parts.query)),
            "options": " ".join(f"-c {key}={value}" for key, value in limits.items()),
        },
    }


def redis_url(local: bool) -> str:
    if not local:
        env.required("REDIS_URL", "give redis://host:6379/0; the workers need it.")
    parts = env.url("REDIS_URL", ("redis", "rediss", "unix"))
    if parts is None:
        return ""
    if parts.scheme == "unix":
        if not parts.path.startswith("/") or len(parts.path) < 2 or parts.hostname:
            raise env.SettingsError("REDIS_URL for a socket is unix:///path/to/the.sock?db=0.")
        number = dict(parse_qsl(parts.query)).get("db", "0")
    else:
        if not parts.hostname:
            raise env.SettingsError("REDIS_URL names no host; its form is redis://host:6379/0.")
        number = parts.path.strip("/") or "0"
    if not (number.isascii() and number.isdigit()):
        raise env.SettingsError(
            f"REDIS_URL ends with the number of a database, such as 0, not {number!r}."
        )
    return env.text("REDIS_URL")


def broker_url(redis: str) -> str:
    """The same server in the words of Celery, which knows no unix://."""
    parts = urlsplit(redis or "memory://")
    if parts.scheme != "unix":
        return redis or "memory://"
    number = dict(parse_qsl(parts.query)).get("db", "0")
    return f"redis+socket://{parts.netloc}{parts.path}?virtual_host={number}"


def broker_ssl(redis: str) -> dict[str, Any] | None:
    """Celery would take any certificate; the cache and we ask for one that is true."""
    if not redis.startswith("rediss://"):
        return None
    return {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True}


def cache(redis: str) -> dict[str, Any]:
    if not redis:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    return {
        "BACKEND": "config.cache.PatientRedisCache",
        "LOCATION": redis,
        "KEY_PREFIX": "recourse",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
    }


def refund_webhook(local: bool) -> str:
    """Where the shop takes refunds; empty where it has no such address. Nothing else ever chooses the host."""
    parts = env.url("REFUND_WEBHOOK_URL", ("https", "http"))
    if parts is None:
        return ""
    if not parts.hostname or parts.username is not None or parts.fragment:
        raise env.SettingsError("REFUND_WEBHOOK_URL is a host and a path, without a user.")
    if parts.scheme == "http" and not local:
        raise env.SettingsError("REFUND_WEBHOOK_URL must start with https://.")
    if not env.text("REFUND_WEBHOOK_KEY"):
        raise env.SettingsError("REFUND_WEBHOOK_URL is set, so REFUND_WEBHOOK_KEY has to be.")
    return parts.geturl()


def webhook_keys() -> list[str]:
    """The keys that sign what goes to the shop and comes from it; the first one signs, each of them is believed."""
    keys = env.listing("REFUND_WEBHOOK_KEY")
    if any(len(key) < 32 for key in keys):
        raise env.SettingsError("REFUND_WEBHOOK_KEY has fewer than 32 characters.")
    return keys


def storage(media: Path) -> dict[str, Any]:
    """Where evidence lies: a private bucket where S3_BUCKET names one, else a folder that no web server serves."""
    bucket = env.text("S3_BUCKET")
    endpoint = env.url("S3_ENDPOINT_URL", ("http", "https"))
    if bool(env.text("S3_ACCESS_KEY")) != bool(env.text("S3_SECRET_KEY")):
        raise env.SettingsError("S3_ACCESS_KEY and S3_SECRET_KEY are set together or not at all.")
    options = {
        "endpoint_url": endpoint.geturl() if endpoint else None,
        "region_name": env.text("S3_REGION") or None,
        "access_key": env.text("S3_ACCESS_KEY") or None,
        "secret_key": env.text("S3_SECRET_KEY") or None,
    }
    if not bucket:
        return {
            "BACKEND": "evidence.storage.PrivateFiles",
            "OPTIONS": {"location": str(media), "base_url": None},
        }
    from botocore.config import Config as BotoConfig  # slow to load, and few need it

    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "location": media.name,
            "default_acl": None,
            "file_overwrite": False,
            "querystring_auth": True,
            "querystring_expire": 60,
            # A page waits for the bucket as long as a person would, not for minutes.
            "client_config": BotoConfig(
                connect_timeout=3,
                read_timeout=15,
                retries={"mode": "standard", "total_max_attempts": 2},
                signature_version="s3v4",
            ),
            **options,
        },
    }


def static_storage(manifest: bool) -> dict[str, Any]:
    backend = (
        "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if manifest
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    return {"BACKEND": backend}


def static_root(base: Path) -> Path:
    """Where `collectstatic` puts the files that the web processes send."""
    return Path(env.text("STATIC_ROOT", str(base / "staticfiles"))).absolute()


def mail(var: Path, local: bool, demo: bool = False) -> dict[str, Any]:
    """EMAIL_URL: smtp://, smtps://, console://, file:///folder, or a provider such as postmark://TOKEN@."""
    if not local:
        env.required("EMAIL_URL", "give smtp://user:password@host:587 or another of .env.example.")
    if demo and not env.text("EMAIL_URL"):
        return {"EMAIL_BACKEND": "demo.mailbox.Backend"}
    schemes = ("smtp", "smtps", "console", "file", *EMAIL_PROVIDERS)
    parts = env.url("EMAIL_URL", schemes, f"file://{var / 'mail'}")
    assert parts
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if parts.scheme in EMAIL_PROVIDERS:
        backend, key = EMAIL_PROVIDERS[parts.scheme]
        if not user:
            raise env.SettingsError(f"EMAIL_URL names no key; its form is {parts.scheme}://KEY@.")
        sender = {"MAILGUN_SENDER_DOMAIN": parts.hostname} if parts.scheme == "mailgun" else {}
        return {"EMAIL_BACKEND": backend, "ANYMAIL": {key: user, **sender}}
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if parts.scheme == "file":
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": unquote(parts.path),
        }
    if not parts.hostname:
        raise env.SettingsError("EMAIL_URL names no mail server.")
    secure = parts.scheme == "smtps"
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if secure else 25),
        "EMAIL_HOST_USER": user,
        "EMAIL_HOST_PASSWORD": password,
        "EMAIL_USE_SSL": secure,
        "EMAIL_USE_TLS": not secure and dict(parse_qsl(parts.query)).get("tls") == "1",
    }


def _without_people(_logger: Any, _method: str, event: Any) -> Any:
    """Requests carry what people typed, and a database's refusal quotes the row that it refused."""
    event.pop("request", None)
    for key, value in event.items():
        if isinstance(value, str) and ("DETAIL:" in value or "CONTEXT:" in value):
            event[key] = redaction.without_rows(value)
    return event


def logging(json: bool, level: str) -> dict[str, Any]:
    """Logs to standard error. Keys and values are escaped by the renderer, so input cannot forge a line."""
    if level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise env.SettingsError("LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR.")
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.ExtraAdder(),
        _without_people,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    tail: list[Any] = (
        [structlog.processors.format_exc_info, _without_people, structlog.processors.JSONRenderer()]
        if json
        else [
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *tail,
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django_structlog": {"level": "WARNING"},
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
        },
    }
