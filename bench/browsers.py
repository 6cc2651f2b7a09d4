"""People who only look: sellers at their inbox and at a dispute in it, for locust (`bench.flood` starts it)."""

from __future__ import annotations

import random

from locust import task

from bench import people


class Browser(people.Person):
    """Reads on, with some seconds between two pages."""

    kind = "sellers"

    @task
    def look(self) -> None:
        page = self.read("/disputes/inbox/", "inbox")
        cases = sorted({a for a in page.xpath("//main//a/@href") if "/disputes/DSP-" in a})
        if cases:
            self.think()
            self.read(random.choice(cases), "dispute (seller)")
