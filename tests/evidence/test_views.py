"""Files on the wire: who gets them, and how they are dressed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from evidence import access, services, storage
from evidence.models import EvidenceFile
from tests.evidence import factories, samples

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice(client: Client) -> Client:
    client.force_login(factories.user("Alice"))
    return client


@pytest.fixture
def eve() -> Client:
    stranger = Client()
    stranger.force_login(factories.user("Eve"))
    return stranger


@pytest.fixture
def film(disk: Path) -> EvidenceFile:
    return factories.clean(samples.video())


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_photo_is_served_so_that_nothing_in_it_can_run(alice: Client, disk: Path) -> None:
    file = factories.clean()

    response = alice.get(f"/evidence/{file.handle}/")

    assert response.status_code == 200
    assert body(response) == (disk / file.clean_name).read_bytes()
    assert {
        name: response[name]
        for name in (
            "Content-Type", "Content-Length", "Content-Disposition", "X-Content-Type-Options",
            "Cross-Origin-Resource-Policy", "Cache-Control", "Referrer-Policy", "Accept-Ranges",
        )
    } == {
        "Content-Type": "image/jpeg",
        "Content-Length": str(file.size),
        "Content-Disposition": f'inline; filename="evidence-{file.handle[:8]}.jpg"',
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-store",
        "Referrer-Policy": "no-referrer",
        "Accept-Ranges": "bytes",
    }  # fmt: skip
    assert response["Content-Security-Policy"].startswith("sandbox; default-src 'none';")


def test_pdf_is_saved_not_shown(alice: Client, disk: Path) -> None:
    file = factories.clean(samples.pdf(), name="invoice.pdf")

    response = alice.get(f"/evidence/{file.handle}/")

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment; filename=")


def test_any_file_can_be_asked_for_as_a_download(alice: Client, disk: Path) -> None:
    response = alice.get(f"/evidence/{factories.clean().handle}/?download=1")

    assert response["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("part", ["", "thumb", "poster"])
def test_stranger_and_guest_get_what_a_guess_gets(
    part: str, film: EvidenceFile, eve: Client, client: Client
) -> None:
    guessed = EvidenceFile(handle="A" * 22)

    answers = [
        (who.get(f"/evidence/{file.handle}/{part}").status_code)
        for who, file in ((eve, film), (client, film), (eve, guessed), (client, guessed))
    ]

    assert answers == [404] * 4


@pytest.mark.parametrize("part", ["", "thumb", "poster"])
def test_file_that_is_not_clean_is_not_there_even_for_its_owner(
    part: str, alice: Client, disk: Path
) -> None:
    waiting = factories.received()
    refused = factories.received(b"just words")
    services.inspect(refused.pk)
    erased = services.erase(factories.clean().pk, why="test")

    answers = [
        alice.get(f"/evidence/{file.handle}/{part}").status_code
        for file in (waiting, refused, erased)
    ]

    assert answers == [404, 404, 404]


@pytest.fixture
def decided_by_name() -> Iterator[None]:
    @access.decides("by-name")
    def only_eve(user: Any, file: EvidenceFile) -> bool:
        return bool(user.name == "Eve" and file.subject == "DSP-7F3K9Q")

    yield
    access._deciders.pop("by-name")


@pytest.mark.usefixtures("decided_by_name")
def test_owner_app_has_the_last_word(alice: Client, eve: Client, disk: Path) -> None:
    address = f"/evidence/{factories.clean(purpose='by-name').handle}/"

    assert [who.get(address).status_code for who in (alice, eve)] == [404, 200]
    with pytest.raises(ValueError, match="Two answers"):
        access.decides("by-name")(lambda user, file: True)


@pytest.mark.parametrize(
    ("asked", "status", "start", "end"),
    [
        ("bytes=0-99", 206, 0, 99),
        ("bytes=100-", 206, 100, None),
        ("bytes=-50", 206, -50, None),
        ("bytes=0-999999999", 206, 0, None),
        ("bytes=0-0", 206, 0, 0),
        ("bytes=5-2", 200, 0, None),
        ("bytes=-", 200, 0, None),
        ("bytes=0-1,5-6", 200, 0, None),
        ("lines=1-2", 200, 0, None),
        ("nonsense", 200, 0, None),
        ("bytes=999999999-", 416, 0, 0),
        ("bytes=-0", 416, 0, 0),
    ],
)
def test_video_is_served_in_ranges(
    asked: str, status: int, start: int, end: int | None, alice: Client, film: EvidenceFile,
    disk: Path,
) -> None:  # fmt: skip
    whole = (disk / film.clean_name).read_bytes()
    size = len(whole)
    first = start if start >= 0 else size + start
    last = size - 1 if end is None else end

    response = alice.get(f"/evidence/{film.handle}/", headers={"Range": asked})

    assert response.status_code == status
    assert response["X-Content-Type-Options"] == "nosniff"
    if status == 416:
        assert response["Content-Range"] == f"bytes */{size}"
    else:
        assert body(response) == whole[first : last + 1]
        assert response["Content-Length"] == str(last + 1 - first)
        expected = f"bytes {first}-{last}/{size}" if status == 206 else None
        assert response.headers.get("Content-Range") == expected


def test_head_has_the_headers_and_no_body(alice: Client, film: EvidenceFile) -> None:
    response = alice.head(f"/evidence/{film.handle}/")

    assert (response.status_code, response["Content-Length"]) == (200, str(film.size))
    assert body(response) == b""


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_other_methods_are_refused(method: str, alice: Client, film: EvidenceFile) -> None:
    assert getattr(alice, method)(f"/evidence/{film.handle}/").status_code == 405


def test_thumb_and_poster_are_small_pictures(alice: Client, film: EvidenceFile, disk: Path) -> None:
    photo = factories.clean()

    thumb = alice.get(f"/evidence/{photo.handle}/thumb")
    poster = alice.get(f"/evidence/{film.handle}/poster")
    no_poster = alice.get(f"/evidence/{photo.handle}/poster")

    assert (thumb.status_code, thumb["Content-Type"]) == (200, "image/jpeg")
    assert body(thumb) == (disk / photo.thumb_name).read_bytes()
    assert (poster.status_code, poster["Content-Type"]) == (200, "image/jpeg")
    assert no_poster.status_code == 404


@pytest.mark.parametrize("damage", ["changed", "cut", "gone"])
def test_file_that_is_not_what_was_checked_is_not_shown(
    damage: str, alice: Client, disk: Path
) -> None:
    file = factories.clean()
    stored = disk / file.clean_name
    stored.chmod(0o600)
    if damage == "gone":
        storage.drop(file.clean_name)
    else:
        data = stored.read_bytes()
        stored.write_bytes(data[:-1] if damage == "cut" else b"x" + data[1:])

    response = alice.get(f"/evidence/{file.handle}/")

    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert response["Content-Type"] == "text/plain; charset=utf-8"


def test_one_query_for_the_file_itself(
    alice: Client, film: EvidenceFile, django_assert_num_queries: Any
) -> None:
    alice.get(f"/evidence/{film.handle}/thumb")  # the session notes its first use

    with django_assert_num_queries(3):  # session, user, file
        alice.get(f"/evidence/{film.handle}/thumb")
