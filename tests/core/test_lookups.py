"""Many keys in one value find what `__in` finds."""

from __future__ import annotations

import pytest

from core.models import Storefront
from orders.models import Order
from tests.orders import factories as make


@pytest.mark.django_db
def test_among_finds_the_rows_of_these_keys_and_no_others(frozen: object) -> None:
    first, second, third = (make.delivered() for _ in range(3))

    found = Order.objects.filter(pk__among=[first.pk, third.pk, 10**9])

    assert set(found) == {first, third}
    assert set(Order.objects.filter(pk__among={second.pk: None})) == {second}
    assert set(Order.objects.filter(pk__among=iter([second.pk]))) == {second}
    assert list(Order.objects.filter(pk__among=[])) == []
    assert set(Order.objects.exclude(pk__among=[first.pk])) == {second, third}


@pytest.mark.django_db
def test_among_takes_the_keys_that_a_row_points_to(frozen: object) -> None:
    orders = {make.delivered(), make.delivered()}
    main = Storefront.default()

    assert set(Order.objects.filter(storefront_id__among=[main.pk])) == orders
    assert not Order.objects.filter(storefront_id__among=[main.pk + 1]).exists()
