"""How the web process is served; gunicorn reads this file from the folder it starts in."""

import gc
import os
import sys
from typing import Any

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))

# A worker that shows no sign of life is replaced; long uploads run in threads and do not count.
timeout = 60
graceful_timeout = 20
keepalive = 5

# A thread that comes back from the database with SQLite's write lock gets the interpreter after a millisecond, not five.
sys.setswitchinterval(0.001)


def post_worker_init(_worker: Any) -> None:
    """What the program itself consists of stays to its end: no collection need walk through it at every few requests."""
    gc.collect()
    gc.freeze()


# The body is limited by the application, route by route; these bound what is read before it is asked.
limit_request_line = 8190
limit_request_fields = 64
limit_request_field_size = 8190

# Requests are logged by the application, with a request id and without personal data.
accesslog = None

# Operators have signals and the process manager.
control_socket_disable = True
errorlog = "-"
loglevel = os.environ.get("LOG_LEVEL", "info").lower()
