"""The daily check of obligations killed in the middle, run again, and run twice at once, with real processes.

What is committed here has names of its own and is removed at the end.
"""

from collections import Counter
from collections.abc import Iterator

import frappe
import pytest
from compliance_factories import (
	breaches_of,
	make_remedy,
	on_time,
	penalties_of,
	promising,
	results_of,
	this_year,
)
from factories import make_order, make_supplier, receive, unique
from race_factories import put_back
from support.servers import finished, wait_for

from partner_relations.supplier_quality import compliance
from partner_relations.supplier_quality.breaches import BREACH
from partner_relations.supplier_quality.compliance import RESULT

SUPPLIERS = 3
pytestmark = pytest.mark.commits


@pytest.fixture(scope="module")
def contracts(site: str) -> Iterator[list[str]]:
	"""Committed contracts whose suppliers were late in January and in February."""
	with put_back("Contract Clause Rule"):  # which the builders of contracts take away
		yield from _committed_contracts()


def _committed_contracts() -> Iterator[list[str]]:
	remedy = make_remedy(scheme_name=unique("Killed"))
	suppliers = [make_supplier(unique("Killed")) for _number in range(SUPPLIERS)]
	made = []
	for supplier in suppliers:
		for month in (1, 2):
			order = make_order(
				supplier, quantity=10, rate=20, due=this_year(month, 10), ordered_on=this_year(month, 1)
			)
			made += [receive(order, on=this_year(month, 15)), order]
	names = [
		promising(supplier, on_time(remedy_scheme=remedy), end_date=this_year(3, 31)).name
		for supplier in suppliers
	]
	frappe.db.commit()
	yield names
	frappe.db.rollback()
	forget_what_was_judged(names)
	for document in sorted(made, key=lambda document: document.doctype, reverse=True):
		frappe.get_doc(document.doctype, document.name).cancel()
		frappe.delete_doc(document.doctype, document.name, force=True)
	for name in names:
		frappe.get_doc("Contract", name).cancel()
		frappe.delete_doc("Contract", name, force=True)
	for supplier in suppliers:
		frappe.delete_doc("Supplier", supplier, force=True)
	frappe.delete_doc("Remedy Scheme", remedy, force=True)
	frappe.db.commit()


def forget_what_was_judged(names: list[str]) -> None:
	of_ours = frappe.get_all(BREACH, {"contract": ("in", names)}, pluck="name")
	frappe.db.delete("Supplier Reward Penalty", {"source_name": ("in", of_ours)})
	frappe.db.delete("Comment", {"reference_name": ("in", of_ours)})
	for doctype in (BREACH, RESULT):
		frappe.db.delete(doctype, {"contract": ("in", names)})
	frappe.db.commit()


@pytest.fixture(autouse=True)
def nothing_judged(contracts: list[str]) -> Iterator[None]:
	"""Each test starts with contracts that nobody judged."""
	yield
	frappe.db.rollback()
	forget_what_was_judged(contracts)


def found(contracts: list[str]) -> tuple[int, int, int]:
	"""How many results, breaches and penalties others have committed; each breach is one of a result."""
	frappe.db.rollback()
	results = [row for name in contracts for row in results_of(name)]
	breaches = [row for name in contracts for row in breaches_of(name)]
	penalties = [row for breach in breaches for row in penalties_of(breach.name)]
	assert {row.breach for row in results if row.breach} == {row.name for row in breaches}
	assert {row.penalty for row in breaches if row.penalty} == {row.name for row in penalties}
	assert max(Counter(row.unique_key for row in results).values(), default=1) == 1
	return len(results), len(breaches), len(penalties)


# January, February and March of each contract; late in two of them.
ALL = (3 * SUPPLIERS, 2 * SUPPLIERS, 2 * SUPPLIERS)
NOTHING = (0, 0, 0)


def test_killed_in_the_middle_and_run_again(contracts, start_python, tmp_path):
	"""By kill -9 in the second window, when breaches and penalties are written and results are not."""
	marker = tmp_path / "in the middle"
	process = start_python(
		f"""
		from partner_relations.supplier_quality import breaches, compliance
		real, calls = breaches.follow_facts, []
		def follow_facts(findings):
			names = real(findings)
			if any(finding.contract in {contracts!r} for finding in findings):
				calls.append(1)
				if len(calls) == 2:
					open({str(marker)!r}, "w").close()
					time.sleep(300)
			return names
		breaches.follow_facts = follow_facts
		compliance.judge_due_obligations()
		"""
	)
	wait_for(marker.exists, process)
	assert found(contracts) == (SUPPLIERS, SUPPLIERS, SUPPLIERS)
	process.kill()
	assert found(contracts) == (SUPPLIERS, SUPPLIERS, SUPPLIERS)

	compliance.judge_due_obligations()
	assert found(contracts) == ALL
	before = [breaches_of(name) for name in contracts]
	compliance.judge_due_obligations()
	assert found(contracts) == ALL
	assert [breaches_of(name) for name in contracts] == before


def test_two_at_once(contracts, start_python, tmp_path):
	go = tmp_path / "go"
	assert found(contracts) == NOTHING
	processes = [
		start_python(
			f"""
			from partner_relations.supplier_quality import compliance
			frappe.get_all("Contract Breach")  # the transaction's snapshot
			print("ready", flush=True)
			while not os.path.exists({str(go)!r}):
				time.sleep(0.001)
			compliance.judge_due_obligations()
			"""
		)
		for _number in range(2)
	]
	for process in processes:
		wait_for(lambda process=process: "ready" in process.log.read_text(), process)
	before = frappe.db.count("Error Log")
	go.touch()
	for process in processes:
		finished(process)
	assert found(contracts) == ALL
	assert frappe.db.count("Error Log") == before
