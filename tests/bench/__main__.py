"""``make bench``: measure on both databases and write docs/benchmarks.md. The ratios are for reading, not for failing."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import audit, filings, search, sequencer
from tests.machine import described, now_text
from tests.postgres import cluster
from tests.trials.__main__ import table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
Measure = Callable[[str, Path], dict[str, object]]

FILINGS = """\
`POST /api/v1/filings` by 8 clients through gunicorn (2 workers of 4 threads), with worker and sequencer running:
each answer means committed (*durable*); *included* counts until the last is in a published signed head. Beside it a
bare Flask route that validates the same fields with the same schemas and commits one row, on the same server settings
and database, all fully durable. And a route *by hand* that does all of a filing's own work (who asks, formalities,
manifest, commitment, leaf, encryption, four rows) and nothing around it: what lies between it and the bare route is the
price of evidence, what lies between it and ours is the price of the API, logs, limits and one code for everything. The
three are measured in turns; clients, server and database share the cores. Receipts are gathered for five seconds, so
the worker writes those mails between the turns; what they cost it is in the table.
"""
SEARCH = """\
One page of 20 with its total, facets and marked snippets, in this process, over {listings:,} listings; the page of it
through HTTP; and beside them SQL by hand on the same database: `LIKE` over title and texts with a count and the newest
20, which ranks nothing, and reading the 20 rows found by their ids, which is the least any search must do.
"""
AUDIT = """\
Processor time of a full audit by one process (records, commitments, columns, leaves, tiles, files, checkpoints with both
signatures, one document of 64 KiB for every tenth record), beside only reading the same rows and opening, hashing and
verifying the same bytes, in processes of their own that start cold, but for the key that signs the report: opening it
is slow by design (scrypt), once a process. Peak memory is the audit's.
"""
SEQUENCER = """\
Processor time of one process that works off a backlog of pending entries (places, leaves, tiles, files, both signatures
of every head), beside only hashing the same leaves and nodes and making the same signatures in memory. Then a real
sequencer while {arrivals} filings a second are committed: how long each takes from its commit until a published signed
head covers it.
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--filings", type=int, default=filings.FILINGS)
    parser.add_argument("--listings", type=int, default=search.LISTINGS)
    parser.add_argument("--records", type=int, nargs="+", default=audit.records(), help="sizes of the audited logs")
    parser.add_argument("--backlog", type=int, default=sequencer.BACKLOG, help="pending entries of the sequencer's")
    parser.add_argument("--print", action="store_true", help="print only, leave docs/benchmarks.md alone")
    chosen = parser.parse_args()
    text = page(chosen.filings, chosen.listings, chosen.records, chosen.backlog)
    if not chosen.print:
        PAGE.write_text(text)
    print(text)


def page(filings_count: int, listings_count: int, records: list[int], backlog: int) -> str:
    filed = list(_on_both(lambda url, folder: filings.measure(url, folder, filings=filings_count)))
    found = list(_on_both(lambda url, folder: search.measure(url, folder, listings=listings_count)))
    audited = [
        row for many in records for row in _on_both(lambda url, folder, n=many: audit.measure(url, folder, records=n))
    ]
    sequenced = list(_on_both(lambda url, folder: sequencer.measure(url, folder, backlog=backlog)))
    return "\n".join(
        [
            "# Benchmarks\n",
            f"{now_text()} · {described()} · made by `make bench`\n",
            f"## Filing\n\n{FILINGS}\n{table(filed)}",
            f"## Searching\n\n{SEARCH.format(listings=listings_count)}\n{table(found)}",
            f"## Sequencing\n\n{SEQUENCER.format(arrivals=sequencer.PER_SECOND)}\n{table(sequenced)}",
            f"## Auditing\n\n{AUDIT}\n{table(audited)}",
        ]
    )


def _on_both(measure: Measure) -> Iterator[dict[str, object]]:
    for name, url, folder in _databases():
        yield {"database": name, **measure(url, folder)}


def _databases() -> Iterator[tuple[str, str, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        yield "SQLite", f"sqlite:///{folder}/ipplatform.sqlite3", Path(folder)
    with _postgres() as url, tempfile.TemporaryDirectory() as folder:
        yield "PostgreSQL", url, Path(folder)


@contextmanager
def _postgres() -> Iterator[str]:
    with cluster(durable=True) as started:
        yield started.create("bench")


if __name__ == "__main__":
    main()
