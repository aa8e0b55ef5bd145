"""How gunicorn runs the site: warm each worker once, then keep its start-up objects out of the collector."""

import gc
from typing import Any

accesslog = None
graceful_timeout = 15
worker_tmp_dir = None


def post_worker_init(worker: Any) -> None:
    """One page rendered before the first visitor; what stays is frozen."""
    worker.wsgi.test_client().get("/login") if hasattr(worker.wsgi, "test_client") else None
    gc.collect()
    gc.freeze()
