"""What readers say about a help page. Nothing here says who they are."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Storefront

NOTE_MAX = 200


class Answer(models.Model):
    """One yes or no to "Was this helpful?", with a line where one was written: the day, never the person."""

    storefront = models.ForeignKey(Storefront, on_delete=models.PROTECT, related_name="+")
    page = models.SlugField()
    helpful = models.BooleanField()
    note = models.CharField(max_length=NOTE_MAX, blank=True, default="")
    given_on = models.DateField()

    class Meta:
        verbose_name = _("answer about a help page")
        verbose_name_plural = _("answers about help pages")
        indexes = (models.Index(fields=("storefront", "page"), name="help_answer_by_page"),)

    def __str__(self) -> str:
        return f"{self.page}: {'yes' if self.helpful else 'no'}"
