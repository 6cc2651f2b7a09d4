"""Role × address: what every role gets at every address. A new address fails here until its row is decided.

The world: Alice bought two bells from Bob. On the first stands a dispute that Carol mediates, with one piece
of evidence from Alice; on the second Alice may open one. On a third Carol has decided, both complained, and nobody
has drawn it yet. A coupon is promised to Alice. Eve is a stranger, Dan a mediator who has nothing to do with the
case, Root an admin, Rita a reviewer, Lea a lead, Sam an agent. Rows read: visitor, Eve, Alice, Bob, Carol, Dan, Root,
Rita, Lea, Sam. A path that ends in ` POST` is asked by
POST with an empty form; the rest by GET. Nothing that a request does is kept.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts import second_factor
from accounts.models import User
from core.actors import StaffRole
from evidence import storage
from evidence.models import EvidenceFile
from tests.appeals import factories as complaints
from tests.architecture.addresses import FOREIGN, TABLE
from tests.coupons import factories as coupons
from tests.disputes import factories as make
from tests.orders import factories as orders

ROLES = ("visitor", "eve", "alice", "bob", "carol", "dan", "root", "rita", "lea", "sam")


def patterns(resolver: Any, prefix: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """Every named address of the project with its pattern."""
    for part in resolver.url_patterns:
        path = prefix + str(part.pattern)
        if isinstance(part, URLResolver):
            inner = f"{space}{part.namespace}:" if part.namespace else space
            yield from patterns(part, path, inner)
        elif isinstance(part, URLPattern):
            yield f"{space}{part.name or ''}", path


def ours() -> dict[str, str]:
    known = dict(patterns(get_resolver()))
    return {
        name: path
        for name, path in known.items()
        if not name.startswith(FOREIGN) and not name.endswith(":")
    }


class World:
    """The people and things that the table speaks of."""

    def __init__(self) -> None:
        self.dispute = make.in_mediation()
        self.number = make.evidence(self.dispute)
        self._store(b"a picture of a bell")
        self.second = orders.delivered()
        self.compensation = coupons.compensation()
        self.complaint = complaints.joined()
        make.dan()
        make.root()
        make.eve()
        complaints.lea()
        make.staff("Sam", StaffRole.AGENT)
        names = ("Eve", "Alice", "Bob", "Carol", "Dan", "Root", "Rita", "Lea", "Sam")
        self.people = {name.lower(): User.objects.get(name=name) for name in names}
        self.clients: dict[str, Client] = {"visitor": Client()}
        for name, user in self.people.items():
            self.clients[name] = Client(raise_request_exception=False)
            self.clients[name].force_login(user)
        self.cookies = {name: client.cookies.output() for name, client in self.clients.items()}

    def _store(self, body: bytes) -> None:
        """Give the evidence a file that is really there."""
        name = storage.files().save("clean/bell.jpg", ContentFile(body))
        facts = {"clean_name": name, "size": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        EvidenceFile.objects.update(**facts)

    def address(self, name: str, path: str) -> str:
        """The pattern with this world's references filled in."""
        order = self.second.reference
        values: dict[str, Any] = {
            "number": self.number, "handle": self.dispute.evidence.get().file.handle, "pk": 1, "step": "reason",
            "table": "disputes.disputedeadline", "kind": "lamp", "hue": 30, "refund": "RFD-000000",
            "slug": "refunds",
        }  # fmt: skip
        about_order = name.startswith("orders:") or path.startswith("disputes/new/")
        values["reference"] = order if about_order else self.dispute.reference
        if name.startswith("coupons:"):
            values["reference"] = self.compensation.reference
        if name == "desk:revoke-coupon":
            values["reference"] = self.compensation.coupons.get().reference
        if name.startswith(("appeals:", "reviews:")) and name != "appeals:complain":
            values["reference"] = self.complaint.reference
        wanted = re.findall(r"<(?:\w+:)?(\w+)>", path)
        return reverse(name, kwargs={key: values[key] for key in wanted})

    def asks(self, role: str, name: str, path: str, method: str) -> int:
        self.clients[role].cookies = SimpleCookie(self.cookies[role].replace("Set-Cookie: ", ""))
        with transaction.atomic():
            answer = getattr(self.clients[role], method)(self.address(name, path))
            if answer.streaming:
                list(answer.streaming_content)
            transaction.set_rollback(True)
        return int(answer.status_code)


@pytest.fixture
def world(frozen: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(second_factor, "is_done", lambda request: True)
    return World()


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    rows = {key.removesuffix(" POST") for key in TABLE}
    assert rows == set(ours())


@pytest.mark.django_db
@pytest.mark.parametrize("part", range(3))
def test_every_role_gets_what_the_table_says(world: World, part: int) -> None:
    addresses, wrong = ours(), []
    for key in sorted(TABLE)[part::3]:
        name, method = key.removesuffix(" POST"), "post" if key.endswith(" POST") else "get"
        got = tuple(world.asks(role, name, addresses[name], method) for role in ROLES)
        if got != TABLE[key]:
            wrong.append(
                f"{key}: {dict(zip(ROLES, got, strict=True))}, the table says {TABLE[key]}"
            )
    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_an_address_that_only_takes_posts_refuses_the_rest(world: World) -> None:
    addresses = ours()
    names = [key.removesuffix(" POST") for key in TABLE if key.endswith(" POST")]
    only = [name for name in names if name not in TABLE]
    wrong = {name: world.asks("root", name, addresses[name], "get") for name in only}
    assert {name: code for name, code in wrong.items() if code not in {405, 404}} == {}


def test_the_demo_is_not_installed_where_nobody_asked_for_it() -> None:
    assert settings.DEMO, (
        "the suite runs with the demo's settings, so that its addresses are in the table too"
    )
