from django.db import migrations

# Arrow values are compressed already: PostgreSQL stores them as they are, outside the row.
VALUES = [("search_resultchunk", "arrow"), ("search_productlist", "arrow")]


class Migration(migrations.Migration):
    dependencies = [("search", "0001_first")]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL",
            f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTENDED",
        )
        for table, column in VALUES
    ]
