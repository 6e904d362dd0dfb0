"""What customers' complaints say about suppliers: a measure for the supplier evaluation (DESIGN §3)."""

from pypika.functions import Coalesce, Date
from pypika.terms import ValueWrapper

from partner_relations.common.facts.query import Branch, Facts, Measure, Sql
from partner_relations.common.facts.terms import text
from partner_relations.customer_care.metrics.documents import (
	COMPLAINT,
	about_item_groups,
	complaints,
	received_in_period,
)
from partner_relations.supplier_quality.kpis.documents import RECEIPT_DOCTYPES, receipts


def complaint_rate(sql: Sql) -> Facts:
	"""Complaints for which the supplier is responsible / its receipt lines, both of the period.

	A complaint counts from the day it was received, unless it was rejected; receipt lines by their posting
	date, as in the other measures of quality. Where item groups are asked for, a complaint counts that is
	about an item of one of them.
	"""
	received = [
		Branch(
			source,
			tables.parent.supplier,
			ValueWrapper(0),
			ValueWrapper(1),
			{
				"date": tables.parent.posting_date,
				"document_type": text(tables.doctype),
				"document": tables.parent.name,
				"line": tables.line.name,
				"item_code": tables.line.item_code,
			},
		)
		for tables, source in receipts(sql)
	]
	complaint, counts = complaints(sql)
	blamed = sql.from_(complaint).where(
		counts
		& (complaint.responsibility == ValueWrapper("Supplier"))
		& (Coalesce(complaint.supplier, "") != "")
		& sql.of_parties(complaint.supplier)
		& received_in_period(sql, complaint)
		& about_item_groups(sql, complaint)
	)
	evidence = {
		"date": Date(complaint.received_on),
		"document_type": text(COMPLAINT),
		"document": complaint.name,
		"line": text(""),
		"item_code": text(""),
	}
	complained = Branch(
		blamed, complaint.supplier, ValueWrapper(1), ValueWrapper(0), evidence, sample=ValueWrapper(0)
	)
	return Facts([*received, complained])


SUPPLIER_COMPLAINT_RATE = Measure(
	"complaint_rate",
	"Customer complaint rate",
	"per 1,000",
	1000,
	(COMPLAINT, *RECEIPT_DOCTYPES),
	complaint_rate,
	(),
	"Customer complaints for which the supplier is responsible, per 1,000 receipt lines. "
	"Rejected ones don't count.",
)
"""For the hook `supplier_kpi_measures`."""
