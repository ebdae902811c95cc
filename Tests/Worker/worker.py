"""A synchronisation worker in its smallest complete form, written from the guide "Using the database".

    python3 worker.py TENANT ADDRESS FOLDER...

Files mail of Maildir folders and mbox files, each a folder named like its file, into the account with this address, which is made
when it is missing; the PG* variables say how email_service connects. Mail that is no longer there is marked as deleted. Prints a
line for each folder, and each message that was refused; exits with 1 then.
"""

import collections
import email
import email.header
import email.utils
import hashlib
import json
import mailbox
import re
import sys
import uuid
from contextlib import contextmanager
from pathlib import Path

import psycopg

BATCH = 100
connection = psycopg.connect("", autocommit=True)


@contextmanager
def serving(tenant, account=None):
    with connection.transaction():
        connection.execute(
            "SELECT set_config('app.current_tenant_id', %s, true), set_config('app.current_account_id', %s, true)",
            (str(tenant), str(account or "")),
        )
        yield connection


def clean(value):
    """A value without the characters that PostgreSQL cannot hold."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {key: clean(one) for key, one in value.items()}
    return [clean(one) for one in value] if isinstance(value, list) else value


# --- One message


def decoded(data, charset):
    """Bytes as text, whatever they claim to be."""
    for name in (charset or "utf-8", "utf-8"):
        try:
            return data.decode(name)
        except (LookupError, ValueError):
            continue
    return data.decode("latin-1")


def header(message, name):
    """A header, unfolded, its encoded words decoded; None where there is none."""
    value = message.get(name)
    if value is None:
        return None
    text = re.sub(r"\r?\n(?=[ \t])", "", str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    try:
        parts = email.header.decode_header(text)
    except ValueError:  # a broken encoded word
        return text
    return "".join(part if isinstance(part, str) else decoded(part, charset) for part, charset in parts)


def addresses(message, name):
    values = [value for value in (header(message, name),) if value]
    return [address for _, address in email.utils.getaddresses(values) if address] or None


def milliseconds(text):
    try:
        return int(email.utils.parsedate_to_datetime(text).timestamp() * 1000)
    except (TypeError, ValueError, OverflowError):
        return None


def parsed(raw, flags, uid):
    """What email_ingest takes, and the attachments: file name, type, bytes."""
    message = email.message_from_bytes(raw)
    texts, files = {}, []
    for part in message.walk():
        if part.is_multipart():
            continue
        data, kind, name = part.get_payload(decode=True) or b"", part.get_content_type(), part.get_filename()
        if kind in ("text/plain", "text/html") and name is None and kind not in texts:
            texts[kind] = decoded(data, part.get_content_charset())
        else:
            files.append((name, kind, data))
    references = re.findall(r"<[^<>]+>", header(message, "References") or "")
    fields = {
        "message_id": header(message, "Message-ID"), "raw_sha256": hashlib.sha256(raw).hexdigest(), "imap_uid": uid,
        "in_reply_to": (re.findall(r"<[^<>]+>", header(message, "In-Reply-To") or "") or [None])[0],
        "from": header(message, "From"), "to": addresses(message, "To"), "cc": addresses(message, "Cc"),
        "bcc": addresses(message, "Bcc"), "reply_to": header(message, "Reply-To"), "subject": header(message, "Subject"),
        "text_body": texts.get("text/plain"), "html_body": texts.get("text/html"), "refs": references or None,
        "sent_at": milliseconds(header(message, "Date")), "raw_headers": decoded(re.split(rb"\r?\n\r?\n", raw)[0], "utf-8"),
        "size_bytes": len(raw), "has_attachments": bool(files),
        "is_read": "S" in flags, "is_flagged": "F" in flags, "is_draft": "D" in flags,
    }  # fmt: skip
    return clean(fields), files


def mails(path):
    """The messages of a folder: raw, flags, and a UID, which a server would give."""
    if path.is_dir():
        box = mailbox.Maildir(path, create=False)
        for key in sorted(box.keys()):
            yield box.get_bytes(key), box.get_message(key).get_flags(), str(1 + int(re.sub(r"\D", "", key)[-6:] or 0))
    else:
        box = mailbox.mbox(path, create=False)
        for number, key in enumerate(box.keys(), 1):
            yield box.get_bytes(key), box.get_message(key).get_flags().replace("R", "S"), str(number)


# --- The account


def store(tenant, account, folder, batch):
    """Ingests a batch, with its attachments; returns how often there was each outcome."""
    with serving(tenant, account) as db:
        answers = db.execute(
            "SELECT id, outcome, reason FROM email_ingest(%s, %s, %s::jsonb)",
            (account, folder, json.dumps([fields for fields, _ in batch])),
        ).fetchall()
        for (message, outcome, reason), (fields, files) in zip(answers, batch, strict=True):
            if outcome == "refused":
                print(f"refused: UID {fields['imap_uid']}: {reason}", file=sys.stderr)
            elif outcome != "duplicate":
                db.execute("DELETE FROM email_attachments WHERE message_id = %s", (message,))
                rows = [
                    (tenant, message, clean(name)[:500] if name else None, clean(kind)[:100], len(data), "blob",
                     hashlib.sha256(data).hexdigest()) for name, kind, data in files]  # fmt: skip
                db.cursor().executemany(
                    """INSERT INTO email_attachments (tenant_id, message_id, filename, mime_type, size_bytes, storage_type,
                       content_hash) VALUES (%s, %s, %s, %s, %s, %s, %s)""", rows)  # fmt: skip
    return collections.Counter(outcome for _, outcome, _ in answers)


def main(tenant, address, *paths):
    with serving(tenant) as db:
        account = (
            db.execute("SELECT id FROM email_accounts WHERE email_address = %s", (address.lower(),)).fetchone()
            or db.execute(
                "INSERT INTO email_accounts (tenant_id, user_id, email_address) VALUES (%s, %s, %s) RETURNING id",
                (tenant, uuid.uuid4(), address)).fetchone())[0]  # fmt: skip
        folders = {}
        for path in map(Path, paths):
            found = db.execute(
                "SELECT id FROM email_folders WHERE account_id = %s AND md5(path) = md5(%s) AND NOT is_deleted",
                (account, path.name)).fetchone() or db.execute(
                "INSERT INTO email_folders (tenant_id, account_id, path) VALUES (%s, %s, %s) RETURNING id",
                (tenant, account, path.name)).fetchone()  # fmt: skip
            folders[path] = found[0]
    # What is gone comes first in every folder: what appears in another one keeps its id.
    for path, folder in folders.items():
        with serving(tenant, account) as db:
            db.execute(
                "UPDATE email_messages SET is_deleted = true WHERE folder_id = %s AND NOT is_deleted AND imap_uid <> ALL (%s)",
                (folder, [uid for _, _, uid in mails(path)]))  # fmt: skip
    refused = 0
    for path, folder in folders.items():
        outcomes = collections.Counter()
        todo = [parsed(*mail) for mail in mails(path)]
        for start in range(0, len(todo), BATCH):
            outcomes += store(tenant, account, folder, todo[start : start + BATCH])
        refused += outcomes["refused"]
        print(path.name, *(f"{outcome}={count}" for outcome, count in sorted(outcomes.items())))
    return int(refused > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
