"""The rules are versions: edited with a note, kept for the cases opened under them."""

from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from core import policy, services
from core.actors import Actor
from core.errors import CaseChanged, NotAllowed, Refused
from core.models import Event, PolicyVersion, Storefront
from tests.kernel.makers import errands
from tests.toy.models import Errand

pytestmark = pytest.mark.django_db


@pytest.fixture
def root() -> Actor:
    user = User.objects.create(email="root@kernel.test", name="Root")
    return Actor.person(user.pk, frozenset({"admin"}))


def edit(
    actor: Actor, note: str = "Sellers asked for it.", based_on: int = 1, **typed: object
) -> PolicyVersion:
    return services.edit_policy(
        storefront_id=Storefront.default().pk,
        typed=typed,
        note=note,
        based_on=based_on,
        actor=actor,
    )


def test_an_edit_makes_the_next_version_and_old_cases_keep_theirs(
    root: Actor, frozen: datetime
) -> None:
    (old,) = errands()
    edit(root, seller_answer_days="3")
    (new,) = errands()
    assert Errand.objects.get(pk=old.pk).policy.days("seller_answer_days") == 2
    assert Errand.objects.get(pk=new.pk).policy.days("seller_answer_days") == 3
    event = Event.objects.get(name="policy_changed")
    assert (event.subject, event.seq, event.data) == (
        "policy:main",
        1,
        {"number": 2, "changed": {"seller_answer_days": [2, 3]}},
    )


@pytest.mark.parametrize("value", ["0", "-1", "61", "1.5", "NaN", "1e400", "two", "", "٣" * 400])
def test_a_value_out_of_bounds_is_refused_with_a_sentence(
    root: Actor, value: str, frozen: datetime
) -> None:
    with pytest.raises(Refused) as refused:
        edit(root, seller_answer_days=value)
    assert str(refused.value).startswith("Write a")
    assert PolicyVersion.objects.count() == 1


def test_a_missing_note_no_change_and_a_stale_page_are_refused(
    root: Actor, frozen: datetime
) -> None:
    with pytest.raises(Refused, match="why the rules change"):
        edit(root, note="  ", seller_answer_days=3)
    with pytest.raises(Refused, match="Nothing was changed"):
        edit(root, seller_answer_days=2)
    edit(root, seller_answer_days=3)
    with pytest.raises(CaseChanged):
        edit(root, seller_answer_days=4, based_on=1)


def test_only_an_admin_edits_the_rules(frozen: datetime) -> None:
    with pytest.raises(NotAllowed):
        edit(Actor.person(1, frozenset({"mediator"})), seller_answer_days=3)


def test_a_version_can_neither_be_changed_nor_deleted(root: Actor, frozen: datetime) -> None:
    version = edit(root, seller_answer_days=3)
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyVersion.objects.filter(pk=version.pk).update(note="forged")
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyVersion.objects.filter(pk=version.pk)._raw_delete("default")


def test_a_setting_newer_than_the_version_has_its_default(frozen: datetime) -> None:
    version = Storefront.default().current_policy()
    version.values.pop("complaint_days")
    assert version.get("complaint_days") == policy.SETTINGS["complaint_days"].default == 7


@pytest.mark.parametrize(("working_days", "fits"), [(5, False), (6, True)])
def test_a_review_takes_longer_than_the_other_side_may_still_complain(
    working_days: int, fits: bool
) -> None:
    values = policy.defaults() | {
        "complaint_days": 7,
        "complaint_review_working_days": working_days,
    }
    found = [name for name, _sentence in policy.contradictions(values)]
    assert found == ([] if fits else ["complaint_review_working_days"])


def test_rules_that_contradict_each_other_are_refused(root: Actor, frozen: datetime) -> None:
    with pytest.raises(Refused, match="longer than the seller's time"):
        edit(root, seller_answer_days=20, negotiation_days=5)
    assert PolicyVersion.objects.count() == 1
