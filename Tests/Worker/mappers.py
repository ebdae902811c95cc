"""Object-relational mapping and typed drivers on the schema as it is: SQLAlchemy's automap, asyncpg, psycopg.

    python3 mappers.py TENANT

Does what applications do with them, and asserts what they would expect; the PG* variables say how email_service connects.
"""

import asyncio
import json
import sys
import uuid
import warnings

import asyncpg
import psycopg
from sqlalchemy import create_engine, event, select
from sqlalchemy.ext.automap import automap_base
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified


def write_whole_row(row):
    """Sends every column, as mappers do that do not track changes."""
    for column in row.__mapper__.column_attrs:
        if column.columns[0].computed is None and not column.columns[0].primary_key:
            flag_modified(row, column.key)


def with_automap(tenant):
    """Maps every table without a warning, and writes whole rows back."""
    warnings.simplefilter("error")
    engine = create_engine("postgresql+psycopg://")

    @event.listens_for(engine, "begin")
    def serve(connection):
        connection.exec_driver_sql("SELECT set_config('app.current_tenant_id', %s, true)", (str(tenant),))

    base = automap_base()
    base.metadata.reflect(engine, only=["email_accounts", "email_folders", "email_messages", "email_attachments"])
    base.prepare(generate_relationship=lambda *_, **__: None)
    accounts, folders, messages = base.classes.email_accounts, base.classes.email_folders, base.classes.email_messages
    with Session(engine) as session:
        account = accounts(tenant_id=tenant, user_id=uuid.uuid4(), email_address=f"Mapped.{tenant}@Example.com")
        session.add(account)
        session.flush()
        folder = folders(tenant_id=tenant, account_id=account.id, path="INBOX", type="inbox", unread_count=7, total_count=9)
        session.add(folder)
        session.flush()
        message = messages(tenant_id=tenant, account_id=account.id, folder_id=folder.id, message_id="<1@example.org>",
                           subject="Mapped", text_body="by SQLAlchemy", to=["a@example.com"])  # fmt: skip
        session.add(message)
        session.flush()
        session.add(base.classes.email_attachments(tenant_id=tenant, message_id=message.id, filename="a.pdf"))
        session.commit()

    with Session(engine) as session:
        message, folder = session.scalars(select(messages)).one(), session.scalars(select(folders)).one()
        account = session.scalars(select(accounts)).one()
        assert account.email_address == f"mapped.{tenant}@example.com"
        assert message.has_attachments and not message.is_deleted
        assert (folder.unread_count, folder.total_count) == (1, 1), "kept, whatever was written"
        seen = message.change_seq
        for row in (account, folder, message):
            write_whole_row(row)
        message.is_deleted = True
        session.commit()
        assert message.deleted_at and message.change_seq > seen
        assert (folder.unread_count, folder.total_count) == (0, 0)
    engine.dispose()


async def with_asyncpg(tenant):
    """Prepared statements, whose parameters have the types of the functions."""
    connection = await asyncpg.connect()
    async with connection.transaction():
        await connection.execute("SELECT set_config('app.current_tenant_id', $1, true)", str(tenant))
        folder = await connection.fetchrow("SELECT id, account_id FROM email_folders")
        mail = [{"message_id": f"<{number}@example.net>", "subject": "typed"} for number in range(3)]
        rows = await connection.fetch(
            "SELECT * FROM email_ingest($1, $2, $3)", folder["account_id"], folder["id"], json.dumps(mail))  # fmt: skip
        assert [row["outcome"] for row in rows] == ["stored"] * 3
        found, last = [], (None, None, None)
        while page := await connection.fetch(
            "SELECT * FROM email_search($1, order_by => 'rank', page_size => 2, after_received_at => $2, after_rank => $3,"
            " after_id => $4) ORDER BY rank DESC, received_at DESC, message_id DESC", "typed", *last):  # fmt: skip
            found += [row["message_id"] for row in page]
            last = (page[-1]["received_at"], page[-1]["rank"], page[-1]["message_id"])
        assert sorted(found) == sorted(row["id"] for row in rows)
    await connection.close()


def with_psycopg(tenant):
    """Server-side binding, and many rows in a pipeline."""
    with psycopg.connect() as connection:
        connection.execute("SELECT set_config('app.current_tenant_id', %s, true)", (str(tenant),))
        folder, account = connection.execute("SELECT id, account_id FROM email_folders").fetchone()
        rows = [(tenant, account, folder, f"<{number}@example.edu>", number % 2 == 0) for number in range(10)]
        connection.cursor().executemany(
            "INSERT INTO email_messages (tenant_id, account_id, folder_id, message_id, is_read) VALUES (%s, %s, %s, %s, %s)", rows)
        counts = connection.execute("SELECT total_count, unread_count FROM email_folders").fetchone()
        assert counts == (13, 8), counts
        # A float is double precision here, and the rank of the last row is one.
        search = "SELECT message_id, received_at, rank FROM email_search(%s, order_by => 'rank', page_size => 2"
        first = connection.execute(search + ")", ("typed",)).fetchall()
        rest = connection.execute(
            search + ", after_received_at => %s, after_rank => %s, after_id => %s)",
            ("typed", first[-1][1], first[-1][2], first[-1][0])).fetchall()  # fmt: skip
        assert len({row[0] for row in first + rest}) == 3


if __name__ == "__main__":
    with_automap(uuid.UUID(sys.argv[1]))
    asyncio.run(with_asyncpg(uuid.UUID(sys.argv[1])))
    with_psycopg(uuid.UUID(sys.argv[1]))
