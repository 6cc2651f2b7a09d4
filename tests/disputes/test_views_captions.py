"""What the files show, in the buyer's words: kept whatever else is pressed, never cut, never lost."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from disputes.models import DisputeDraft, DraftFile
from evidence.models import EvidenceFile
from tests.disputes import factories as make
from tests.disputes.pages import address, client, send, text
from tests.disputes.test_views_filing import page, photo
from tests.orders import factories as orders

pytestmark = pytest.mark.django_db
LONG = "y" * 201


def draft_with(*names: str) -> DisputeDraft:
    draft = make.draft(orders.delivered())
    for name in names:
        file = make.file(draft.buyer_id, draft.order.reference, "dispute_draft", original_name=name)
        DraftFile.objects.create(draft=draft, file=file, added_at=draft.saved_at)
    return draft


def handles() -> list[str]:
    return list(EvidenceFile.objects.order_by("pk").values_list("handle", flat=True))


def captions() -> dict[str, str]:
    return {row.file.original_name: row.caption for row in DraftFile.objects.select_related("file")}


def add(draft: DisputeDraft) -> str:
    return reverse("disputes:add_files", args=[draft.order.reference])


def remove(draft: DisputeDraft, handle: str) -> str:
    return reverse("disputes:remove_file", args=[draft.order.reference, handle])


def signed_in(browser: Client) -> None:
    browser.force_login(orders.user("Alice"), "django.contrib.auth.backends.ModelBackend")


def test_captions_are_kept_when_a_file_is_taken_out(frozen: datetime) -> None:
    draft = draft_with("crack.jpg", "box.jpg")
    first, second = handles()

    send(
        client("Alice"), remove(draft, second),
        **{f"caption-{first}": "The crack", f"caption-{second}": "The box"},
    )  # fmt: skip

    assert captions() == {"crack.jpg": "The crack"}


def test_captions_are_kept_when_more_files_are_sent(frozen: datetime) -> None:
    draft = draft_with("crack.jpg")

    answer = send(
        client("Alice"), add(draft), files=[photo("box.jpg")], **{f"caption-{handles()[0]}": "The crack"}
    )  # fmt: skip

    assert answer.url == page(draft.order, "evidence")
    assert captions() == {"crack.jpg": "The crack", "box.jpg": ""}


def test_files_chosen_and_not_yet_sent_go_with_the_button_that_leads_on(frozen: datetime) -> None:
    draft = draft_with("crack.jpg")

    answer = send(
        client("Alice"), page(draft.order, "evidence"), files=[photo("box.jpg")],
        **{f"caption-{handles()[0]}": "The crack"},
    )  # fmt: skip

    assert answer.url == page(draft.order, "check")
    assert captions() == {"crack.jpg": "The crack", "box.jpg": ""}


def test_file_that_is_not_taken_keeps_the_page(frozen: datetime) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    draft, alice = draft_with("crack.jpg"), client("Alice")

    answer = send(
        alice, page(draft.order, "evidence"), files=[SimpleUploadedFile("empty.jpg", b"")],
        **{f"caption-{handles()[0]}": "The crack"},
    )  # fmt: skip

    assert answer.url == page(draft.order, "evidence")
    assert "empty.jpg: This file is empty." in text(alice.get(answer.url))
    assert captions() == {"crack.jpg": "The crack"}


@pytest.mark.parametrize("way", ["continue", "send", "remove"])
def test_caption_that_is_too_long_is_shown_again_as_typed_and_nothing_is_cut(
    frozen: datetime, way: str
) -> None:
    draft = draft_with("crack.jpg", "box.jpg", "bill.jpg")
    first, second, third = handles()
    typed = {f"caption-{first}": LONG, f"caption-{second}": "The box"}
    urls = {
        "continue": page(draft.order, "evidence"), "send": add(draft), "remove": remove(draft, third),
    }  # fmt: skip

    more = {"files": [photo("more.jpg")]} if way == "send" else {}
    answer = send(client("Alice"), urls[way], **typed, **more)

    assert answer.status_code == 422
    assert f'value="{LONG}"' in answer.content.decode()
    assert "1 character too long; 200 are allowed" in text(answer)
    names = {"continue": [], "send": ["more.jpg"], "remove": []}[way]
    kept = ["crack.jpg", "box.jpg", *(["bill.jpg"] if way != "remove" else []), *names]
    assert captions() == {name: "The box" if name == "box.jpg" else "" for name in kept}


def test_captions_survive_a_session_that_ended(frozen: datetime) -> None:
    draft, browser = draft_with("crack.jpg"), Client()
    first, url = handles()[0], page(draft.order, "evidence")

    away = send(browser, url, **{f"caption-{first}": "The crack"})
    signed_in(browser)
    back = browser.get(url)

    assert away.url == f"/account/login/?next={url}"
    assert 'value="The crack"' in back.content.decode()
    assert "You were signed out while you wrote." in text(back)


def test_files_of_a_session_that_ended_are_named_after_signing_in(frozen: datetime) -> None:
    draft, browser = draft_with("crack.jpg"), Client()
    url = page(draft.order, "evidence")

    away = send(
        browser, add(draft), files=[photo("box.jpg"), photo("bill.jpg")],
        **{f"caption-{handles()[0]}": "The crack"},
    )  # fmt: skip
    signed_in(browser)
    back = browser.get(url)

    assert away.url == f"/account/login/?next={url}"
    assert "These files were not sent: box.jpg, bill.jpg. Choose them again." in text(back)
    assert 'value="The crack"' in back.content.decode()
    assert "These files were not sent" not in text(browser.get(url))


def test_evidence_of_a_session_that_ended_is_named_after_signing_in(frozen: datetime) -> None:
    dispute, browser = make.opened(), Client()
    url = address(dispute, "add_evidence")

    send(browser, url, files=[photo("box.jpg")], caption="The box")
    signed_in(browser)
    back = browser.get(url)

    assert "These files were not sent: box.jpg. Choose them again." in text(back)
    assert 'value="The box"' in back.content.decode()


def test_caption_of_new_evidence_that_is_too_long_is_refused_in_words(frozen: datetime) -> None:
    dispute = make.opened()
    url = address(dispute, "add_evidence")

    answer = client("Alice").post(
        url, {"files": [photo()], "caption": LONG, "form_key": "k1"},
        headers={"accept": "application/json"},
    )  # fmt: skip

    told = answer.json()
    assert (told["ok"], told["again"]) == (False, True)
    assert "1 character too long; 200 are allowed" in told["error"]
    assert not EvidenceFile.objects.exists()
