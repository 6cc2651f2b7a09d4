"""The help pages: every number is the policy's, every link leads somewhere, everybody reads them."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.template.defaultfilters import filesizeformat
from django.test import Client
from django.urls import reverse

from core.models import PolicyVersion, Storefront
from core.policy import SETTINGS, contradictions
from disputes.reading import checklist
from disputes.states import Reason
from help import reading
from help.pages import ALL, OTHER_WORDS
from tests.coupons import factories as coupons
from tests.disputes import factories as make
from tests.disputes.pages import address, client, text
from tests.orders import factories as orders

pytestmark = pytest.mark.django_db
TEMPLATES = sorted((Path(__file__).parents[2] / "templates" / "help").rglob("*.html"))
NUMBER = re.compile(r'{% number "(\w+)"')
SPELLED = (
    r"\b(two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|fifteen|thirty|sixty|hundred|thousand)\b"
    r" (calendar |working )?(days?|weeks?|months?|hours?|characters?|files?|pages?|seconds?|minutes?)"
)  # fmt: skip
EXAMPLE = re.compile(r"<span data-example>.*?</span>", re.S)


def changed() -> dict[str, Any]:
    """Other numbers than today's, no two alike, and the other choices."""
    values: dict[str, Any] = {}
    for position, (name, setting) in enumerate(SETTINGS.items()):
        if setting.unit == "choice":
            values[name] = next(key for key, _label in setting.choices if key != setting.default)
        elif setting.unit == "bytes":
            values[name] = (4 + position % 7) * 1024 * 1024
        else:
            values[name] = min(max(setting.minimum, 21 + position), setting.maximum)
    values |= {"seller_answer_days": 19, "decision_days": 59, "evidence_answer_days": 18}
    values |= {"evidence_max_file_bytes": 77 * 1024 * 1024, "description_max_chars": 4321}
    assert contradictions(values) == []
    return values


def version(values: dict[str, Any]) -> PolicyVersion:
    front = Storefront.default()
    number = front.policies.count() + 1
    return PolicyVersion.objects.create(
        storefront=front, number=number, values=values, note="Other numbers"
    )


def shown(name: str, value: Any) -> str:
    if SETTINGS[name].unit == "bytes":
        return filesizeformat(value).replace("\xa0", " ")
    plain = f"{Decimal(value):,}"
    units = {"days": " day", "working days": " working day", "seconds": " second"}
    return plain + units.get(SETTINGS[name].unit, "")


def words_of(page: Any, policy: PolicyVersion) -> str:
    return " ".join(part.text for part in reading.sections(page, policy)).replace("\xa0", " ")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_number_is_typed_in_a_help_template(path: Path) -> None:
    source = EXAMPLE.sub("", path.read_text())
    plain = re.sub(r"</?h[1-6]\b|\bi18n\b", "", source)

    assert re.findall(r"\d", plain) == []
    assert re.findall(SPELLED, plain, re.I) == []


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.slug)
def test_every_number_on_a_page_changes_with_the_policy(page: Any) -> None:
    source = (TEMPLATES[0].parents[0] / "pages" / f"{page.slug}.html").read_text()
    names = set(NUMBER.findall(source))
    today = Storefront.default().current_policy()
    other = version(changed())

    before, after = words_of(page, today), words_of(page, other)

    for name in names:
        assert shown(name, today.get(name)) in before, name
        assert shown(name, other.get(name)) in after, name
    own = {shown(name, other.get(name)).split(" day")[0] for name in names}
    figures = set(re.findall(r"\d[\d.,]*\d|\d", " ".join(own)))
    example = set(re.findall(r"\d+", "20 as 4 × 5")) if page.slug == "coupons" else set()
    assert set(re.findall(r"\d[\d.,]*\d|\d", after)) <= figures | example


def test_one_file_of_one_page_is_no_plural() -> None:
    one = {"evidence_max_files": 1, "pdf_max_pages": 1}
    version(Storefront.default().current_policy().values | one)

    page = text(Client().get("/help/evidence/"))

    assert "Each side can add up to 1 file to a case, each of up to" in page
    assert "A PDF with up to 1 page." in page


def test_page_shows_the_numbers_of_the_policy_in_force() -> None:
    assert "Either side can do it, once, within 7 days of the decision" in text(
        Client().get("/help/complaints/")
    )

    version(Storefront.default().current_policy().values | {"complaint_days": 1})

    page = text(Client().get("/help/complaints/"))
    assert "Either side can do it, once, within 1 day of the decision" in page
    assert "version 2 of the rules" in page


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [("no", "nor is the coupon given back"), ("yes", "you get that part back as a new coupon")],
)
def test_what_becomes_of_the_coupon_part_is_what_the_policy_says(
    policy: str, sentence: str
) -> None:
    version(Storefront.default().current_policy().values | {"coupon_given_back": policy})

    assert sentence in text(Client().get("/help/refunds/"))


def test_evidence_page_says_for_each_reason_what_the_questionnaire_asks() -> None:
    page = text(Client().get("/help/evidence/"))

    for reason in Reason:
        assert str(reason.label) in page
        for item in checklist.checklist(reason.value):
            assert str(item["title"]) in page


def test_every_clock_of_the_policy_is_explained_somewhere() -> None:
    told = {name for path in TEMPLATES for name in NUMBER.findall(path.read_text())}
    clocks = {name for name, s in SETTINGS.items() if s.unit in ("days", "working days")}

    assert clocks - told == set()


def links(html: str) -> set[str]:
    main = html[html.index("<main") : html.index("</footer>")]
    return set(re.findall(r'<a [^>]*href="([^"]+)"', main))


def test_every_link_of_every_help_page_leads_somewhere() -> None:
    orders.user("Alice")
    browser = client("Alice")
    pages = {path: browser.get(path) for path in ["/help/", *(f"/help/{p.slug}/" for p in ALL)]}
    pages["/help/?q=refund"] = browser.get("/help/?q=refund")
    anchors = {path: set(re.findall(r' id="([^"]+)"', r.content.decode())) for path, r in pages.items()}  # fmt: skip
    wrong = []
    for path, response in pages.items():
        for link in links(response.content.decode()):
            target, _hash, anchor = link.partition("#")
            target = target or path
            if target not in pages and browser.get(target).status_code != 200:
                wrong.append((path, link))
            if anchor and anchor not in anchors.get(target, set()):
                wrong.append((path, link))

    assert wrong == []


def test_anchors_of_a_page_are_its_own_and_every_page_lists_them() -> None:
    today = Storefront.default().current_policy()
    for page in ALL:
        parts = [part.id for part in reading.sections(page, today)]
        html = Client().get(f"/help/{page.slug}/").content.decode()

        assert len(set(parts)) == len(parts) >= 4 or page.slug == "agreeing"
        assert [m for m in re.findall(r'<li><a href="#([^"]+)"', html) if m in parts] == parts


def test_other_words_lead_to_sections_that_exist() -> None:
    today = Storefront.default().current_policy()
    known = {(p.slug, part.id) for p in ALL for part in reading.sections(p, today)}

    assert {(other.slug, other.section) for other in OTHER_WORDS} - known == set()


def test_help_is_linked_from_foot_and_home() -> None:
    orders.user("Eve")

    for page in (Client().get("/"), client("Eve").get("/")):
        html = page.content.decode()
        assert 'href="/help/"' in html[html.index("<footer") :]
        assert "/help/" in " ".join(links(html.replace("<footer", "</footer><footer", 1)))


def test_help_is_linked_where_it_is_needed(frozen: Any) -> None:
    decided, alice = make.decided(), client("Alice")
    coupons.promised()
    paths = {
        address(decided): {"/help/deciding/", "/help/complaints/"},
        reverse("appeals:complain", args=[decided.reference]): {"/help/complaints/"},
        "/coupons/": {"/help/coupons/"},
        f"/orders/{decided.order.reference}/payments/": {"/help/refunds/"},
    }

    for path, wanted in paths.items():
        html = alice.get(path).content.decode()
        found = {link.partition("#")[0] for link in links(html) if link.startswith("/help/")}
        assert wanted <= found, path


def test_unknown_page_is_not_there() -> None:
    assert Client().get("/help/no-such-page/").status_code == 404
    assert Client().post("/help/no-such-page/answer/").status_code == 404


@pytest.mark.parametrize("path", ["/help/", "/help/disputes/"])
def test_help_is_read_only(path: str) -> None:
    assert Client().post(path).status_code == 405
