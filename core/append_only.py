"""Tables that only grow: the database itself refuses UPDATE, DELETE and TRUNCATE, whoever asks.

A migration uses `AppendOnly("core_event")`. The refusal is a trigger on both databases.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.migrations.operations.base import Operation

PG_FUNCTION = """
CREATE OR REPLACE FUNCTION recourse_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


def install(cursor: Any, vendor: str, table: str) -> None:
    """Make a table refuse changes to rows that are there."""
    remove(cursor, vendor, table)
    if vendor == "postgresql":
        cursor.execute(PG_FUNCTION)
        cursor.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION recourse_append_only()"
        )
        cursor.execute(
            f"CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION recourse_append_only()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        cursor.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def remove(cursor: Any, vendor: str, table: str) -> None:
    """Lift the refusal (a migration backwards, or a test database that is emptied)."""
    if vendor == "postgresql":
        cursor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}")
        cursor.execute(f"DROP TRIGGER IF EXISTS {table}_never_emptied ON {table}")
        return
    for verb in ("update", "delete"):
        cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")


def tables() -> list[str]:
    """The tables of this database that are append-only now."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%\\_append\\_only'"
            )
        else:
            cursor.execute(
                "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%\\_no\\_delete' ESCAPE '\\'"
            )
        return sorted(row[0] for row in cursor.fetchall())


class AppendOnly(Operation):
    """Migration operation: from here on the table only grows."""

    reversible = True

    def __init__(self, table: str) -> None:
        self.table = table

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, [self.table], {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models stay as they are."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        with schema_editor.connection.cursor() as cursor:
            install(cursor, schema_editor.connection.vendor, self.table)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        with schema_editor.connection.cursor() as cursor:
            remove(cursor, schema_editor.connection.vendor, self.table)

    def describe(self) -> str:
        return f"Make {self.table} append-only"
