"""The page of a dispute: what each side reads in each state, and exactly the moves that are open."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from core import clock
from disputes import services
from disputes.models import Dispute
from disputes.states import DisputeState as S
from tests.disputes import factories as make
from tests.disputes.pages import address, client, text
from tests.orders import factories as orders

pytestmark = pytest.mark.django_db

SIDES = {"buyer": "Alice", "seller": "Bob"}
TURNS: dict[tuple[str, str], str] = {
    (S.AWAITING_SELLER, "buyer"): "other", (S.AWAITING_SELLER, "seller"): "you",
    (S.NEGOTIATING, "buyer"): "you", (S.NEGOTIATING, "seller"): "other",
    (S.AWAITING_RETURN, "buyer"): "you", (S.AWAITING_RETURN, "seller"): "other",
    (S.RETURN_IN_TRANSIT, "buyer"): "other", (S.RETURN_IN_TRANSIT, "seller"): "you",
    (S.AWAITING_REPLACEMENT, "buyer"): "other", (S.AWAITING_REPLACEMENT, "seller"): "you",
    (S.REPLACEMENT_IN_TRANSIT, "buyer"): "you", (S.REPLACEMENT_IN_TRANSIT, "seller"): "other",
    (S.ESCALATED, "buyer"): "other", (S.ESCALATED, "seller"): "other",
    (S.IN_MEDIATION, "buyer"): "other", (S.IN_MEDIATION, "seller"): "other",
    (S.DECIDED, "buyer"): "other", (S.DECIDED, "seller"): "other",
    (S.UNDER_COMPLAINT, "buyer"): "other", (S.UNDER_COMPLAINT, "seller"): "other",
    (S.RESOLVED, "buyer"): "done", (S.RESOLVED, "seller"): "done",
    (S.WITHDRAWN, "buyer"): "done", (S.WITHDRAWN, "seller"): "done",
    (S.CLOSED, "buyer"): "done", (S.CLOSED, "seller"): "done",
}  # fmt: skip
MOVES: dict[tuple[str, str], set[str]] = {
    (S.AWAITING_SELLER, "buyer"): {"add-evidence", "settle", "withdraw", "message"},
    (S.AWAITING_SELLER, "seller"): {"accept-request", "offer", "reject", "add-evidence", "message"},
    (S.NEGOTIATING, "buyer"): {"offer", "escalate", "add-evidence", "settle", "withdraw", "message"},
    (S.NEGOTIATING, "seller"): {"accept-offer", "offer", "escalate", "add-evidence", "message"},
    (S.AWAITING_RETURN, "buyer"): {"ship-return", "add-evidence", "withdraw", "message"},
    (S.AWAITING_RETURN, "seller"): {"add-evidence", "message"},
    (S.RETURN_IN_TRANSIT, "buyer"): {"add-evidence", "withdraw", "message"},
    (S.RETURN_IN_TRANSIT, "seller"): {"return-arrived", "confirm-return", "contest-return", "add-evidence", "message"},
    (S.AWAITING_REPLACEMENT, "buyer"): {"add-evidence", "withdraw", "message"},
    (S.AWAITING_REPLACEMENT, "seller"): {"ship-replacement", "add-evidence", "message"},
    (S.REPLACEMENT_IN_TRANSIT, "buyer"): {
        "replacement-arrived", "confirm-replacement", "contest-replacement", "add-evidence", "withdraw", "message",
    },
    (S.REPLACEMENT_IN_TRANSIT, "seller"): {"replacement-arrived", "add-evidence", "message"},
    (S.ESCALATED, "buyer"): {"add-evidence", "settle", "withdraw", "message"},
    (S.ESCALATED, "seller"): {"add-evidence", "message"},
    (S.IN_MEDIATION, "buyer"): {"add-evidence", "settle", "withdraw", "message"},
    (S.IN_MEDIATION, "seller"): {"add-evidence", "message"},
    (S.DECIDED, "buyer"): {"add-evidence", "message"},
    (S.UNDER_COMPLAINT, "buyer"): {"add-evidence", "message"},
    (S.UNDER_COMPLAINT, "seller"): {"add-evidence", "message"},
    (S.DECIDED, "seller"): {"add-evidence", "message"},
    (S.RESOLVED, "buyer"): set(), (S.RESOLVED, "seller"): set(),
    (S.WITHDRAWN, "buyer"): set(), (S.WITHDRAWN, "seller"): set(),
    (S.CLOSED, "buyer"): set(), (S.CLOSED, "seller"): set(),
}  # fmt: skip


def moves_on(page: str, dispute: Dispute) -> set[str]:
    """The moves to which the page leads, from its own addresses."""
    here = re.escape(address(dispute))
    found = set(re.findall(rf'(?:href|action)="{here}([a-z-]+(?:/add)?)/"', page))
    return {"add-evidence" if name == "evidence/add" else name for name in found} - {"evidence"}


@pytest.mark.parametrize("state", [str(state) for state in make.IN_STATE])
@pytest.mark.parametrize("side", SIDES)
def test_page_says_whose_turn_it_is_and_offers_exactly_the_open_moves(
    frozen: datetime, state: str, side: str
) -> None:
    dispute = make.IN_STATE[S(state)]()

    with clock.freeze(max(frozen, dispute.changed_at)):
        response = client(SIDES[side]).get(address(dispute))

    page = response.content.decode()
    assert response.status_code == 200
    assert f'data-turn="{TURNS[S(state), side]}" data-state="{state}"' in page
    assert moves_on(page, dispute) == MOVES[S(state), side]
    assert response.headers["Cache-Control"].count("no-store") == 1


def test_title_starts_with_what_matters(frozen: datetime) -> None:
    dispute = make.opened()

    seller = client("Bob").get(address(dispute)).content.decode()
    buyer = client("Alice").get(address(dispute)).content.decode()

    assert "<title>It is your turn: " in seller
    assert "<title>It is the seller’s turn: " in buyer


def test_both_sides_read_what_silence_costs(frozen: datetime) -> None:
    dispute = make.opened()

    assert "If you do nothing by then, €60.00 goes back to the buyer" in text(
        client("Bob").get(address(dispute))
    )
    assert "If the seller stays silent, you get the €60.00" in text(
        client("Alice").get(address(dispute))
    )


def test_clock_is_shown_in_the_readers_zone(frozen: datetime) -> None:
    dispute = make.opened()
    orders.user("Bob")
    type(orders.user("Bob")).objects.filter(name="Bob").update(zone="Asia/Tokyo")

    page = text(client("Bob").get(address(dispute)))

    assert "2 days left until Wednesday 4 March 2026, 21:00 , Tokyo time" in page
    assert "Why this date?" in page


def test_time_is_up_from_the_clock_even_where_no_worker_ran(frozen: datetime) -> None:
    dispute = make.opened()

    with clock.freeze(frozen + timedelta(days=2)):
        page = client("Bob").get(address(dispute)).content.decode()

    assert 'data-turn="overdue"' in page
    assert moves_on(page, dispute) == {"add-evidence", "message"}


def test_strangers_and_staff_get_nothing_from_the_parties_page() -> None:
    dispute = make.opened()
    make.carol()

    assert client("Eve").get(address(dispute)).status_code == 404
    assert client("Carol").get(address(dispute)).status_code == 404
    assert client("Alice").get("/disputes/DSP-000000/").status_code == 404


def test_reference_is_found_however_it_is_typed() -> None:
    dispute = make.opened()

    assert client("Alice").get(f"/disputes/{dispute.reference.lower()}/").status_code == 200


def test_story_cannot_run_in_the_page() -> None:
    dispute = make.opened(story="<script>alert(1)</script> & “more”")

    page = client("Bob").get(address(dispute)).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; “more”" in page


def test_message_that_asks_for_a_deal_outside_carries_a_caution_for_both() -> None:
    dispute = make.opened()
    services.send_message(
        dispute_id=dispute.pk,
        actor=make.seller(dispute),
        body="Please confirm receipt first, then I send the money to your bank account.",
    )

    for name in SIDES.values():
        assert "Be careful: this asks for a deal outside Recourse." in text(
            client(name).get(address(dispute))
        )


def test_decision_shows_statement_findings_and_its_last_day(frozen: datetime) -> None:
    dispute = make.decided()

    page = text(client("Alice").get(address(dispute)))

    assert "We find it damaged (E1)." in page
    assert "Proved. The product was damaged on arrival" in page
    assert "Final from Monday 9 March 2026, 12:00" in page
    assert "€40.00, and you keep it" in page


def test_what_was_agreed_carries_the_moment_of_the_acceptance(frozen: datetime) -> None:
    dispute = make.opened()
    with clock.freeze(frozen + timedelta(days=1, hours=2)):
        accepted = services.accept_request(dispute_id=dispute.pk, actor=make.seller(dispute))

    for name in SIDES.values():
        page = text(client(name).get(address(accepted)))
        assert "You both agreed on Tue 3 March, 14:00" in page


def test_refund_shows_its_steps_and_its_lateness(frozen: datetime) -> None:
    dispute = make.resolved()

    fresh = text(client("Alice").get(address(dispute)))
    with clock.freeze(frozen + timedelta(days=60)):
        late = text(client("Alice").get(address(dispute)))

    assert "to your card ending 4242" in fresh
    assert "Expected by" in fresh
    assert "This refund is late." not in fresh
    assert "This refund is late." in late


def test_calendar_file_holds_the_clock(frozen: datetime) -> None:
    dispute = make.opened()

    answer = client("Bob").get(address(dispute, "calendar"))

    lines = answer.content.decode().replace("\r\n ", "").split("\r\n")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "DTSTART:20260304T120000Z" in lines
    assert f"SUMMARY:Seller must answer: ⁨Bicycle bell⁩ ({dispute.reference})" in lines
    assert all(len(line.encode()) <= 75 for line in answer.content.decode().split("\r\n"))
    assert client("Eve").get(address(dispute, "calendar")).status_code == 404


def test_calendar_file_is_absent_without_a_clock() -> None:
    assert client("Bob").get(address(make.resolved(), "calendar")).status_code == 404
