"""Obligations and breaches, as the browser asks for them. Each function checks permission first."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate, today

from partner_relations.common.evidence import permitted
from partner_relations.supplier_quality import amendments, breaches, compliance, remedy_schemes
from partner_relations.supplier_quality.breach_sentences import sentence
from partner_relations.supplier_quality.breaches import BREACH
from partner_relations.supplier_quality.compliance import CONTRACT, RESULT
from partner_relations.supplier_quality.evidence import window_evidence
from partner_relations.supplier_quality.report.kpi_evidence import kpi_evidence
from partner_relations.supplier_quality.reward_penalty import REWARD_PENALTY, answered_by

LINES_SHOWN = 200
WINDOWS_SHOWN = 400
OBLIGATION_FIELDS = (
	"kind", "title", "owed_by", "kpi", "comparison", "target", "unit", "judged_each", "minimum_sample",
	"due_date", "delivered_on", "evidence", "remedy_scheme", "amendment",
)  # fmt: skip


@frappe.whitelist()
def overview(contract: str) -> dict[str, Any]:
	"""The obligations of a contract as they read today or last read, each with its judged windows."""
	frappe.get_doc(CONTRACT, contract).check_permission("read")
	latest: dict[str, Any] = {}
	in_force: set[str] = set()
	day = getdate(today())
	for version in amendments.obligations_of([contract]).get(contract, ()):
		key = version.row["obligation_key"]
		latest[key] = version.row
		if version.effective_until is None or version.effective_until >= day:
			in_force.add(key)
	windows: dict[str, list[Any]] = {}
	may_read = frappe.has_permission(RESULT, "read")
	if may_read:
		rows = frappe.get_list(
			RESULT,
			filters={"contract": contract},
			fields=[
				"name",
				"obligation_key",
				"from_date",
				"to_date",
				"outcome",
				"has_value",
				"value",
				"target",
				"comparison",
				"unit",
				"breach",
				"due_date",
				"delivered_on",
				"days_late",
			],
			order_by="from_date desc",
			limit_page_length=WINDOWS_SHOWN,
		)
		statuses = _statuses_of([row.breach for row in rows if row.breach])
		for row in reversed(rows):
			row.breach_status = statuses.get(row.breach)
			windows.setdefault(row.obligation_key, []).append(row)
	return {
		"may_read": may_read,
		"obligations": [
			{
				**{field: row[field] for field in OBLIGATION_FIELDS},
				"key": key,
				"ended": key not in in_force,
				"windows": windows.get(key, []),
			}
			for key, row in latest.items()
		],
	}


def _statuses_of(names: list[str]) -> dict[str, str]:
	if not names or not frappe.has_permission(BREACH, "read"):
		return {}
	rows = frappe.get_list(
		BREACH, filters={"name": ("in", names)}, fields=["name", "status"], limit_page_length=0
	)
	return {row.name: row.status for row in rows}


@frappe.whitelist()
def evidence(doctype: str, name: str) -> dict[str, Any]:
	"""The lines behind a judged window, with the columns to show them by.

	Checks the right to read it (`window_evidence`); lines of documents that the user may not read are counted
	in `hidden`.
	"""
	if doctype not in (RESULT, BREACH):
		frappe.throw(_("There is no evidence of this kind of document."))
	frappe.get_doc(doctype, name).check_permission("read")
	found = frappe._dict(window_evidence(doctype, name, LINES_SHOWN))
	columns = kpi_evidence.columns(found)
	found.rows = permitted(found, columns)
	return {**found, "columns": [column for column in columns if not column.get("hidden")]}


@frappe.whitelist()
def breach_overview(breach: str) -> dict[str, Any]:
	"""What the form of a breach shows beside its fields: the penalties for it, and what the user may do."""
	document = frappe.get_doc(BREACH, breach)
	document.check_permission("read")
	penalties = []
	if frappe.has_permission(REWARD_PENALTY, "read"):
		penalties = frappe.get_list(
			REWARD_PENALTY,
			filters={"source_type": BREACH, "source_name": breach},
			fields=["name", "status", "measure", "amount", "currency", "is_financial", "calculation"],
			order_by="creation asc",
		)
		for row in penalties:
			row.calculation = remedy_schemes.explain(row.calculation)
	definition = frappe.parse_json(document.definition or "{}")
	may_decide = document.has_permission("write") and bool(frappe.has_permission(REWARD_PENALTY, "submit"))
	alive = [row for row in penalties if row.status not in breaches.NOT_OWED]
	next_ = breaches.NEXT_STATUSES[document.status]
	is_partners = document.owed_by != "Us"
	return {
		"sentence": sentence(document.as_dict()),
		"penalties": penalties,
		"remedy_scheme": definition.get("remedy_scheme"),
		"may_see_evidence": bool(definition.get("measure")),
		"may_notify": is_partners
		and document.status in (*breaches.OPEN, breaches.PENALISED)
		and bool(document.has_permission("email")),
		"may_record_answer": is_partners
		and document.status in breaches.OPEN
		and bool(document.has_permission("write")),
		"may_propose": is_partners
		and document.status in breaches.OPEN
		and bool(definition.get("remedy"))
		and not document.penalty
		and not alive
		and bool(frappe.has_permission(REWARD_PENALTY, "create")),
		"may_waive": may_decide and breaches.WAIVED in next_,
		"may_close": may_decide and breaches.CLOSED in next_,
		"may_exempt": may_decide and is_partners and document.status in breaches.OPEN,
	}


@frappe.whitelist(methods=["POST"])
def notify(breach: str, recipients: list | str | None = None, message: str | None = None) -> dict[str, Any]:
	"""Mail a breach to the partner; `breaches.notify` checks the right to it."""
	frappe.has_permission(BREACH, "email", breach, throw=True)
	if isinstance(recipients, str) and recipients.startswith("["):
		recipients = frappe.parse_json(recipients)
	return breaches.notify(breach, recipients, message)


@frappe.whitelist(methods=["POST"])
def record_answer(breach: str, answer: str, text: str | None = None, by: str | None = None) -> None:
	"""Note what the partner answered by letter or phone; `by` is who answered there."""
	frappe.has_permission(BREACH, "write", breach, throw=True)
	breaches.record_response(breach, answer, text, answered_by(by))


@frappe.whitelist(methods=["POST"])
def propose_penalty(names: list | str) -> dict[str, Any]:
	"""Propose the penalties of breaches, as far as the user may see them; returns their names."""
	frappe.has_permission(REWARD_PENALTY, "create", throw=True)
	if isinstance(names, str):
		names = frappe.parse_json(names) if names.startswith("[") else [names]
	visible = frappe.get_list(
		BREACH, filters={"name": ("in", [str(name) for name in names])}, pluck="name", limit_page_length=0
	)
	return {"proposed": breaches.propose_penalty(visible), "asked": len(names)}


@frappe.whitelist(methods=["POST"])
def waive(breach: str, reason: str) -> None:
	"""Let a breach go; `breaches.waive` checks the right to decide."""
	frappe.has_permission(BREACH, "write", breach, throw=True)
	breaches.waive(breach, reason)


@frappe.whitelist(methods=["POST"])
def close(breach: str, reason: str) -> None:
	"""Close a breach; `breaches.close` checks the right to decide."""
	frappe.has_permission(BREACH, "write", breach, throw=True)
	breaches.close(breach, reason)


@frappe.whitelist(methods=["POST"])
def exempt_days(breach: str, days: int, reason: str) -> None:
	"""Accept days as force majeure; `breaches.exempt_days` checks the right to decide."""
	frappe.has_permission(BREACH, "write", breach, throw=True)
	breaches.exempt_days(breach, days, reason)


@frappe.whitelist(methods=["POST"])
def judge_now(contract: str) -> None:
	"""Judge a contract's obligations now instead of tonight."""
	frappe.get_doc(CONTRACT, contract).check_permission("write")
	compliance.judge_contract(contract)


@frappe.whitelist(methods=["POST"])
def record_delivery(contract: str, key: str, delivered_on: str, evidence: str | None = None) -> None:
	"""Note that a dated deliverable came, with the file that shows it."""
	document = frappe.get_doc(CONTRACT, contract)
	document.check_permission("write")
	if document.docstatus != 1:
		frappe.throw(_("Submit the contract first."))
	compliance.record_delivery(contract, key, delivered_on, evidence)
