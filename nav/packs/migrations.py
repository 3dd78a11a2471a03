"""SQLite files that outlive the program that made them: each says which form it has (`PRAGMA user_version`).

A form may only add to the one before (tables, columns with a default): then a program that was rolled back
opens the file of a later one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence


def migrate(db: sqlite3.Connection, forms: Sequence[str]) -> None:
    """Bring a file to the newest form, each step whole or not at all.

    Parameters
    ----------
    db
        The open file. One of a later form stays as it is.
    forms
        SQL that makes each form from the one before; the first makes it from nothing, and has to leave alone
        what is there, since files made before they were numbered have the number 0.

    Raises
    ------
    sqlite3.Error
        The file cannot be written, or is not a database.
    """
    (form,) = db.execute("PRAGMA user_version").fetchone()
    for number, sql in enumerate(forms[form:], form + 1):
        try:
            db.executescript(f"BEGIN IMMEDIATE; {sql}; PRAGMA user_version = {number}; COMMIT;")
        except sqlite3.Error:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
