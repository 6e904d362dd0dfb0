"""Two people who do something at the same moment: real processes with connections of their own.

with all_gone_afterwards():
	...; frappe.db.commit()
	outcomes = race(bench, folder, (ann, "rewards.post", record), (bob, "rewards.post", record))
	winner, loser = one_wins(outcomes, "It is posted already.")
"""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any
from unittest.mock import patch

import frappe
from support.servers import Bench, Process

SETTINGS = "Supplier Quality Settings"
API = "partner_relations.supplier_quality.api"
SECONDS = 90

# Everybody has seen the site before anybody starts, and whoever is first keeps the locks for a while.
CODE = """
import json
frappe.set_user({user!r})
function = frappe.get_attr({function!r})
frappe.get_all("User", limit=1)  # the transaction's snapshot
print("ready", flush=True)
while not os.path.exists({go!r}):
	time.sleep(0.001)
try:
	answer, error, message = function(*{arguments!r}), None, None
	time.sleep(0.7)
	frappe.db.commit()
except Exception as raised:
	frappe.db.rollback()
	answer, error, message = None, type(raised).__name__, str(raised)
print("\\n" + json.dumps([answer, error, message], default=str), flush=True)
"""


@dataclass(frozen=True)
class Outcome:
	"""What somebody got: the function's answer, or the name of the error and what it says."""

	user: str
	answer: Any
	error: str | None
	message: str | None


def race(bench: Bench, folder: Path, *calls: Sequence[Any]) -> list[Outcome]:
	"""Call functions at the same moment, each as (user, function, argument...); outcomes in the same order.

	A function is named by its path, from the app's API on; Frappe's and what is no API by its whole path.
	"""
	folder.mkdir(parents=True, exist_ok=True)
	go = folder / "go"
	go.unlink(missing_ok=True)
	processes: list[Process] = []
	try:
		for number, (user, function, *arguments) in enumerate(calls):
			path = function if function.startswith(("frappe.", "partner_relations.")) else f"{API}.{function}"
			code = CODE.format(user=user, function=path, arguments=arguments, go=str(go))
			log = folder / f"{number}.log"
			log.unlink(missing_ok=True)
			processes.append(bench.python(dedent(code), log))
		for process in processes:
			_wait(process, "ready")
		go.touch()
		for process in processes:
			_wait(process, None)
	finally:
		for process in processes:
			process.kill()
	frappe.db.rollback()  # to see what they have committed
	found = []
	for (user, *_call), process in zip(calls, processes, strict=True):
		assert process.popen.returncode == 0, process.log.read_text()
		found.append(Outcome(user, *json.loads(process.log.read_text().splitlines()[-1])))
	return found


def _wait(process: Process, word: str | None) -> None:
	"""Until a process has said a word, or (None) has ended."""
	deadline = time.monotonic() + SECONDS
	while process.running() and not (word and word in process.log.read_text()):
		assert time.monotonic() < deadline, process.log.read_text()
		time.sleep(0.05)
	assert not word or word in process.log.read_text(), process.log.read_text()


def one_wins(outcomes: Sequence[Outcome], *words: str) -> tuple[Outcome, Outcome]:
	"""The winner and the other one, who is refused in a sentence that holds one of the words."""
	won = [outcome for outcome in outcomes if outcome.error is None]
	lost = [outcome for outcome in outcomes if outcome.error is not None]
	assert (len(won), len(lost)) == (1, 1), outcomes
	assert any(word in lost[0].message for word in words), lost[0]
	return won[0], lost[0]


MADE = (
	*("Supplier", "Item", "Account", "User", "Contact", "Notification Settings", "File"),
	*("Contract", "Contract Amendment", "Contract Breach", "Contract Obligation Result", "Contract Clause"),
	*("Supplier Reward Penalty", "Supplier Restriction", "Remedy Scheme"),
	*("Journal Entry", "Purchase Invoice", "Purchase Receipt"),
	*("Customer", "Customer Complaint", "Customer Tier Change", "Data Import", "Data Import Log"),
	"Quality Action",
	*("GL Entry", "Payment Ledger Entry", "Comment", "Version", "ToDo", "Notification Log", "Error Log"),
)
"""What the builders of these tests make, and what follows from it."""

CHANGED = ("Contract Clause Rule", "Supplier Quality Company Setting")
"""What they take away or replace."""


@contextmanager
def all_gone_afterwards() -> Iterator[None]:
	"""Inside, things are committed. At the end what is new is deleted, what builders change is put back."""
	frappe.db.rollback()
	before = {table: _names(table) for table in _tables()}
	settings = frappe.db.get_singles_dict(SETTINGS)
	# So many users per hour, which Frappe counts once they are committed.
	with put_back(*CHANGED), patch.dict(frappe.conf, {"throttle_user_limit": 1000}):
		try:
			yield
		finally:
			frappe.db.rollback()
			frappe.set_user("Administrator")
			for table, names in before.items():
				frappe.db.delete(table, {"name": ("in", list(_names(table) - names))})
			frappe.db.delete("Singles", {"doctype": SETTINGS})
			if settings:
				frappe.db.set_single_value(SETTINGS, settings, update_modified=False)
			frappe.db.commit()
			frappe.clear_cache()


@contextmanager
def put_back(*tables: str) -> Iterator[None]:
	"""At the end these tables hold the rows that they held at the beginning, committed."""
	before = {table: frappe.get_all(table, fields=["*"]) for table in tables}
	try:
		yield
	finally:
		for table, rows in before.items():
			frappe.db.delete(table)
			for row in rows:
				frappe.get_doc({**row, "doctype": table}).db_insert()
		frappe.db.commit()


def _tables() -> list[str]:
	children = {table.options for doctype in MADE for table in frappe.get_meta(doctype).get_table_fields()}
	return [*MADE, *sorted(children)]


def _names(doctype: str) -> set[str]:
	return set(frappe.get_all(doctype, pluck="name", order_by=None))
