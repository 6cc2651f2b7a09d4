"""Opening a dispute: one question a page, saved at every step, never lost, sent once."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from core import clock
from disputes.models import Dispute, DisputeDraft, DraftFile
from disputes.states import STEPS
from evidence.models import EvidenceFile
from notifications import rendering
from notifications.models import Notice
from orders.models import Order
from tests.disputes import factories as make
from tests.disputes.pages import client, send, text
from tests.orders import factories as orders

pytestmark = pytest.mark.django_db
STORY = "Сломано 😀 مكسور: the shade is cracked."


def page(order: Order, step: str) -> str:
    return reverse("disputes:question", args=[order.reference, step])


def photo(name: str = "crack.jpg") -> SimpleUploadedFile:
    held = io.BytesIO()
    Image.new("RGB", (80, 60), "#caa").save(held, "JPEG")
    return SimpleUploadedFile(name, held.getvalue(), "image/jpeg")


def answer_all(browser: Client, order: Order) -> None:
    send(browser, page(order, "received"), received="yes")
    send(browser, page(order, "reason"), reason="damaged")
    send(browser, page(order, "story"), story=STORY, language="ru")
    send(browser, page(order, "wanted"), wanted="refund", amount="60", postage_payer="seller")
    send(browser, page(order, "evidence"))


def test_questionnaire_leads_from_page_to_page_and_opens_the_dispute(frozen: datetime) -> None:
    order, alice = orders.delivered(), client("Alice")
    urls = []

    urls.append(alice.get(reverse("disputes:file", args=[order.reference])).url)
    urls.append(send(alice, page(order, "received"), received="yes").url)
    urls.append(send(alice, page(order, "reason"), reason="damaged").url)
    urls.append(send(alice, page(order, "story"), story=STORY, language="ru").url)
    urls.append(send(alice, page(order, "wanted"), wanted="refund", amount="60").url)
    urls.append(send(alice, page(order, "evidence")).url)
    sent = send(alice, page(order, "check"))

    dispute = Dispute.objects.get()
    assert urls == [page(order, step) for step in STEPS]
    assert sent.url == reverse("disputes:dispute", args=[dispute.reference])
    assert (dispute.reason, dispute.story, dispute.story_language, dispute.amount_asked) == (
        "damaged",
        STORY,
        "ru",
        Decimal(60),
    )
    assert not DisputeDraft.objects.exists()


def test_answers_so_far_stand_beside_every_page_and_the_way_back_works(frozen: datetime) -> None:
    order, alice = orders.delivered(), client("Alice")
    answer_all(alice, order)

    shown = text(alice.get(page(order, "check")))
    back = alice.get(page(order, "story")).content.decode()

    for words in (
        "Damaged",
        STORY,
        "Money back: €60.00",
        "None. You can still add some after sending.",
    ):
        assert words in shown
    assert f'href="{page(order, "reason")}"' in back
    assert STORY in back


def test_released_money_is_not_said_to_be_held(frozen: datetime) -> None:
    held, released, alice = orders.delivered(), orders.completed(), client("Alice")
    for order in (held, released):
        answer_all(alice, order)
    taken_back = "The money was already released to the seller; a refund would be taken back"

    kept, gone = (text(alice.get(page(order, "check"))) for order in (held, released))
    sent = text(alice.get(send(alice, page(released, "check")).url))

    assert "the seller gets nothing" in kept
    assert taken_back not in kept
    for shown in (gone, sent):
        assert taken_back in shown
        assert "seller gets nothing" not in shown
        assert "money is held" not in shown
    mail = " ".join(rendering.render(Notice.objects.get(kind="dispute_opened_buyer")).lines)
    assert "You asked for €60.00." in mail
    assert "We hold" not in mail


def test_button_of_the_files_says_continue_with_and_without_files(frozen: datetime) -> None:
    order, alice = orders.delivered(), client("Alice")
    make.draft(order)

    shown = text(alice.get(page(order, "evidence")))

    assert "Continue You can also go on without files" in shown


def test_page_ahead_of_the_answers_leads_to_the_first_missing_one(frozen: datetime) -> None:
    order, alice = orders.delivered(), client("Alice")

    assert alice.get(page(order, "check")).url == page(order, "received")
    send(alice, page(order, "received"), received="no")
    assert alice.get(page(order, "wanted")).url == page(order, "reason")


def test_start_goes_where_the_buyer_left_it(frozen: datetime) -> None:
    order, alice = orders.delivered(), client("Alice")
    send(alice, page(order, "received"), received="yes")

    assert alice.get(reverse("disputes:file", args=[order.reference])).url == page(order, "reason")


def test_amount_that_was_refused_is_not_sent_as_another_one(frozen: datetime) -> None:
    order, alice = orders.delivered(), client("Alice")
    answer_all(alice, order)
    form = {"wanted": "refund", "amount": "1.500", "postage_payer": "seller"}
    ambiguous = "“1.500” can be read in two ways: write it without a thousands separator."

    refused = send(alice, page(order, "wanted"), **form)
    sent = send(alice, page(order, "check"))
    shown = alice.get(sent.url)

    assert (refused.status_code, sent.url) == (422, page(order, "wanted"))
    assert ambiguous in text(refused)
    assert ambiguous in text(shown)
    assert 'value="1.500"' in shown.content.decode()
    assert not Dispute.objects.exists()


def test_text_that_no_draft_can_hold_is_refused_in_words(frozen: datetime) -> None:
    order, alice = orders.delivered(), client("Alice")
    make.draft(order)

    answer = send(alice, page(order, "story"), story="\u2063" * 39_000)

    assert answer.status_code == 422
    assert DisputeDraft.objects.get().answers["story"] == make.ANSWERS["story"]


@pytest.mark.parametrize(
    ("step", "fields", "words"),
    [
        ("received", {}, "Choose yes or no."),
        ("reason", {"reason": "no_tracking"}, "Select a valid choice"),
        ("reason", {"reason": "\x00"}, "Select a valid choice"),
        ("story", {"story": "\x00 \u200b"}, "Say in your own words what happened."),
        ("story", {"story": "😀" * 2_001}, "1 character too long; 2000 are allowed"),
        ("wanted", {"wanted": "refund", "amount": "0"}, "at least €0.01"),
        ("wanted", {"wanted": "refund", "amount": "-5"}, "cannot be negative"),
        ("wanted", {"wanted": "refund", "amount": "1e400"}, "Write the amount in digits"),
        ("wanted", {"wanted": "refund", "amount": "NaN"}, "Write the amount in digits"),
        ("wanted", {"wanted": "refund", "amount": "0.12345"}, "at most 2 decimal places"),
        ("wanted", {"wanted": "refund", "amount": "100.01"}, "At most €100.00"),
        ("wanted", {"wanted": "everything", "amount": "5"}, "Select a valid choice"),
    ],
)
def test_wrong_answer_is_said_at_its_field_and_kept(
    frozen: datetime, step: str, fields: dict[str, str], words: str
) -> None:
    order, alice = orders.delivered(), client("Alice")
    answers = {key: make.ANSWERS[key] for key in ("received", "reason", "story") if key != step}
    make.draft(order).answers = answers
    DisputeDraft.objects.update(answers=answers)

    answer = send(alice, page(order, step), **fields)

    assert answer.status_code == 422
    assert words in text(answer)
    assert not Dispute.objects.exists()
    if len(fields.get("story", "")) > 10:
        assert DisputeDraft.objects.get().answers["story"] == fields["story"]


def test_ten_megabytes_of_story_are_refused(frozen: datetime) -> None:
    order, alice = orders.delivered(), client("Alice")
    make.draft(order)

    assert send(alice, page(order, "story"), story="x" * 10_000_000).status_code == 400
    assert DisputeDraft.objects.get().answers["story"] == make.ANSWERS["story"]


def test_autosave_keeps_the_text_without_leaving_the_page(frozen: datetime) -> None:
    order, alice = orders.delivered(), client("Alice")
    make.draft(order)

    answer = alice.post(
        page(order, "story"),
        {"story": "Half a sent", "language": "en"},
        HTTP_ACCEPT="application/json",
    )

    draft = DisputeDraft.objects.get()
    assert answer.json() == {"version": draft.saved_at.isoformat(), "time": "12:00"}
    assert draft.answers["story"] == "Half a sent"


def test_signed_out_in_mid_questionnaire_keeps_the_story(frozen: datetime) -> None:
    order, browser = orders.delivered(), Client()
    make.draft(order, story="Before")

    away = send(browser, page(order, "story"), story=STORY, language="ru")
    browser.force_login(orders.user("Alice"), "django.contrib.auth.backends.ModelBackend")
    back = browser.get(page(order, "story"))

    assert away.url == f"/account/login/?next={page(order, 'story')}"
    assert STORY in back.content.decode()
    assert "You were signed out while you wrote." in text(back)
    assert DisputeDraft.objects.get().answers["story"] == "Before"


def test_coupon_part_is_said_not_to_come_back(frozen: datetime) -> None:
    order, alice = orders.delivered(card="90", coupon="10"), client("Alice")
    make.draft(order)

    shown = text(alice.get(page(order, "wanted")))

    assert "€10.00 of the price was paid by coupon." in shown
    assert "At most €90.00 can come back on this order." in shown


def test_no_return_is_offered_where_nothing_arrived(frozen: datetime) -> None:
    order, alice = orders.shipped(), client("Alice")
    make.draft(order, received=False, reason="no_tracking")

    shown = alice.get(page(order, "wanted")).content.decode()

    assert "return_refund" not in shown
    assert "postage_payer" not in shown


def test_not_eligible_says_why_and_from_when(frozen: datetime) -> None:
    order, alice = orders.paid(), client("Alice")

    shown = text(alice.get(reverse("disputes:file", args=[order.reference])))

    assert "This order has not been sent yet" in shown
    assert "You can open one from Thursday 12 March 2026, 12:00 , Universal time." in shown


def test_protection_that_ended_is_said_with_its_end(frozen: datetime) -> None:
    order, alice = orders.delivered(), client("Alice")

    with clock.freeze(frozen + timedelta(days=15)):
        shown = text(alice.get(page(order, "received")))
        sent = send(alice, page(order, "received"), received="yes")

    assert "It ended on Tuesday 17 March 2026, 12:00" in shown
    assert sent.status_code == 409
    assert not DisputeDraft.objects.exists()


def test_order_in_dispute_leads_to_its_dispute(frozen: datetime) -> None:
    dispute = make.opened()

    answer = client("Alice").get(page(dispute.order, "received"))

    assert answer.url == reverse("disputes:dispute", args=[dispute.reference])


def test_other_peoples_orders_do_not_exist(frozen: datetime) -> None:
    order = orders.delivered()

    for name in ("Eve", "Bob"):
        for url in (
            reverse("disputes:file", args=[order.reference]),
            page(order, "received"),
            page(order, "check"),
        ):
            assert client(name).get(url).status_code == 404
    assert client("Alice").get(page(order, "nowhere")).status_code == 404


def test_sent_twenty_times_opens_one_dispute(frozen: datetime) -> None:
    order, alice = orders.delivered(), client("Alice")
    answer_all(alice, order)

    answers = [
        send(alice, page(order, "check"), form_key=key)
        for key in ["k"] * 3 + [uuid4().hex for _n in range(3)]
    ]

    assert Dispute.objects.count() == 1
    assert {answer.url for answer in answers} == {
        reverse("disputes:dispute", args=[Dispute.objects.get().reference])
    }


def test_answer_that_no_longer_fits_leads_to_its_page(frozen: datetime) -> None:
    order, alice = orders.delivered(), client("Alice")
    make.draft(order, amount="100.01")

    answer = send(alice, page(order, "check"))

    assert answer.url == page(order, "wanted")
    assert "At most €100.00" in text(alice.get(answer.url))


def test_files_are_taken_captioned_and_removed_without_a_script(frozen: datetime) -> None:
    order, alice = orders.delivered(), client("Alice")
    make.draft(order)
    add = reverse("disputes:add_files", args=[order.reference])

    answer = send(
        alice,
        add,
        files=[photo("crack.jpg"), photo("box.jpg"), SimpleUploadedFile("empty.jpg", b"")],
    )
    first, second = EvidenceFile.objects.order_by("pk")
    shown = text(alice.get(answer.url))
    removed = send(alice, reverse("disputes:remove_file", args=[order.reference, second.handle]))
    send(alice, page(order, "evidence"), **{f"caption-{first.handle}": "The \x00crack"})

    assert (answer.url, removed.url) == (page(order, "evidence"),) * 2
    assert "2 files were added and are being checked." in shown
    assert "empty.jpg: This file is empty." in shown
    assert [(row.file.original_name, row.caption) for row in DraftFile.objects.all()] == [
        ("crack.jpg", "The crack")
    ]
    second.refresh_from_db()
    assert second.state == "erased"


def test_files_answer_a_script_with_a_row_or_a_sentence(frozen: datetime) -> None:
    order, alice = orders.delivered(), client("Alice")
    make.draft(order)
    add, ask = (
        reverse("disputes:add_files", args=[order.reference]),
        {"headers": {"accept": "application/json"}},
    )

    good = alice.post(add, {"files": [photo()], "form_key": "k1"}, **ask)
    again = alice.post(add, {"files": [photo()], "form_key": "k1"}, **ask)
    bad = alice.post(
        add, {"files": [SimpleUploadedFile("empty.jpg", b"")], "form_key": "k2"}, **ask
    )
    none = alice.post(add, {"form_key": "k3"}, **ask)

    assert (good.json()["ok"], again.json()["ok"], bad.json()["ok"], none.json()["ok"]) == (
        True,
        True,
        False,
        False,
    )
    assert "crack.jpg" in good.json()["html"]
    assert "This file is empty." in bad.json()["error"]
    assert EvidenceFile.objects.count() == 1


def test_more_files_than_the_policy_allows_are_refused(frozen: datetime) -> None:
    order, alice = orders.delivered(), client("Alice")
    make.draft(order)

    answer = send(
        alice,
        reverse("disputes:add_files", args=[order.reference]),
        files=[photo(f"{n}.jpg") for n in range(21)],
    )

    assert "more than the number of files" in text(alice.get(answer.url))
    assert not EvidenceFile.objects.exists()


def test_files_that_are_being_checked_are_asked_for_again(frozen: datetime) -> None:
    order, alice = orders.delivered(), client("Alice")
    draft = make.draft(order)
    file = make.file(order.buyer_id, order.reference, "dispute_draft")
    DraftFile.objects.create(draft=draft, file=file, added_at=frozen)
    url = reverse("disputes:files", args=[order.reference])

    shown = alice.get(page(order, "evidence")).content.decode()
    script = {"headers": {"x-requested-with": "XMLHttpRequest"}}
    done = alice.get(url, **script).content.decode()
    EvidenceFile.objects.update(state="quarantined", quarantine_name="q/x", clean_name="")
    waiting = alice.get(url, **script).content.decode()

    assert f'data-refresh="{url}"' in shown
    assert f'data-state="clean" id="file-{file.handle}"' in done
    assert f'data-state="quarantined" id="file-{file.handle}"' in waiting


def test_draft_is_thrown_away_only_on_request(frozen: datetime) -> None:
    order, alice = orders.delivered(), client("Alice")
    make.draft(order)
    url = reverse("disputes:drop_draft", args=[order.reference])

    assert "Nothing was sent" in text(alice.get(url))
    assert DisputeDraft.objects.exists()
    send(alice, url)
    assert not DisputeDraft.objects.exists()


def test_page_of_files_takes_a_fixed_number_of_queries(frozen: datetime) -> None:
    order, alice = orders.delivered(), client("Alice")
    draft = make.draft(order)

    def add(count: int) -> None:
        for _n in range(count):
            file = make.file(order.buyer_id, order.reference, "dispute_draft")
            DraftFile.objects.create(draft=draft, file=file, added_at=frozen)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert alice.get(page(order, "evidence")).status_code == 200
        return len(seen)

    add(1)
    alice.get(page(order, "evidence"))
    few = queries()
    add(29)

    assert queries() == few
