"""Builders for the tests of obligations: promises, contracts that hold them, remedies, what became of them.

supplier = make_supplier()
contract = promising(supplier, promise(target=95))      # in force since January, accepted quantity each month
make_receipt(supplier, accepted=90, rejected=10, on=this_year(2, 10))
compliance.judge_contract(contract.name)
assert [row.status for row in breaches_of(contract)] == ["Detected"]
"""

from datetime import date
from typing import Any

import frappe
from contract_factories import contract_in_force
from factories import make_kpi, unique
from frappe.model.document import Document

from partner_relations.supplier_quality.breaches import BREACH
from partner_relations.supplier_quality.compliance import RESULT

ON_TIME = "Test On Time"


def this_year(month: int, day: int) -> date:
	return date(date.today().year, month, day)


def promise(kpi: str | None = None, **values: Any) -> dict[str, Any]:
	"""A row: at least 95 % accepted, each month of the calendar."""
	return {
		"kind": "KPI promise",
		"title": unique("Promise"),
		"kpi": kpi or make_kpi(),
		"comparison": "At least",
		"target": 95,
		"judged_each": "Month",
		"windows_begin": "Calendar",
		**values,
	}


def on_time(**values: Any) -> dict[str, Any]:
	"""A row: at least 95 % of the deliveries on time, each month."""
	return promise(make_kpi(ON_TIME, "on_time_delivery"), **values)


def deliverable(due: date, **values: Any) -> dict[str, Any]:
	return {"kind": "Dated deliverable", "title": unique("Deliverable"), "due_date": due, **values}


def make_remedy(**values: Any) -> str:
	"""A penalty of 5 % of the late line value per day, unless told otherwise."""
	scheme = frappe.get_doc(
		{
			"doctype": "Remedy Scheme",
			"scheme_name": unique("Remedy"),
			"purpose": "Penalty",
			"method": "Rate",
			"basis": "Late line value",
			"rate_type": "Percent of the basis",
			"counts": "Days late",
			"rate": 5,
			"per_units": 1,
			**values,
		}
	)
	return scheme.insert().name


def promising(supplier: str, *rows: dict[str, Any], **values: Any) -> Document:
	"""A contract in force that holds these obligations."""
	return contract_in_force(supplier, obligations=list(rows), **values)


def results_of(contract: Document | str) -> list[Any]:
	return _of(RESULT, contract)


def breaches_of(contract: Document | str) -> list[Any]:
	return _of(BREACH, contract)


def penalties_of(breach: str) -> list[Any]:
	return frappe.get_all(
		"Supplier Reward Penalty",
		filters={"source_type": BREACH, "source_name": breach},
		fields=["*"],
		order_by="creation asc",
	)


def _of(doctype: str, contract: Document | str) -> list[Any]:
	name = contract if isinstance(contract, str) else contract.name
	return frappe.get_all(doctype, filters={"contract": name}, fields=["*"], order_by="from_date asc")
