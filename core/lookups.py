"""`filter(pk__among=keys)`: one of many keys, sent as one value.

`__in` writes a placeholder for each key, which the driver then fills one by one; for the five hundred keys of a batch
that costs more than the query. PostgreSQL takes them as an array.
"""

from __future__ import annotations

from typing import Any

from django.db.models import AutoField, BigAutoField, ForeignKey, Lookup


@AutoField.register_lookup
@BigAutoField.register_lookup
@ForeignKey.register_lookup
class Among(Lookup[Any]):
    """True where the key is one of these."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        left, params = self.process_lhs(compiler, connection)
        keys = list(self.rhs)
        if not keys:
            return "1 = 0", []
        if connection.vendor == "postgresql":
            return f"{left} = ANY(%s)", [*params, keys]
        return f"{left} IN ({', '.join(['%s'] * len(keys))})", [*params, *keys]
