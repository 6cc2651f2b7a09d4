"""Stores: where sellers sell."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Storefront


class Store(models.Model):
    """A seller's shop on one storefront. Its owner answers for its orders."""

    storefront = models.ForeignKey(Storefront, on_delete=models.PROTECT, related_name="stores")
    name = models.CharField(_("name"), max_length=160)
    slug = models.SlugField(max_length=80)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="stores"
    )
    country = models.CharField(_("country"), max_length=2, blank=True)

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(fields=("storefront", "slug"), name="store_slug_once"),
        )

    def __str__(self) -> str:
        return self.name
