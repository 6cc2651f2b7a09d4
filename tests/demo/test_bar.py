"""The bar of the demo: roles, the clock, and that neither exists in production."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import RoleGrant, User
from core import clock
from core.models import Storefront
from demo.accounts import FACES, lines

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]


@pytest.fixture
def people() -> None:
    front = Storefront.default()
    for face in FACES:
        admin = face.key == "root"
        user = User.objects.create(
            email=face.email, name=face.name, is_staff=admin, is_superuser=admin
        )
        for role in face.staff:
            RoleGrant.objects.create(user=user, storefront=front, role=role)


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.key)
def test_switching_signs_in_with_second_factor(
    client: Client, people: None, settings: object, face: object
) -> None:
    settings.STAFF_SECOND_FACTOR = True  # type: ignore[attr-defined]

    answer = client.post(reverse("demo:role"), {"who": face.key})  # type: ignore[attr-defined]

    session = client.session
    user = User.objects.get(email=face.email)  # type: ignore[attr-defined]
    assert answer.status_code == 302
    assert session["_auth_user_id"] == str(user.pk)
    assert [record["method"] for record in session["account_authentication_methods"]] == ["mfa"]


@pytest.mark.parametrize(
    ("who", "home"),
    [
        ("alice", "/"),
        ("bob", "/disputes/inbox/"),
        ("carol", "/desk/"),
        ("dan", "/desk/"),
        ("root", "/desk/"),
    ],
)
def test_switching_leads_to_where_the_role_works(
    client: Client, people: None, settings: object, who: str, home: str
) -> None:
    settings.STAFF_SECOND_FACTOR = True  # type: ignore[attr-defined]

    page = client.post(reverse("demo:role"), {"who": who}, follow=True)

    assert page.redirect_chain[0] == (home, 302)
    assert page.status_code == 200


def test_administrator_of_the_demo_reaches_plain_data(
    client: Client, people: None, settings: object
) -> None:
    settings.STAFF_SECOND_FACTOR = True  # type: ignore[attr-defined]
    client.post(reverse("demo:role"), {"who": "root"})

    assert client.get(reverse("admin:index")).status_code == 200


def test_changing_roles_forgets_the_factor_of_the_one_before(client: Client, people: None) -> None:
    client.post(reverse("demo:role"), {"who": "carol"})
    client.post(reverse("demo:role"), {"who": ""})

    assert "_auth_user_id" not in client.session
    assert "account_authentication_methods" not in client.session


def test_role_needs_post_and_csrf(people: None) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert strict.get(reverse("demo:role")).status_code == 405
    assert strict.post(reverse("demo:role"), {"who": "root"}).status_code == 403
    assert strict.post(reverse("demo:clock"), {"by": "hour"}).status_code == 403


def test_an_unknown_leap_is_not_found(client: Client) -> None:
    assert client.post(reverse("demo:clock"), {"by": "9999days"}).status_code == 404


def test_leap_moves_the_clock_and_leads_back(client: Client) -> None:
    before = clock.now()

    answer = client.post(reverse("demo:clock"), {"by": "2days", "back": "/account/login/?x=1"})

    assert answer["Location"] == "/account/login/?x=1"
    assert timedelta(days=2) <= clock.now() - before < timedelta(days=2, minutes=1)


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""]
)
def test_leap_leads_to_our_own_pages_only(client: Client, back: str) -> None:
    assert client.post(reverse("demo:clock"), {"by": "hour", "back": back})["Location"] == "/"


def test_bar_is_on_every_page_with_the_demo_time(client: Client) -> None:
    page = client.get(reverse("account_login")).content.decode()

    assert 'class="demo-bar"' in page
    assert reverse("demo:mailbox") in page


def test_start_prints_everybody_with_the_password() -> None:
    printed = "\n".join(lines())

    assert all(face.email in printed for face in FACES)
    assert "open-the-parcel" in printed


PRODUCTION = {
    "SECRET_KEY": "a-secret-of-production-that-is-long-enough-0123456789",
    "BASE_URL": "https://help.example.org",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "EMAIL_URL": "smtp://localhost:25",
}
PROBE = """
import django; django.setup()
from django.conf import settings
from django.urls import Resolver404, resolve
for path in ("/demo/role/", "/demo/clock/", "/demo/mailbox/"):
    try: resolve(path); print("found", path)
    except Resolver404: print("404", path)
used = settings.TEMPLATES[0]["OPTIONS"]["context_processors"]
print(settings.DEMO, "demo" in settings.INSTALLED_APPS, "demo.bar.demo_bar" in used, settings.STAFF_SECOND_FACTOR)
print(sorted(settings.ACCOUNT_LOGIN_BY_CODE_REQUIRED), settings.EMAIL_BACKEND.startswith("demo."))
"""


def test_production_has_no_demo(tmp_path: Path) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    env = {
        **kept,
        **PRODUCTION,
        "DATABASE_URL": f"sqlite:///{tmp_path}/db",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", PROBE], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines() == [
        "404 /demo/role/",
        "404 /demo/clock/",
        "404 /demo/mailbox/",
        "False False False True",
        "['password'] False",
    ]


def test_demo_refuses_to_be_installed_elsewhere(settings: object) -> None:
    from django.apps import apps
    from django.core.exceptions import ImproperlyConfigured

    settings.DEMO = False  # type: ignore[attr-defined]

    with pytest.raises(ImproperlyConfigured):
        apps.get_app_config("demo").ready()
