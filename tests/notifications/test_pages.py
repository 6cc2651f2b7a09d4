"""The list of notices and the choice of mails."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from notifications import selectors
from notifications.models import Notice, Preference
from notifications.states import Group
from tests.notifications.factories import notice, person

pytestmark = pytest.mark.django_db


def test_people_read_their_own_notices_only(client: Client) -> None:
    alice, bob = person("Alice"), person("Bob")
    mine, other = notice(alice), notice(bob)
    client.force_login(alice)

    page = client.get("/notices/")

    assert page.status_code == 200
    assert mine.subject in page.content.decode()
    assert other.subject not in page.content.decode()
    assert page["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert client.post("/notices/read/", {"notice": other.pk}).status_code == 404


def test_opening_a_notice_marks_it_and_goes_to_its_page(client: Client) -> None:
    alice = person()
    row = notice(alice)
    client.force_login(alice)

    answer = client.post("/notices/read/", {"notice": row.pk, "open": "1"})

    row.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, "/disputes/x/")
    seen = row.read_at
    assert seen is not None
    assert client.post("/notices/read/", {"notice": row.pk})["Location"] == "/notices/"
    row.refresh_from_db()
    assert row.read_at == seen


def test_marking_all_leaves_what_came_since(client: Client) -> None:
    alice = person()
    old, newest = notice(alice), notice(alice)
    since, foreign = notice(alice), notice()
    client.force_login(alice)

    client.post("/notices/read-all/", {"notice": newest.pk})

    unread = Notice.objects.filter(read_at=None).order_by("pk")
    assert list(unread) == [since, foreign]
    assert selectors.unread_count(alice) == 1
    assert old.pk in selectors.notices_of(alice).exclude(read_at=None).values_list("pk", flat=True)


@pytest.mark.parametrize("value", ["", "x", "0", "-1", "9" * 30, "1\0"])
@pytest.mark.parametrize("address", ["/notices/read/", "/notices/read-all/"])
def test_nonsense_is_refused(client: Client, address: str, value: str) -> None:
    client.force_login(person())

    assert client.post(address, {"notice": value}).status_code == 400


@pytest.mark.parametrize("address", ["/notices/read/", "/notices/read-all/"])
def test_reading_changes_nothing_by_get(client: Client, address: str) -> None:
    client.force_login(person())

    assert client.get(address).status_code == 405


@pytest.mark.parametrize("address", ["/notices/", "/notices/preferences/"])
def test_visitors_are_asked_to_sign_in(client: Client, address: str) -> None:
    assert client.get(address)["Location"].endswith(f"?next={address}")


@pytest.mark.parametrize("address", ["/notices/", "/notices/?show=unread", "/notices/?page=zz"])
def test_the_list_asks_as_much_for_thirty_as_for_one(client: Client, address: str) -> None:
    alice = person()
    client.force_login(alice)
    asked = []

    for count in (1, 1, 28):  # the first page also writes the session
        for _ in range(count):
            notice(alice)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        asked.append(len(queries))

    assert asked[1] == asked[2] <= asked[0]


def test_preferences_are_shown_and_saved(client: Client) -> None:
    alice = person()
    client.force_login(alice)
    address = "/notices/preferences/"

    client.post(address, {"groups": [Group.DISPUTES, Group.REFUNDS]})
    off = Preference.objects.filter(user=alice).order_by("group").values_list("group", flat=True)
    assert list(off) == ["coupons", "messages", "orders", "reminders"]
    assert client.get(address).context["form"].initial["groups"] == ["disputes", "refunds", "staff"]

    assert client.post(address, {"groups": [Group.STAFF]}).status_code == 200

    client.post(address, {"groups": [group for group in Group.values if group != Group.STAFF]})
    assert not Preference.objects.exists()
    assert client.post(address, {"groups": ["all"]}).status_code == 200


def test_unread_are_counted_to_a_hundred(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    alice = person()
    for _ in range(3):
        notice(alice)

    with django_assert_num_queries(1):
        assert selectors.unread_count(alice) == 3
