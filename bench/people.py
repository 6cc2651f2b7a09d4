"""People in a browser without scripts, for locust: buyers file with photos, sellers answer, mediators decide.

`bench.load` starts it. They follow the pages' own links and forms, think for some seconds between two pages,
and take every answer above 399 that is not a plain "changed meanwhile" for an error.
"""

from __future__ import annotations

import io
import json
import os
import random
from collections import deque
from typing import Any, ClassVar

import lxml.html
from locust import HttpUser, between, task
from PIL import Image

SIGNED_IN: dict[str, deque[Any]] = {
    kind: deque(people)
    for kind, people in json.loads(os.environ.get("LOAD_SESSIONS", "{}")).items()
}
PHOTOS = [
    Image.effect_noise((2000, 1500), 30 + shade).convert("RGB") for shade in range(4)
]  # as large as what a telephone sends after its browser has shrunk it


def photo() -> bytes:
    """A JPEG of some hundred kilobytes, never the same twice."""
    picture = random.choice(PHOTOS).copy()
    picture.putpixel((random.randrange(2000), random.randrange(1500)), (255, 0, 0))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=70)
    return out.getvalue()


class Person(HttpUser):
    """Somebody with a session of their own."""

    abstract = True
    wait_time = between(1, 4)
    kind: ClassVar[str]
    connection_timeout = network_timeout = 60.0

    def on_start(self) -> None:
        self.arrive()

    def think(self) -> None:
        self.wait()  # type: ignore[no-untyped-call]

    def arrive(self) -> Any:
        """Sign in as the next one; the last become the first again."""
        person = SIGNED_IN[self.kind].popleft()
        SIGNED_IN[self.kind].append(person)
        self.client.cookies.clear()
        self.client.cookies.set(
            "recourse_session", person if isinstance(person, str) else person[0]
        )
        return person

    def read(self, address: str, name: str) -> Any:
        """A page, after its redirects."""
        return self.seen(self.client.get(address, name=name))

    def seen(self, answer: Any) -> Any:
        page = lxml.html.fromstring(answer.content or b"<html></html>", base_url=answer.url)
        page.make_links_absolute(answer.url)
        return page

    def send(
        self, page: Any, name: str, files: Any = None, *, having: str = "", **typed: Any
    ) -> Any:
        """Fill in the form of the page that has these fields (or leads to `having`) and read what follows."""
        wanted = [
            form
            for form in page.xpath("//main//form")
            if form.method == "POST"
            and having in (form.action or page.base_url)
            and set(typed) - {"do"} <= set(form.fields.keys())
            and (form.xpath(".//input[@type='file']") or not files)
        ]
        if not wanted:
            return None
        form = wanted[0]
        values = [(key, value) for key, value in form.form_values() if key not in typed]
        values += [(key, str(value)) for key, value in typed.items()]
        self.think()
        with self.client.post(
            form.action or page.base_url,
            values,
            files=files,
            name=name,
            allow_redirects=False,
            catch_response=True,
            headers={"Referer": page.base_url},
        ) as answer:
            if answer.status_code in (302, 303):
                answer.success()
                return self.read(str(answer.next.url), f"{name}, then")
            if answer.status_code == 200:
                answer.success()
                return self.seen(answer)
            if answer.status_code == 409:  # somebody else was quicker: the page says so
                answer.success()
            else:
                answer.failure(f"{answer.status_code} to {name}")
        return None


class Buyer(Person):
    """Files a dispute with a photo, and looks at it again."""

    kind, weight = "buyers", 6

    def on_start(self) -> None:
        """Nobody yet: each dispute has a buyer of its own."""

    @task
    def file(self) -> None:
        order = self.arrive()[1]
        self.read("/", "home")
        self.read("/orders/", "my orders")
        self.think()
        self.read(f"/orders/{order}/", "order")
        self.think()
        page = self.read(f"/disputes/new/{order}/", "questionnaire")
        if "/new/" not in page.base_url:
            return  # filed in an earlier round: the link leads to the dispute
        answers: list[dict[str, Any]] = [
            {"received": "yes"}, {"reason": "damaged"},
            {"story": "The bell came broken: the lid has a crack from edge to edge.", "language": "en"},
            {"wanted": "refund"},
        ]  # fmt: skip
        for answer in answers:
            page = page is not None and self.send(page, f"answer {next(iter(answer))}", **answer)
        if page is None or page is False:
            return
        files = [("files", ("crack.jpg", photo(), "image/jpeg"))]
        page = self.send(page, "answer with a photo", files)
        page = page is not None and self.send(page, "file", having="/check/")
        if page is None or page is False:
            return
        for _ in range(3):
            self.think()
            page = self.read(page.base_url, "dispute (buyer)")
        self.send(page, "write a message", having="/message/", body="Shall I send another photo?")


class Seller(Person):
    """Works off the inbox: rejects, offers a part, or accepts."""

    kind, weight = "sellers", 3

    @task
    def answer(self) -> None:
        page = self.read("/disputes/inbox/", "inbox")
        cases = sorted({a for a in page.xpath("//main//a/@href") if "/disputes/DSP-" in a})
        if not cases:
            self.arrive()
            return
        case = random.choice(cases).split("/disputes/")[1].split("/")[0]
        self.think()
        page = self.read(f"/disputes/{case}/", "dispute (seller)")
        act = random.choice(("reject", "offer", "accept-request"))
        links = [a for a in page.xpath("//main//a/@href") if a.endswith(f"/{case}/{act}/")]
        if not links and not page.xpath(f"//form[contains(@action, '/{act}/')]"):
            return
        page = self.read(f"/disputes/{case}/{act}/", f"before {act}")
        typed = {"reject": {"answer": "It left here whole."}, "offer": {"amount": "5.00"}}
        self.send(page, act, having=act, **typed.get(act, {}))


class Mediator(Person):
    """Takes the next case, reads all of it, decides."""

    kind, weight = "mediators", 1

    @task
    def decide(self) -> None:
        self.read("/desk/", "desk")
        self.read("/desk/disputes/", "queue")
        page = self.read("/desk/disputes/next/", "next case")
        self.think()
        claimed = self.send(page, "claim", having="/claim/")
        page = claimed if claimed is not None else page
        case = page.base_url
        if not page.xpath("//select[@name='reason']/ancestor::form[contains(@action, '/check/')]"):
            return
        marks = {
            name: "not_needed"
            for name in page.xpath("//input[@type='radio']/@name")
            if name.startswith("result-")
        }
        marks = {name: value for name, value in marks.items() if not name.startswith("result-own-")}
        ruling = {"verdict": "none", "reason": "not_shown", **marks}
        page = self.send(page, "draft the statement", having="/check/", do="draft", **ruling)
        if page is None:
            return
        page = self.read(case, "workspace")
        page = self.send(page, "check the decision", having="/check/", do="check")
        if page is not None:
            self.send(page, "decide", having="/decide/")
