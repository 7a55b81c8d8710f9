"""Making the database forget bytes that no row holds any more.

SQLite overwrites them at once (PRAGMA secure_delete), but its write-ahead log keeps old pages until it is emptied.
PostgreSQL keeps dead rows until they are vacuumed; what VACUUM leaves in pages and in its write-ahead log is
ciphertext under the data key, and docs/operators/erasure.md says how operators remove it.
"""

from __future__ import annotations

from sqlalchemy import text

from ipplatform.foundation.db import Base, db, is_sqlite


class Busy(Exception):
    """Readers kept the write-ahead log from being emptied; the job is tried again."""


def purge() -> None:
    """Outside any transaction. Raises Busy, which lets the job run again later."""
    if is_sqlite():
        _empty_write_ahead_log()
    else:
        _vacuum()


def _empty_write_ahead_log() -> None:
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy = cursor.fetchall()[0][0]
        cursor.close()
    finally:
        connection.close()
    if busy:
        raise Busy("the write-ahead log of SQLite is still being read")


def _vacuum() -> None:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in Base.metadata.sorted_tables:
            connection.execute(text(f'VACUUM (SKIP_LOCKED) "{table.name}"'))
