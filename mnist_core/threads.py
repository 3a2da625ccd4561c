"""How many processor cores one matrix product may use."""

from __future__ import annotations

from functools import cache

from threadpoolctl import threadpool_limits


@cache
def use_one_blas_thread() -> None:
    """Let NumPy's matrix products run on one thread, from now on and in the whole process.

    Ours are small: a second thread gains nothing (measured, see README). Where several runs and the web server
    share the cores, threads that spin while they wait for each other make training ten times slower.
    """
    threadpool_limits(limits=1, user_api="blas")
