"""Forms and calls that take effect once, however often they are sent."""

from django.db import models
from django.db.models.functions import Now


class DoneOnce(models.Model):
    """The result of a form or call, kept under the key that it carried."""

    scope = models.CharField(max_length=80)
    key = models.CharField(max_length=64)
    result = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.UniqueConstraint(fields=("scope", "key"), name="done_once"),)
        indexes = (models.Index(fields=("created_at",), name="done_once_at"),)

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"
