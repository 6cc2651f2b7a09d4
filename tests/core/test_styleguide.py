"""The page of all parts, and the error pages that must work when nothing else does."""

import re
from pathlib import Path

import pytest
from django.db import connection
from django.template import engines
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from core import styleguide

ROOT = Path(__file__).resolve().parents[2]
GUISES = ["", "?theme=dark", "?theme=light&density=compact", "?dir=rtl"]


@pytest.mark.django_db
@pytest.mark.parametrize("guise", GUISES)
def test_styleguide_shows_every_guise(guise: str, rf: RequestFactory) -> None:
    html = styleguide.page(rf.get(f"/styleguide/{guise}")).content.decode()

    assert ('data-theme="dark"' in html) is ("dark" in guise)
    assert ('data-density="compact"' in html) is ("compact" in guise)
    assert ('id="main" dir="rtl"' in html) is ("rtl" in guise)


@pytest.mark.django_db
def test_styleguide_has_one_heading_of_each_part_and_no_id_twice(rf: RequestFactory) -> None:
    html = styleguide.page(rf.get("/styleguide/")).content.decode()
    ids = re.findall(r'\sid="([^"]+)"', html)

    assert html.count("<h1") == 1
    assert sorted(i for i in set(ids) if ids.count(i) > 1) == []


def test_styleguide_shows_every_part() -> None:
    seen: set[str] = set()

    def follow(name: str) -> None:
        if name in seen:
            return
        seen.add(name)
        source = (ROOT / "templates" / name).read_text()
        for part in re.findall(r"ui/[\w]+\.html", source):
            follow(part)

    follow("styleguide.html")
    by_tags = {
        f"ui/{n}.html"
        for n in (
            "clock",
            "due",
            "why",
            "field",
            "checkbox",
            "choices",
            "error_summary",
            "card",
            "note",
            "dialog",
        )
    }
    parts = {f"ui/{p.name}" for p in (ROOT / "templates/ui").glob("[!_]*.html")}

    assert parts - seen - by_tags == set()


@pytest.mark.parametrize("name", ["400.html", "500.html", "403_csrf.html"])
def test_last_pages_need_neither_request_nor_database(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("The page of a broken portal asked the database.")

    monkeypatch.setattr(connection, "cursor", refuse)

    html = engines["django"].get_template(name).render()

    assert html.count("<h1") == 1
    assert "site-header" in html


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["403.html", "404.html"])
def test_error_pages_say_what_to_do(name: str, rf: RequestFactory) -> None:
    html = render_to_string(name, {"exception": ""}, rf.get("/x"))

    assert html.count("<h1") == 1
    assert 'href="/"' in html


@pytest.mark.django_db
def test_unknown_address_is_answered_in_our_design(client: Client) -> None:
    response = client.get("/no-such-page/")

    assert response.status_code == 404
    assert "site-header" in response.content.decode()
