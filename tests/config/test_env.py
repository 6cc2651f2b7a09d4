"""Whatever is wrong with the environment is said in one sentence, naming the variable."""

import os
import re
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from redis.connection import SSLConnection

from config import env, services

ROOT = Path(__file__).resolve().parents[2]
OURS = (
    "accounts",
    "config",
    "core",
    "demo",
    "desk",
    "disputes",
    "evidence",
    "notifications",
    "orders",
    "portal",
)
NOT_OURS = {"DJANGO_SETTINGS_MODULE", "DEMO", "DEBUG"}
"""Set by our own commands; the last two are read as flags elsewhere."""
PRODUCTION = {
    "SECRET_KEY": "s3cret-and-long-enough-for-any-check-0123456789-abcdef",
    "BASE_URL": "https://help.example.org",
    "DATABASE_URL": "postgres://recourse:secret@db.example.org/recourse",
    "REDIS_URL": "redis://redis.example.org:6379/0",
    "EMAIL_URL": "smtp://mail.example.org:25",
    "DEFAULT_FROM_EMAIL": "Recourse <no-reply@example.org>",
}


def manage(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command of manage.py with these variables and none of ours."""
    return python("manage.py", *words, **variables)


def python(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**keep, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_names_are_those_of_the_example() -> None:
    sources = [path for app in OURS for path in (ROOT / app).rglob("*.py")]
    call = r"(?:env\.(?:text|flag|number|listing|url|required|mailbox|span)|environ\.get)\(\s*\"([A-Z][A-Z0-9_]+)\""
    read = {name for path in sources for name in re.findall(call, path.read_text())}

    example = re.findall(
        r"^#?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE
    )

    assert sorted(example) == sorted(read)


def test_the_web_server_ends_with_the_sentence_and_starts_no_worker_again() -> None:
    words = ("config.wsgi", "--config", "python:config.gunicorn", "--bind", "127.0.0.1:0")

    done = python("-m", "gunicorn", *words, **PRODUCTION, SWEEP_LANES="9")

    assert done.returncode == 1
    assert done.stderr == (
        "Recourse cannot start: SWEEP_LANES must be a whole number from 1 to 8, not '9'.\n"
    )


@pytest.mark.parametrize("name", sorted(set(PRODUCTION) - {"DEFAULT_FROM_EMAIL"}))
def test_production_names_what_is_missing(name: str) -> None:
    rest = {key: value for key, value in PRODUCTION.items() if key != name}

    done = manage("check", **rest)

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"Recourse cannot start: {name} is not set; ")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DEBUG", "perhaps", "DEBUG must be 1 or 0, not 'perhaps'."),
        ("PORT", "http", "PORT must be a whole number from 1 to 65535, not 'http'."),
        ("PORT", "70000", "PORT must be a whole number from 1 to 65535, not '70000'."),
        ("SWEEP_LANES", "9", "SWEEP_LANES must be a whole number from 1 to 8, not '9'."),
        ("SWEEP_REST", "-5", "SWEEP_REST must be a whole number from 0 to 400, not '-5'."),
        ("SWEEP_SECONDS", "0", "SWEEP_SECONDS must be a whole number from 1 to 3600, not '0'."),
        ("SECRET_KEY", "short", "SECRET_KEY is too short; use at least 50 random characters."),
        (
            "DATABASE_URL",
            "mysql://db/x",
            "DATABASE_URL must start with sqlite://, postgres://, postgresql://.",
        ),
        (
            "DATABASE_URL",
            "postgres://db",
            "DATABASE_URL names no database; its form is postgres://host/name.",
        ),
        (
            "DATABASE_URL",
            "sqlite://db.sqlite3",
            "DATABASE_URL for SQLite is sqlite:////absolute/path/to/file.",
        ),
        (
            "DATABASE_URL",
            "postgres://h:port/x",
            "DATABASE_URL is not a valid address; it starts with sqlite://, postgres://, postgresql://.",
        ),
        ("REDIS_URL", "valkey://x", "REDIS_URL must start with redis://, rediss://, unix://."),
        ("BASE_URL", "https://x.org/path", "BASE_URL must be an address with a host and no path."),
        ("EMAIL_URL", "smtp://", "EMAIL_URL names no mail server."),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR."),
        ("REDIS_URL", "redis:///0", "REDIS_URL names no host; its form is redis://host:6379/0."),
        (
            "REDIS_URL",
            "redis://host/first",
            "REDIS_URL ends with the number of a database, such as 0, not 'first'.",
        ),
        (
            "REDIS_URL",
            "redis://host:port/0",
            "REDIS_URL is not a valid address; it starts with redis://, rediss://, unix://.",
        ),
        (
            "REDIS_URL",
            "unix://valkey.sock",
            "REDIS_URL for a socket is unix:///path/to/the.sock?db=0.",
        ),
        (
            "TRUSTED_PROXIES",
            "yes",
            "TRUSTED_PROXIES must be a whole number from 0 to 16, not 'yes'.",
        ),
        ("TRUSTED_PROXIES", "-1", "TRUSTED_PROXIES must be a whole number from 0 to 16, not '-1'."),
        ("OPERATOR_EMAIL", "root", "OPERATOR_EMAIL is not an e-mail address: 'root'."),
        (
            "DEFAULT_FROM_EMAIL",
            "Recourse",
            "DEFAULT_FROM_EMAIL is not an e-mail address: 'Recourse'.",
        ),
        (
            "ALLOWED_HOSTS",
            "https://help.example.org",
            "ALLOWED_HOSTS holds host names without scheme, port or path, not 'https://help.example.org'.",
        ),
        (
            "DATABASE_LOCK_TIMEOUT",
            "soon",
            "DATABASE_LOCK_TIMEOUT must be a time such as 10s or 500ms, not 'soon'.",
        ),
        ("EMAIL_URL", "postmark://", "EMAIL_URL names no key; its form is postmark://KEY@."),
        (
            "S3_ACCESS_KEY",
            "key",
            "S3_ACCESS_KEY and S3_SECRET_KEY are set together or not at all.",
        ),
        ("S3_ENDPOINT_URL", "s3.example.org", "S3_ENDPOINT_URL must start with http://, https://."),
        ("UPLOAD_TEMP_DIR", "/no/such", "the folder /no/such does not exist."),
    ],
)
def test_a_wrong_value_is_one_sentence(name: str, value: str, sentence: str) -> None:
    done = manage("check", **{**PRODUCTION, name: value})

    assert (done.returncode, done.stderr) == (1, f"Recourse cannot start: {sentence}\n")


def test_a_wrong_port_is_named_where_no_address_is_given() -> None:
    done = manage("check", DEBUG="1", PORT="abc")

    assert (done.returncode, done.stderr) == (
        1, "Recourse cannot start: PORT must be a whole number from 1 to 65535, not 'abc'.\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("redis", "broker"),
    [
        ("redis://:pw@host:6380/2", "redis://:pw@host:6380/2"),
        ("rediss://host/0", "rediss://host/0"),
        ("unix:///run/valkey.sock?db=3", "redis+socket:///run/valkey.sock?virtual_host=3"),
        ("unix://:pw@/run/valkey.sock", "redis+socket://:pw@/run/valkey.sock?virtual_host=0"),
        ("", "memory://"),
    ],
)
def test_the_broker_is_named_in_celerys_words(
    monkeypatch: pytest.MonkeyPatch, redis: str, broker: str
) -> None:
    monkeypatch.setenv("REDIS_URL", redis)

    assert services.redis_url(local=True) == redis
    assert services.broker_url(redis) == broker


def test_a_certificate_of_the_broker_is_checked() -> None:
    asked = services.broker_ssl("rediss://host/0")

    assert asked == {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True}
    assert SSLConnection(**asked).cert_reqs == ssl.CERT_REQUIRED
    assert services.broker_ssl("redis://host/0") is None


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()

    done = manage("check", DEBUG="1", RECOURSE_VAR=str(blocked / "var"))

    assert done.returncode == 1
    assert done.stderr == (
        f"Recourse cannot start: the folder {blocked}/var cannot be written (Not a directory);"
        " name another in RECOURSE_VAR.\n"
    )


def test_production_passes_the_deployment_check() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert (done.returncode, done.stderr) == (0, "")


def test_production_knows_nothing_of_the_demo() -> None:
    script = (
        "from django.conf import settings as s; from django.urls import resolve, Resolver404\n"
        "found = []\n"
        "for path in ('/demo/', '/styleguide/', '/demo/jump', '/demo/mail/'):\n"
        "    try: resolve(path); found.append(path)\n"
        "    except Resolver404: pass\n"
        "print('demo' in s.INSTALLED_APPS, s.DEMO, found)"
    )

    done = manage("shell", "--no-imports", "-c", script, **PRODUCTION)

    assert done.stdout == "False False []\n"


def test_the_demo_makes_its_key_once_and_keeps_it(tmp_path: Path) -> None:
    first = services.secret_key(tmp_path, local=True)

    assert services.secret_key(tmp_path, local=True) == first
    assert len(first) >= 50
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_behind_an_old_pooler_no_statement_is_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://db.example.org/main")
    monkeypatch.setenv("DATABASE_PREPARED", "0")

    found = services.database(Path("/nowhere"), local=False)

    assert found["OPTIONS"]["prepare_threshold"] is None


def test_postgres_waits_for_nothing_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "DATABASE_URL", "postgres://al%40ice:p%2Fw@db.example.org:5433/main?sslmode=require"
    )

    found = services.database(Path("/nowhere"), local=False)

    assert found == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "main",
        "USER": "al@ice",
        "PASSWORD": "p/w",
        "HOST": "db.example.org",
        "PORT": "5433",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            "server_side_binding": True,
            "prepare_threshold": 3,
            "sslmode": "require",
            "options": "-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
        },
    }


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("smtp://a:b@mail.example.org:587?tls=1", ("mail.example.org", 587, "a", "b", False, True)),
        ("smtps://mail.example.org", ("mail.example.org", 465, "", "", True, False)),
        ("smtp://mail.example.org", ("mail.example.org", 25, "", "", False, False)),
    ],
)
def test_mail_servers_are_read(
    monkeypatch: pytest.MonkeyPatch, address: str, expected: tuple[object, ...]
) -> None:
    monkeypatch.setenv("EMAIL_URL", address)

    found = services.mail(Path("/nowhere"), local=False)

    names = (
        "EMAIL_HOST",
        "EMAIL_PORT",
        "EMAIL_HOST_USER",
        "EMAIL_HOST_PASSWORD",
        "EMAIL_USE_SSL",
        "EMAIL_USE_TLS",
    )
    assert tuple(found[name] for name in names) == expected


def test_a_mail_provider_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_URL", "mailgun://key-1@mg.example.org")

    assert services.mail(Path("/nowhere"), local=False) == {
        "EMAIL_BACKEND": "anymail.backends.mailgun.EmailBackend",
        "ANYMAIL": {"MAILGUN_API_KEY": "key-1", "MAILGUN_SENDER_DOMAIN": "mg.example.org"},
    }


def test_a_list_drops_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", " a.example.org, ,b.example.org ")

    assert env.listing("ALLOWED_HOSTS") == ["a.example.org", "b.example.org"]
