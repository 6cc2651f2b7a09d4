"""Operations of migrations that run while people go on working."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models


class _Live:
    """Built or dropped beside writers on PostgreSQL, in a migration that is not atomic; plainly elsewhere."""

    atomic = False

    def _run(self, verb: str, schema_editor: Any, model: type[models.Model], index: Any) -> None:
        live = {"concurrently": True} if schema_editor.connection.vendor == "postgresql" else {}
        getattr(schema_editor, verb)(model, index, **live)


class AddIndex(_Live, migrations.AddIndex):
    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        self._run("add_index", schema_editor, model, self.index)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        self._run("remove_index", schema_editor, model, self.index)


class RemoveIndex(_Live, migrations.RemoveIndex):
    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        index = from_state.models[app_label, self.model_name_lower].get_index_by_name(self.name)
        self._run("remove_index", schema_editor, model, index)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        index = to_state.models[app_label, self.model_name_lower].get_index_by_name(self.name)
        self._run("add_index", schema_editor, model, index)
