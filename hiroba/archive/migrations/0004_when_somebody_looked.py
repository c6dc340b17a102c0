from __future__ import annotations

from django.db import migrations, models
from django.db.models import F
from django.db.migrations.state import StateApps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def settle_what_was_opened(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What somebody has already shared with everybody, with a reason, waits for nobody."""
    records = apps.get_model("archive", "Record").objects.using(schema_editor.connection.alias)
    opened = records.filter(gate_code="GATE-02", audience__principals__principal="everyone").exclude(audience_reason="")
    records.filter(pk__in=opened.values("pk")).update(gate_settled_at=F("updated_at"))


class Migration(migrations.Migration):
    dependencies = [("archive", "0003_what_the_gate_said")]

    operations = [
        migrations.AddField("record", "gate_settled_at", models.DateTimeField(null=True)),
        migrations.RunPython(settle_what_was_opened, migrations.RunPython.noop),
    ]
