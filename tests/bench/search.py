"""Search over 100,000 listings: p95 of a whole result beside SQL by hand on the same database."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import insert, text

from ipplatform.domain.accounts.models import Organisation
from ipplatform.domain.assets.models import Asset, AssetClassification
from ipplatform.domain.marketplace import index
from ipplatform.domain.marketplace.models import Listing
from ipplatform.domain.marketplace.search import pages
from ipplatform.foundation.clock import now
from ipplatform.foundation.db import db, transaction
from tests.bench.clients import Request, percentile, send_all
from tests.factories import make_organisation
from tests.processes import ROOT, answers, wait_for
from tests.service import COMMANDS, Service, service

LISTINGS = 100_000
QUERIES = 300
_BATCH = 2_000
_TERRITORIES = ("CN", "DE", "US", "JP", "GB", "FR", "KR", "SG")
_CLASSES = ("H01M 10/0525", "G06N 3/08", "H04L 9/32", "G06F 21/60", "H01L 21/02", "B60L 50/64", "G06Q 20/38")
_ROOTS = [
    "bat",
    "cel",
    "ther",
    "sen",
    "net",
    "key",
    "cir",
    "gra",
    "pol",
    "cat",
    "mem",
    "vol",
    "opt",
    "mag",
    "ion",
    "flu",
    "ray",
    "gen",
    "con",
    "ver",
]
_ENDS = [
    "ter",
    "ol",
    "ium",
    "ator",
    "ing",
    "age",
    "ode",
    "or",
    "ics",
    "ent",
    "ance",
    "et",
    "a",
    "ive",
    "al",
    "ure",
    "ide",
    "en",
    "is",
    "ane",
]
_WORDS = [first + middle + last for first in _ROOTS for middle in ("", *_ENDS[:9]) for last in _ENDS]
_HAN = "电池冷却板芯片加密网络支付传感器材料方法装置系统数据安全模型学习云计算物联控制"


def measure(database_url: str, folder: Path, *, listings: int = LISTINGS) -> dict[str, object]:
    """One row of the table; times in milliseconds."""
    with service(database_url, folder) as started:
        with started.application():
            organisation = make_organisation()
            _fill(organisation, listings)
            built = _timed(index.rebuild)
            queries = _queries()
            searching = [_timed(lambda query=query: _search(query)) for query in queries]
            by_hand = [_timed(lambda query=query: _like(query)) for query in queries[:60]]
            by_ids = [_timed(lambda query=query: _rows(query, listings)) for query in queries]
        page = _through_http(started, queries)
    return {
        "listings": listings,
        "index built s": round(built / 1000, 1),
        "search p50": round(percentile(searching, 50), 1),
        "search p95": round(percentile(searching, 95), 1),
        "page p95 (HTTP)": round(page, 1),
        "SQL LIKE p95": round(percentile(by_hand, 95), 1),
        "SQL by id p95": round(percentile(by_ids, 95), 2),
        "search : LIKE": f"1 : {percentile(by_hand, 95) / percentile(searching, 95):.1f}",
    }


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def _search(query: str) -> None:
    with transaction(reads_only=True):
        pages.search(text=query)
        db.session.expunge_all()


def _like(query: str) -> None:
    where = "status = 'published' AND (title LIKE :word OR problem LIKE :word OR solution LIKE :word)"
    word = {"word": f"%{query.split(maxsplit=1)[0]}%"}
    with db.engine.connect() as connection:
        connection.execute(text(f"SELECT count(*) FROM listing WHERE {where}"), word).scalar()
        connection.execute(
            text(f"SELECT id, title, solution FROM listing WHERE {where} ORDER BY published_at DESC LIMIT 20"), word
        ).all()


def _rows(query: str, listings: int) -> None:
    ids = ",".join(str(random.Random(f"{query}{place}").randrange(1, listings)) for place in range(20))
    with db.engine.connect() as connection:
        connection.execute(text(f"SELECT * FROM listing WHERE id IN ({ids})")).all()


def _through_http(started: Service, queries: list[str]) -> float:
    with (started.folder / "web.log").open("ab") as output:
        web = subprocess.Popen(
            COMMANDS["web"],
            cwd=ROOT,
            env=started.environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        wait_for(lambda: answers(f"{started.address}/readyz"), 60, "the web process answers")
        ask = [Request("GET", f"/search?q={quote(query)}", b"", {}) for query in queries]
        return send_all(started.port, lambda number: ask[number], total=len(ask), clients=1).p95
    finally:
        os.killpg(web.pid, signal.SIGTERM)
        web.wait(timeout=30)


def _queries() -> list[str]:
    """One to four words as frequent as in the texts, a third of them Chinese."""
    chance = random.Random(11)
    return [
        _chinese(chance, 4) if number % 3 == 2 else " ".join(_word(chance) for _ in range(chance.randint(1, 4)))
        for number in range(QUERIES)
    ]


def _word(chance: random.Random) -> str:
    """Few words are frequent and most are rare, as in any language (Zipf)."""
    return _WORDS[min(int(chance.paretovariate(0.9)) - 1, len(_WORDS) - 1)]


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(_word(chance) for _ in range(words))


def _chinese(chance: random.Random, characters: int) -> str:
    return "".join(chance.choice(_HAN) for _ in range(characters))


def _fill(organisation: Organisation, listings: int) -> None:
    chance, holder = random.Random(5), organisation.id
    for first in range(1, listings + 1, _BATCH):
        numbers = range(first, min(first + _BATCH, listings + 1))
        rows = list(_rows_for(chance, numbers, holder))
        with transaction():
            db.session.execute(insert(Asset), [asset for asset, _class, _listing in rows])
            db.session.execute(insert(AssetClassification), [one for _asset, one, _listing in rows])
            db.session.execute(insert(Listing), [listing for _asset, _class, listing in rows])
    with db.engine.begin() as connection:
        connection.execute(text("ANALYZE"))


def _rows_for(
    chance: random.Random, numbers: range, organisation_id: int
) -> Iterator[tuple[dict[str, object], dict[str, object], dict[str, object]]]:
    for number in numbers:
        chinese = number % 3 == 0
        title = _chinese(chance, 12) if chinese else _sentence(chance, 8)
        body = _chinese(chance, 120) if chinese else _sentence(chance, 60)
        language, moment = ("zh" if chinese else "en"), now() - timedelta(minutes=number)
        asset: dict[str, object] = {
            "id": number,
            "public_id": f"{number:016d}",
            "organisation_id": organisation_id,
            "kind": "patent",
            "origin": "native",
            "title": title,
            "language": language,
            "abstract": body,
            "status": "in_force",
            "content": {},
        }
        classified: dict[str, object] = {
            "asset_id": number,
            "scheme": "ipc",
            "code": chance.choice(_CLASSES),
            "position": 0,
        }
        yield (
            asset,
            classified,
            _listing(chance, number, organisation_id, title, body, language)
            | {
                "published_at": moment,
                "created_at": moment,
            },
        )


def _listing(
    chance: random.Random, number: int, organisation_id: int, title: str, body: str, language: str
) -> dict[str, object]:
    return {
        "id": number,
        "public_id": f"{number:016d}",
        "organisation_id": organisation_id,
        "asset_id": number,
        "language": language,
        "title": title,
        "problem": body[: len(body) // 2],
        "solution": body[len(body) // 2 :],
        "exclusivities": [chance.choice(("exclusive", "sole", "ordinary"))],
        "acts": ["make", "use", "sell"],
        "territories": chance.sample(_TERRITORIES, 2),
        "fields": ["*"],
        "price_model": chance.choice(("lump_sum", "running", "both", "negotiable")),
        "status": "published",
    }
