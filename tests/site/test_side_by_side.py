"""Reading over several connections at once."""

import time

import frappe
import pytest

from partner_relations.common.facts.query import BoundQuery
from partner_relations.common.side_by_side import read_side_by_side


def select(words: str, **values) -> BoundQuery:
	return BoundQuery(f"SELECT {words}", values)


def never() -> None:
	raise AssertionError("nobody had to wait")


def connections() -> set[int]:
	return {row[0] for row in frappe.db.sql("SHOW PROCESSLIST")}


def test_rows_come_in_the_order_of_the_queries_over_other_connections():
	queries = [
		select("%(number)s, CONNECTION_ID(), SLEEP(%(wait)s)", number=n, wait=0.3 - n / 10) for n in range(3)
	]
	before = connections()
	rows = [only for (only,) in read_side_by_side(queries, never)]
	assert [row[0] for row in rows] == [0, 1, 2]
	own = frappe.db.sql("SELECT CONNECTION_ID()")[0][0]
	assert own not in {row[1] for row in rows}
	assert len({row[1] for row in rows}) > 1
	assert connections() <= before | {own}  # none is left open
	assert frappe.session.user == "Administrator"


def test_two_queries_take_the_time_of_one():
	queries = [select("SLEEP(%(wait)s)", wait=1.0) for _number in range(2)]
	started = time.monotonic()
	assert len(list(read_side_by_side(queries, never))) == 2
	assert time.monotonic() - started < 1.9


def test_a_long_wait_is_no_silence():
	beats = []
	assert list(read_side_by_side([select("SLEEP(0.7)")], lambda: beats.append(1), patience=0.1)) == [((0,),)]
	assert len(beats) >= 3


def test_what_goes_wrong_is_raised_and_ends_the_rest():
	with pytest.raises(Exception, match="no_such_column"):
		list(read_side_by_side([select("no_such_column"), select("1"), select("2")], never))

	class Stopped(Exception):
		pass

	def stop() -> None:
		raise Stopped

	queries = [select("SLEEP(0.5)") for _number in range(30)]
	started = time.monotonic()
	with pytest.raises(Stopped):
		list(read_side_by_side(queries, stop, patience=0.1))
	assert time.monotonic() - started < 5
