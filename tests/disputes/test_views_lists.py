"""The seller's inbox, the buyer's list, evidence and its viewer."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from disputes.models import EvidenceItem
from tests.disputes import factories as make
from tests.disputes.pages import address, client, send, text
from tests.disputes.test_views_filing import photo

pytestmark = pytest.mark.django_db


def references(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r"DSP-[0-9A-Z]+", page)))


def test_inbox_shows_what_runs_out_first_on_top(frozen: datetime) -> None:
    late = make.opened()
    with clock.freeze(frozen + timedelta(hours=5)):
        later = make.opened()
        shown = client("Bob").get(reverse("disputes:inbox")).content.decode()

    assert references(shown) == [late.reference, later.reference]
    assert "Accept €60.00" in shown
    assert address(late, "reject") in shown


def test_inbox_tabs_count_and_hold_each_dispute_once(frozen: datetime) -> None:
    made = {state: factory() for state, factory in make.IN_STATE.items() if state != "closed"}
    bob, seen = client("Bob"), []

    for tab, count in (("mine", 3), ("others", 7), ("ended", 2)):
        page = bob.get(reverse("disputes:inbox"), {"show": tab}).content.decode()
        seen += references(page)
        assert re.search(
            rf'show={tab}" aria-current="page">[^<]+<span class="count">{count}</span>', page
        )

    assert sorted(seen) == sorted(d.reference for d in made.values())


def test_inbox_ignores_a_tab_that_does_not_exist() -> None:
    make.opened()

    assert (
        client("Bob").get(reverse("disputes:inbox"), {"show": "'; --", "page": "x"}).status_code
        == 200
    )


def test_lists_are_empty_for_a_stranger() -> None:
    make.opened()
    eve = client("Eve")

    for name in ("list", "inbox"):
        shown = eve.get(reverse(f"disputes:{name}"))
        assert references(shown.content.decode()) == []
        assert "Nothing needs you" in text(shown)


def test_inbox_takes_a_fixed_number_of_queries(frozen: datetime) -> None:
    bob = client("Bob")

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert bob.get(reverse("disputes:inbox"), {"show": "mine"}).status_code == 200
        return len(seen)

    make.opened()
    bob.get(reverse("disputes:inbox"))
    few = queries()
    for _n in range(29):
        make.opened()

    assert queries() == few


def test_evidence_is_added_numbered_and_seen_by_both_once_checked(frozen: datetime) -> None:
    dispute = make.opened()

    answer = send(
        client("Bob"), address(dispute, "add_evidence"), files=[photo()], caption="How it left"
    )
    item = EvidenceItem.objects.get()
    waiting = client("Bob").get(address(dispute, "evidence_grid")).content.decode()
    unseen = client("Alice").get(address(dispute, "evidence_grid")).content.decode()

    assert answer.url == address(dispute, "add_evidence")
    assert (item.label, item.party, item.caption) == ("E1", "seller", "How it left")
    assert "data-poll" in waiting
    assert "E1" not in unseen


def test_same_upload_twice_is_taken_once(frozen: datetime) -> None:
    dispute, bob, key = make.opened(), client("Bob"), uuid4().hex

    for _time in range(2):
        bob.post(address(dispute, "add_evidence"), {"files": [photo()], "form_key": key})

    assert EvidenceItem.objects.count() == 1


def test_refused_file_is_named_and_the_others_are_taken(frozen: datetime) -> None:
    dispute, alice = make.opened(), client("Alice")

    send(
        alice,
        address(dispute, "add_evidence"),
        files=[photo("good.jpg"), SimpleUploadedFile("bad.jpg", b"")],
    )

    shown = text(alice.get(address(dispute, "add_evidence")))
    assert "bad.jpg: This file is empty." in shown
    assert "good.jpg" in shown


def test_nothing_is_added_to_a_dispute_that_has_ended(frozen: datetime) -> None:
    dispute, alice = make.resolved(), client("Alice")

    send(alice, address(dispute, "add_evidence"), files=[photo()])

    assert alice.get(address(dispute, "add_evidence")).url == address(dispute)
    assert not EvidenceItem.objects.exists()


def test_viewer_shows_the_wanted_picture_first_and_all_others(frozen: datetime) -> None:
    dispute = make.opened()
    make.evidence(dispute, caption="crack")
    make.evidence(dispute, make.seller(dispute), caption="packed")

    page = client("Bob").get(address(dispute, "evidence", 2)).content.decode()

    assert "<title>E2: packed" in page
    assert re.findall(r'aria-label="(E\d)"', page) == ["E2", "E1"]
    assert re.findall(r'data-film data-number="(E\d)"', page) == ["E1", "E2"]
    assert "<span data-who>Added by you</span>" in page
    assert "2 of 2" in page
    assert 'data-panes="1"' in page
    assert client("Bob").get(address(dispute, "evidence", 3)).status_code == 404
    assert client("Eve").get(address(dispute, "evidence", 1)).status_code == 404


def test_viewer_shows_the_two_that_were_chosen(frozen: datetime) -> None:
    dispute = make.opened()
    for caption in ("crack", "box", "label"):
        make.evidence(dispute, caption=caption)
    ref, bob = address(dispute, "evidence", 3), client("Bob")

    page = bob.get(f"{ref}?with=E1").content.decode()
    other = bob.get(f"{ref}?with=E9").content.decode()

    assert re.findall(r'aria-label="(E\d)"', page) == ["E3", "E1"]
    assert 'data-panes="2"' in page
    assert f'href="{address(dispute, "evidence", 2)}?with=E1"' in page
    assert f'rel="next" href="{address(dispute, "evidence", 1)}?with=E1"' in page
    assert 'data-panes="1"' in other


def test_upload_that_failed_may_come_again_with_its_key(frozen: datetime) -> None:
    dispute, bob, key = make.opened(), client("Bob"), uuid4().hex
    url, ask = address(dispute, "add_evidence"), {"headers": {"accept": "application/json"}}

    empty = bob.post(url, {"files": [SimpleUploadedFile("x.jpg", b"")], "form_key": key}, **ask)
    whole = bob.post(url, {"files": [photo()], "form_key": key}, **ask)

    assert (empty.json()["ok"], whole.json()["ok"]) == (False, True)
    assert EvidenceItem.objects.count() == 1


def test_upload_that_is_on_its_way_is_not_called_stored(frozen: datetime) -> None:
    from django.utils import timezone

    from core.models import DoneOnce

    dispute, bob, key = make.opened(), client("Bob"), uuid4().hex
    url, ask = address(dispute, "add_evidence"), {"headers": {"accept": "application/json"}}
    scope = f"{dispute.seller_id}:{url}"
    DoneOnce.objects.create(scope=scope, key=key, result="busy")

    busy = bob.post(url, {"files": [photo()], "form_key": key}, **ask)
    plain = text(bob.get(bob.post(url, {"files": [photo()], "form_key": key}).url))
    DoneOnce.objects.update(created_at=timezone.now() - timedelta(minutes=3))
    after = bob.post(url, {"files": [photo()], "form_key": key}, **ask)

    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "3")
    assert "These files are still arriving." in plain
    assert after.json()["ok"]
    assert EvidenceItem.objects.count() == 1
