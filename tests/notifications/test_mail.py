"""What a mail says and to whom: language, zone, links, headers."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import Message
from typing import Any

import pytest
from django.utils import translation

from core import clock
from notifications import rendering, services
from notifications.post import compose
from tests.notifications.conftest import Office
from tests.notifications.factories import notice, person

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FACTS = {
    "party": "Bob", "amount": "1234.5000", "currency": "EUR", "path": "/disputes/DSP-7F3K9Q/",
    "due_at": "2026-03-28T23:30:00+00:00", "note": "",
}  # fmt: skip


def part(message: Message, kind: str) -> str:
    for piece in message.walk():
        if piece.get_content_type() == kind:
            payload = piece.get_payload(decode=True)
            assert isinstance(payload, bytes)
            return payload.decode()
    raise AssertionError(kind)


def test_a_mail_has_text_html_an_absolute_date_and_a_link(office: Office) -> None:
    alice = person(zone="Europe/Warsaw")
    row = notice(alice, created_at=NOON, subject="DSP-7F3K9Q", params=FACTS)

    with clock.freeze(NOON):
        services.deliver()

    ((address, mail),) = office.inbox
    text, html = part(mail, "text/plain"), part(mail, "text/html")
    assert address == alice.email
    assert mail["Subject"] == "The seller answered in DSP-7F3K9Q"
    assert mail["Message-ID"] == row.message_id
    assert mail["Message-ID"].endswith("@recourse.test>")
    assert mail["Date"] == "Mon, 02 Mar 2026 12:00:00 +0000"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["References"] == "<case.DSP-7F3K9Q@recourse.test>"
    assert mail["List-Unsubscribe"] == "<https://recourse.test/notices/preferences/>"
    for body in (text, html):
        assert "Hello Alice," in body
        assert "Bob offers €1,234.50." in body
        assert "Sunday 29 March 2026, 00:30, Warsaw time (UTC+01:00)" in body
        assert "https://recourse.test/disputes/DSP-7F3K9Q/" in body
        assert "Note:" not in body
    assert "Content-Disposition" not in str(mail)


def test_the_message_id_is_the_row_s_and_stays(office: Office) -> None:
    row = notice(created_at=NOON)
    again = type(row).objects.get(pk=row.pk)

    assert (
        row.message_id
        == again.message_id
        == compose(again, row.recipient).extra_headers["Message-ID"]
    )
    assert row.message_id != notice(created_at=NOON).message_id


@pytest.mark.parametrize(
    ("language", "amount", "date"),
    [
        ("en", "€1,234.50", "Sunday 29 March 2026, 00:30"),
        ("es", "1\xa0234,50\xa0€", "29 marzo 2026, 00:30"),
        ("ru", "1\xa0234,50\xa0€", "29 Март 2026, 00:30"),
        ("zh-hans", "€1,234.50", "2026, 00:30"),
    ],
)
def test_a_mail_is_written_in_the_reader_s_language(language: str, amount: str, date: str) -> None:
    alice = person(language=language, zone="Europe/Madrid")
    row = notice(alice, params=FACTS)

    mail = compose(row, alice)

    assert amount in mail.body
    assert date in mail.body
    assert f'lang="{language}"' in mail.alternatives[0].content  # type: ignore[attr-defined]
    assert translation.get_language() == "en"


def test_an_unknown_zone_or_language_is_no_obstacle() -> None:
    alice = person(language="xx", zone="Mars/Olympus")

    mail = compose(notice(alice, params=FACTS), alice)

    assert "Saturday 28 March 2026, 23:30, Universal time" in mail.body


def test_a_language_that_is_not_offered_reads_english(settings: Any) -> None:
    settings.LANGUAGES = [("en", "English")]
    alice = person(language="ru")

    mail = compose(notice(alice, params=FACTS), alice)

    assert "€1,234.50" in mail.body
    assert 'lang="en"' in mail.alternatives[0].content  # type: ignore[attr-defined]


def test_html_is_escaped_and_text_is_not() -> None:
    row = notice(params=FACTS | {"party": "<b>Bob & Sons</b>"})

    mail = compose(row, row.recipient)

    assert "<b>Bob & Sons</b> offers" in mail.body
    assert "&lt;b&gt;Bob &amp; Sons&lt;/b&gt; offers" in mail.alternatives[0].content  # type: ignore[attr-defined]


def test_right_to_left_names_do_not_turn_the_sentence_round() -> None:
    message = rendering.render(notice(params=FACTS | {"party": "חנות"}))

    assert message.lines[0] == "\u2068חנות\u2069 offers €1,234.50."


def test_lines_whose_facts_are_missing_are_left_out() -> None:
    message = rendering.render(
        notice(params={"note": "100% sure", "amount": "0", "currency": "EUR"})
    )

    assert message.lines == ("Note: 100% sure",)
    assert (message.path, message.action) == ("", "Compare and answer")


def test_a_line_break_in_a_fact_does_not_reach_the_headers() -> None:
    row = notice(kind="test_reminded", params={"due_at": "soon\r\nBcc: eve@people.test"})

    mail = compose(row, row.recipient)

    assert mail.subject == f"{row.subject} ends at soon Bcc: eve@people.test"


def test_an_unknown_kind_still_tells_where_to_look() -> None:
    row = notice(kind="of_an_older_version", params={"path": "//evil.test/x"}, subject="DSP-7F3K9Q")

    message = rendering.render(row)

    assert message.subject == "News about DSP-7F3K9Q"
    assert message.path == ""
    assert message.legal_weight


def test_mails_of_legal_weight_offer_no_way_out() -> None:
    row = notice(kind="test_decided")

    mail = compose(row, row.recipient)

    assert "List-Unsubscribe" not in mail.extra_headers
    assert "legal weight" in mail.body
