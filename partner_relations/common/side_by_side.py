"""Reading over several connections at once: MariaDB runs a query on one core, and servers have more."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

import frappe

from partner_relations.common.facts.query import BoundQuery

CONNECTIONS = 2
PATIENCE_SECONDS = 20

Rows = list[tuple]


def read_side_by_side(
	queries: Sequence[BoundQuery],
	meanwhile: Callable[[], None],
	connections: int = CONNECTIONS,
	patience: float = PATIENCE_SECONDS,
) -> Iterator[Rows]:
	"""The rows of each query, in the order of the queries, read over connections of their own.

	They see what is committed: nothing that the caller's transaction has written. `meanwhile` is called every
	`patience` seconds that a query is waited for, so that a long one isn't taken for a dead worker. Whoever
	stops half-way waits only for the queries that run already.
	"""
	site, sites_path = frappe.local.site, frappe.local.sites_path
	pool = ThreadPoolExecutor(connections, thread_name_prefix="reading")
	try:
		for result in [pool.submit(_read, site, sites_path, query) for query in queries]:
			yield _awaited(result, meanwhile, patience)
	finally:
		pool.shutdown(cancel_futures=True)


def _awaited(result: "Future[Rows]", meanwhile: Callable[[], None], patience: float) -> Rows:
	while not wait([result], patience).done:
		meanwhile()
	return result.result()


def _read(site: str, sites_path: str, query: BoundQuery) -> Rows:
	frappe.init(site, sites_path=sites_path)  # a thread has a context of its own
	try:
		frappe.connect()
		return frappe.db.sql(query.sql, query.values)
	finally:
		frappe.destroy()
