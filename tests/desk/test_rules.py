"""The policy page says what numbers mean and which do not go together; the calendar's days have names."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import second_factor
from accounts.models import User
from core import services
from core.models import ClosingDay, Event, PolicyVersion, Storefront
from core.templatetags import timewords
from tests.disputes import factories as make
from tests.disputes.pages import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch, frozen: Any) -> Client:
    monkeypatch.setattr(second_factor, "is_done", lambda request: True)
    client = Client()
    client.force_login(User.objects.get(pk=make.root().person_id))
    return client


def typed(client: Client, **values: str) -> dict[str, Any]:
    form = client.get(reverse("desk:policy")).context["form"]
    return {name: form[name].value() for name in form.fields} | {"note": "Asked for."} | values


def test_the_preview_says_what_the_new_numbers_come_to(root: Client) -> None:
    new = typed(root, seller_answer_days="3", evidence_max_file_bytes="104857600")
    page = text(root.post(reverse("desk:policy"), new))
    assert (
        "A clock that starts now would end on Thursday 5 March 2026, 12:00, not on Wednesday 4 March 2026, 12:00."
        in page
    )
    assert "50.0 MB → 100.0 MB" in page
    new = typed(root, card_refund_working_days="16")
    page = text(root.post(reverse("desk:policy"), new))
    assert "would end on 24 March 2026, not on 23 March 2026." in page


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"negotiation_days": "2"}, "negotiation_days"),
        ({"decision_days": "3"}, "decision_days"),
        ({"return_confirm_days": "31"}, "return_transit_days"),
        ({"complaint_days": "21"}, "complaint_review_working_days"),
        ({"complaint_review_working_days": "5"}, "complaint_review_working_days"),
        (
            {"photo_shrink_bytes": "2097152", "evidence_max_file_bytes": "1048576"},
            "photo_shrink_bytes",
        ),
        ({"card_gateway": "webhook"}, "card_gateway"),
    ],
)
def test_a_contradiction_is_refused_before_any_preview(
    root: Client, values: dict[str, str], field: str
) -> None:
    answer = root.post(reverse("desk:policy"), typed(root, **values))
    assert (answer.status_code, answer.context["preview"]) == (422, None)
    assert list(answer.context["form"].errors) == [field]
    assert PolicyVersion.objects.count() == 1


def test_a_version_bears_the_time_of_the_clock(root: Client, frozen: datetime) -> None:
    root.post(reverse("desk:policy"), typed(root, seller_answer_days="3") | {"confirm": "1"})
    assert list(PolicyVersion.objects.values_list("created_at", flat=True)) == [frozen, frozen]


def test_a_closing_day_is_named_renamed_and_taken_out_each_with_an_event(root: Client) -> None:
    root.post(reverse("desk:closing-day"), {"date": "2026-03-04", "name": "Stocktaking"})
    day = ClosingDay.objects.get()
    address = reverse("desk:change-closing-day", args=[day.pk])
    root.post(address, {"name": "Move to the new house"})
    assert "Write why the day is closed." in text(root.post(address, {"name": " "}, follow=True))
    day.refresh_from_db()
    assert day.name == "Move to the new house"
    root.post(address, {"do": "remove"})
    assert "has taken this day out already" in text(
        root.post(address, {"do": "remove"}, follow=True)
    )
    assert not ClosingDay.objects.exists()
    events = Event.objects.filter(subject="policy:main").order_by("seq")
    assert [(e.name, e.data) for e in events] == [
        ("closing_day_added", {"date": "2026-03-04", "name": "Stocktaking"}),
        ("closing_day_renamed", {"date": "2026-03-04", "name": ["Stocktaking", "Move to the new house"]}),
        ("closing_day_removed", {"date": "2026-03-04", "name": "Move to the new house"}),
    ]  # fmt: skip


def test_a_day_that_is_closed_already_keeps_its_name_and_says_so(root: Client) -> None:
    typed_day = {"date": "2026-03-04", "name": "Stocktaking"}
    root.post(reverse("desk:closing-day"), typed_day)
    page = text(root.post(reverse("desk:closing-day"), typed_day | {"name": "Fair"}, follow=True))
    assert "This day is closed already" in page
    assert ClosingDay.objects.get().name == "Stocktaking"


def test_why_this_date_names_the_closing_day(frozen: datetime) -> None:
    front = Storefront.default()
    services.add_closing_day(
        storefront_id=front.pk, day=date(2026, 3, 4), name="Stocktaking", actor=make.root()
    )
    span = front.calendar().add_working_days(frozen, 2)
    assert span.due == datetime(2026, 3, 6, tzinfo=UTC)
    lines = timewords.explain({"steps": span.steps})
    assert lines[0].notes == ("Not counted: Wed 4 March (Stocktaking)",)


def test_a_storefront_is_edited_with_an_event_and_shows_its_days_off(root: Client) -> None:
    address = reverse("desk:storefront")
    good = {"name": "Bells & Co", "countries": "de, pl ,DE", "zone": "Europe/Berlin"}
    page = text(root.post(address, good, follow=True))
    front = Storefront.objects.get()
    assert (front.name, front.countries, front.zone) == (
        "Bells & Co",
        ["DE", "PL"],
        "Europe/Berlin",
    )
    assert "6 April 2026 Easter Monday" in page
    event = Event.objects.get(subject="storefront:main")
    assert (event.name, event.data["changed"]["countries"]) == (
        "storefront_changed",
        [[], ["DE", "PL"]],
    )
    root.post(address, good)
    assert Event.objects.filter(subject="storefront:main").count() == 1, "nothing changed"
    for wrong in (
        {"countries": "XX"},
        {"countries": "Germany"},
        {"zone": "Mars/Base"},
        {"name": ""},
    ):
        assert root.post(address, good | wrong).status_code == 422
    assert Storefront.objects.get().countries == ["DE", "PL"]
