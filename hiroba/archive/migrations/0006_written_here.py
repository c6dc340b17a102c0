import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("archive", "0005_corrections")]

    operations = [
        migrations.AlterField(
            "revision",
            "original",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="revisions", to="archive.original"
            ),
        ),
    ]
