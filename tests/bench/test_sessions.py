"""People who are signed in for a load, round after round on the same database."""

from __future__ import annotations

import json

import pytest

from accounts.models import RoleGrant
from bench import sessions, stories


@pytest.mark.django_db
def test_a_second_round_signs_the_same_mediators_in_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stories.tell(2, "delivered")
    stories.tell(2, "running")
    for _round in range(2):
        sessions.main(2, 1, 3)
        said = json.loads(capsys.readouterr().out)
        assert [len(said[who]) for who in ("buyers", "sellers", "mediators")] == [2, 1, 3]
    assert RoleGrant.objects.filter(user__name__startswith="Mediator ").count() == 3
