"""The demo beside orders of the operator's own: in either order both are there, once."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import RoleGrant, User
from core.models import Storefront
from demo.accounts import BY_KEY, FACES
from orders.models import Order, Store
from tests.orders.olist_files import Folder

pytestmark = pytest.mark.django_db


def said(command: str, *words: str) -> str:
    out = StringIO()
    call_command(command, *words, stdout=out)
    return out.getvalue().strip().splitlines()[-1]


def counted() -> tuple[int, int, int, int]:
    return tuple(model._default_manager.count() for model in (User, Order, Store, RoleGrant))  # type: ignore[return-value]


def test_a_demo_on_imported_orders_brings_the_people_who_can_be_slipped_into(
    settings: Any, tmp_path: Path, client: Client
) -> None:
    settings.VAR = tmp_path
    folder = Folder(tmp_path / "in").order("1").write()
    said("import_orders", str(folder), "--format", "olist", "--as-of", "2018-08-30")
    front = Storefront.default()
    call_command("load_demo", verbosity=0, if_empty=True)
    before = counted()
    call_command("load_demo", verbosity=0, if_empty=True)
    again = json.loads(
        said("import_orders", str(folder), "--format", "olist", "--as-of", "2018-08-30")
    )
    assert (again["unchanged"], counted()) == (1, before)
    assert {face.email for face in FACES} < set(User.objects.values_list("email", flat=True))
    assert not EmailAddress.objects.filter(email__endswith="@import.invalid").exists()
    assert Storefront.default().name == front.name
    for key in BY_KEY:
        answer = client.post(reverse("demo:role"), {"who": key}, follow=True)
        assert (answer.status_code, answer.context["user"].email) == (200, BY_KEY[key].email)
    assert said("verify_audit").endswith("every link holds.")


@pytest.mark.slow
def test_orders_are_imported_into_a_demo(settings: Any, tmp_path: Path) -> None:
    settings.VAR = settings.REFUND_EXPORT_DIR = tmp_path
    call_command("load_demo", verbosity=0, without_pictures=True)
    people, orders, *_rest = counted()
    folder = Folder(tmp_path / "in").order("1").write()
    with pytest.raises(CommandError, match="never goes back"):
        said("import_orders", str(folder), "--format", "olist", "--as-of", "2018-08-30")
    for done in ("imported", "unchanged"):
        assert json.loads(said("import_orders", str(folder), "--format", "olist"))[done] == 1
    assert counted()[:2] == (people + 2, orders + 1)
    assert Order.objects.get(number="1").state == "completed"
    call_command("load_demo", verbosity=0, if_empty=True)
    assert counted()[:2] == (people + 2, orders + 1)
    assert said("verify_audit").endswith("every link holds.")
    assert json.loads(said("check_ledger"))["unbalanced"] == 0
