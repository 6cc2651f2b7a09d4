"""Finding help by our words and by those of others."""

from __future__ import annotations

import pytest
from django.test import Client

from core.models import Storefront
from help.pages import ALL, OTHER_WORDS
from help.search import LONGEST, MOST, search
from tests.disputes.pages import text

pytestmark = pytest.mark.django_db


def found(query: str) -> list[str]:
    hits = search(query, Storefront.default().current_policy())
    return [f"{hit.page.slug}#{hit.section.id}" for hit in hits]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("appeal", "complaints#complain"),
        ("How do I appeal?", "complaints#complain"),
        ("appeals", "complaints#complain"),
        ("aggravate", "deciding#escalate"),
        ("claim", "disputes#what"),
        ("chargeback", "refunds#when"),
        ("voucher", "coupons#what"),
        ("Verdict", "deciding#decision"),
        ("phishing", "mails#check"),
        ("replacements", "agreeing#replacements"),
        ("what files", "evidence#files"),
    ],
)
def test_the_words_of_people_lead_to_ours(query: str, first: str) -> None:
    assert found(query)[0] == first


@pytest.mark.parametrize("other", OTHER_WORDS, ids=lambda other: str(other.ours))
def test_each_word_of_the_trade_finds_its_section(other: object) -> None:
    for word in str(getattr(other, "theirs")).split(","):  # noqa: B009 (parametrised as an object)
        assert f"{getattr(other, 'slug')}#{getattr(other, 'section')}" in found(word)  # noqa: B009


def test_the_page_says_what_their_word_is_called_here() -> None:
    page = text(Client().get("/help/", {"q": "appeal"}))

    assert "“appeal” is called complaint here." in page


def test_all_words_count_before_some_of_them() -> None:
    assert found("receipt of the post") == ["agreeing#returns"]
    assert found("receipt xyzzy") == found("receipt")


def test_case_accents_and_plurals_do_not_matter() -> None:
    assert found("RÉTURNS") == found("return")[: len(found("RÉTURNS"))]


@pytest.mark.parametrize("query", ["xyzzy", "的", "!!!", "%", "the of", "\0", "<script>"])
def test_where_nothing_fits_the_page_says_what_to_try(query: str) -> None:
    shown = Client().get("/help/", {"q": query})

    assert shown.status_code == 200
    if query.strip("\0"):
        assert "Nothing fits these words. Try a single word" in text(shown)
        assert (
            "<script>" not in shown.content.decode().partition("<main")[2].partition("</main>")[0]
        )


def test_an_endless_query_is_cut_and_answered() -> None:
    shown = Client().get("/help/", {"q": "refund " * 5000})

    assert shown.status_code == 200
    assert len(found("refund " * 5000)) <= MOST
    assert f'maxlength="{LONGEST}"' in shown.content.decode()


def test_without_a_query_every_page_is_listed() -> None:
    page = text(Client().get("/help/"))

    assert [str(p.title) for p in ALL if str(p.title) not in page] == []
    assert "Nothing fits" not in page
