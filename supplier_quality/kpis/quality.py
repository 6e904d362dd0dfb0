"""Quality: what was accepted, rejected, inspected, sent back."""

from pypika.terms import Term, ValueWrapper

from partner_relations.common.facts.query import Branch, Facts, Sql
from partner_relations.common.facts.terms import flag, text
from partner_relations.supplier_quality.kpis.documents import (
	RECEIPT_DOCTYPES,
	ReceiptTables,
	receipts,
	returns,
)


def accepted_quantity(sql: Sql) -> Facts:
	"""Accepted / received quantity of the receipt lines posted in the period."""
	return Facts(
		[
			Branch(
				source, tables.parent.supplier, tables.accepted, tables.received, _receipt_evidence(tables)
			)
			for tables, source in receipts(sql)
		]
	)


def defect_ppm(sql: Sql) -> Facts:
	"""Rejected / received quantity of the receipt lines posted in the period (scaled to a million)."""
	return Facts(
		[
			Branch(
				source, tables.parent.supplier, tables.rejected, tables.received, _receipt_evidence(tables)
			)
			for tables, source in receipts(sql)
		]
	)


def return_rate(sql: Sql) -> Facts:
	"""Returned / received quantity, both by the posting date of their own document."""
	received = [
		Branch(source, tables.parent.supplier, ValueWrapper(0), tables.received, _receipt_evidence(tables))
		for tables, source in receipts(sql)
	]
	returned = [
		Branch(
			source,
			tables.parent.supplier,
			tables.accepted * -1,
			ValueWrapper(0),
			_receipt_evidence(tables),
			sample=ValueWrapper(0),
		)
		for tables, source in returns(sql)
	]
	return Facts(received + returned)


def _receipt_evidence(tables: ReceiptTables) -> dict[str, Term]:
	return {
		"date": tables.parent.posting_date,
		"document_type": text(tables.doctype),
		"document": tables.parent.name,
		"line": tables.line.name,
		"item_code": tables.line.item_code,
		"accepted": tables.accepted,
		"rejected": tables.rejected,
	}


def lot_acceptance(sql: Sql) -> Facts:
	"""Incoming inspections accepted / submitted, by report date; the supplier is the inspected receipt's."""
	branches = []
	for doctype in RECEIPT_DOCTYPES:
		inspection, receipt = sql.table("Quality Inspection", "qi"), sql.table(doctype, "inspected")
		source = (
			sql.from_dated(inspection)
			.join(receipt)
			.on(receipt.name == inspection.reference_name)
			.where(
				(inspection.docstatus == 1)
				& (inspection.inspection_type == "Incoming")
				& (inspection.reference_type == doctype)
				& sql.in_period(inspection.report_date)
				& (receipt.docstatus == 1)
				& sql.of_company(receipt)
				& sql.of_parties(receipt.supplier)
				& sql.of_item_groups(inspection.item_code)
			)
		)
		branches.append(
			Branch(
				source,
				receipt.supplier,
				flag(inspection.status == "Accepted"),
				ValueWrapper(1),
				{
					"date": inspection.report_date,
					"document_type": text("Quality Inspection"),
					"document": inspection.name,
					"item_code": inspection.item_code,
					"reference_type": text(doctype),
					"reference": receipt.name,
					"result": inspection.status,
				},
			)
		)
	return Facts(branches)
