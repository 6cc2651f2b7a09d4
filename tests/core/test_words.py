"""Texts of people: kept as they were meant, counted as people count."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import words
from core.errors import Refused


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  hello \r\n\r\nworld\t \r\n", "hello\n\nworld"),
        ("a\0b\x07c\x1bd", "abcd"),
        ("e\u0301", "é"),
        ("a\u2028b\x85c", "a\nb\nc"),
        ("שלום, לא קיבלתי", "שלום, לא קיבלתי"),
        ("مرحبا\u200fأ", "مرحبا\u200fأ"),
        ("abc\u202egnp.exe", "abcgnp.exe"),
        ("\ud800x\ufffe", "x"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("a\n\n\n\n\n\nb", "a\n\n\nb"),
        ("\u200b\u200b \u200d", ""),
        ("\ufeffhi", "hi"),
    ],
)
def test_text_is_cleaned_and_keeps_its_meaning(typed: str, kept: str) -> None:
    assert words.clean_text(typed, 100) == kept


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("abc", 3), ("😀", 1), ("👨‍👩‍👧‍👦", 1), ("👍🏽", 1), ("🇵🇱🇧🇷", 2), ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 1), ("é", 1), ("e\u0301", 1),
     ("नमस्ते", 4), ("我没收到", 4), ("𠮷", 1), ("❤️", 1), ("1️⃣", 1), ("🇵", 1), ("🇵🇱🇧", 2), ("לא", 2)],
)  # fmt: skip
def test_characters_are_counted_as_people_count(text: str, count: int) -> None:
    assert words.count_chars(text) == count


def test_a_text_at_the_limit_is_kept_and_one_more_is_refused_with_the_number() -> None:
    assert words.clean_text("😀" * 2000, 2000) == "😀" * 2000

    with pytest.raises(Refused, match="3 characters too long; 2000 are allowed"):
        words.clean_text("😀" * 2003, 2000)


def test_line_ends_count_once() -> None:
    assert words.clean_text("a\r\nb", 3) == "a\nb"


def test_ten_megabytes_are_refused_at_once() -> None:
    began = time.perf_counter()

    with pytest.raises(Refused, match="10483760 characters too long"):
        words.clean_text("x" * (10 * 1024 * 1024), 2000)

    assert time.perf_counter() - began < 0.5


def test_marks_cannot_hide_a_book() -> None:
    with pytest.raises(Refused):
        words.clean_text("a" + "\u0301" * 1000, 100)


@given(st.text(st.characters(codec=None), max_size=200))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = words.clean_text(text, 10_000)

    assert words.clean_text(once, 10_000) == once
    assert "\0" not in once
    assert once == once.strip()
    once.encode()


def test_isolate_surrounds_with_first_strong_isolates() -> None:
    assert words.isolate("שלום") == "\u2068שלום\u2069"


@pytest.mark.parametrize(
    ("text", "hints"),
    [
        ("Write me at bob.seller@gmail.com", ["email"]),
        ("bob.seller (at) gmail dot com", ["email"]),
        ("correo: tienda arroba gmail punto com", ["email"]),
        ("Call me +55 11 98765-4321", ["phone"]),
        ("My WhatsApp is 5511987654321", ["phone", "messenger"]),
        ("(11) 98765-4321", ["phone"]),
        ("позвоните 8 912 345-67-89", ["phone"]),
        ("Напишите в Телеграм", ["messenger"]),
        ("加我微信", ["messenger"]),
        ("电话13812345678", ["phone"]),
        ("138 1234 5678", ["phone"]),
        ("555-123-4567 is my mobile", ["phone"]),
        ("t.me/bobshop", ["messenger"]),
        ("I will send you the money by PayPal", ["outside_payment"]),
        ("Give me your bank account", ["outside_payment"]),
        ("IBAN DE89 3704 0044 0532 0130 00", ["outside_payment"]),
        ("te hago una transferencia bancaria", ["outside_payment"]),
        ("переведу на карту", ["outside_payment"]),
        ("我给你支付宝退款", ["outside_payment"]),
        ("We can refund you outside the platform", ["outside_payment"]),
        ("Please confirm receipt and then we refund", ["confirm_first"]),
        ("Confirm the order received first, then I send another", ["confirm_first"]),
        ("confirme la recepción del pedido", ["confirm_first"]),
        ("por favor confirme o recebimento", ["confirm_first"]),
        ("Подтвердите получение, и мы вернём деньги", ["confirm_first"]),
        ("请先确认收货", ["confirm_first"]),
        ("Please cancel the dispute, dear friend", ["withdraw"]),
        ("Withdraw your claim first", ["withdraw"]),
        ("cancele la disputa por favor", ["withdraw"]),
        ("Cancele a disputa e devolvemos", ["withdraw"]),
        ("отмените спор", ["withdraw"]),
        ("закройте спор пожалуйста", ["withdraw"]),
        ("请取消纠纷", ["withdraw"]),
    ],
)
def test_outside_deals_are_hinted_at(text: str, hints: list[str]) -> None:
    assert words.outside_deal_hints(text) == hints


@pytest.mark.parametrize(
    "text",
    [
        "My order 8127364512345678 never came",
        "Tracking number RR123456789CN shows nothing",
        "1Z999AA10123456784",
        "tracking: 9400 1000 0000 0000 0000 00",
        "UPS parcel 94001000000000000000",
        "I paid 1,234,567.00 on 2026-11-22",
        "It cost R$ 1.234.567,00, refund 12.50 please",
        "Delivered on 22.11.2026 at 14:30",
        "The screen is 1920x1080 and 15.6 inches",
        "I never confirmed anything and nothing was received",
        "The dispute was opened by mistake of the shop",
        "Номер заказа 8123456789012345",
        "Трек-номер 14102782012345 не отслеживается",
        "订单号 8127364512345678 没有收到",
        "El pedido 100-200-3000 no llegó",
        "O rastreio LB123456789BR parou",
        "DSP-7F3K9Q",
        "Two of 10 plates @ 5 each are broken",
        "The line on the signal lamp is broken",
        "I want my money back",
        "I will not cancel my order",
        "",
    ],
)
def test_plain_complaints_get_no_hint(text: str) -> None:
    assert words.outside_deal_hints(text) == []


@given(st.text(max_size=300))
def test_hints_never_fail(text: str) -> None:
    assert set(words.outside_deal_hints(text)) <= words.HINT_LABELS.keys()


@pytest.mark.parametrize(
    "piece", ["a@", "+1 ", "confirm ", "1-", "bank ", "at ", "(1) ", "DE89 ", "电话 "]
)
def test_hints_stay_quick_on_hostile_texts(piece: str) -> None:
    began = time.perf_counter()

    words.outside_deal_hints(piece * 10_000)

    assert time.perf_counter() - began < 2
