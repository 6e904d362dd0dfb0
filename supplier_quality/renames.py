"""Frozen definitions follow a rename, as every link to the renamed document does."""

import frappe
from frappe import _

RUN = "Supplier Evaluation Run"


def after_item_group_rename(doc, method: str, old: str, new: str, merge: bool = False) -> None:
	"""`after_rename` of Item Group."""
	rename_in_definitions("Item Group", old, new)


def refuse_merge(merge: bool) -> None:
	"""Two KPIs or templates can't become one: past evaluations were made by both."""
	if merge:
		frappe.throw(_("There is one of this name already. Choose another name, or disable one of the two."))


def rename_in_definitions(doctype: str, old: str, new: str) -> None:
	"""Write the new name of a Supplier KPI, Supplier Evaluation Template or Item Group into all definitions.

	Else evidence and the check for changed facts would look for the old name and find nothing.
	"""
	run = frappe.qb.DocType(RUN)
	rows = frappe.qb.from_(run).where(run.definition.notnull()).select(run.name, run.definition).run()
	for name, text in rows:
		definition = frappe.parse_json(text)
		if _rename(definition, doctype, old, new):
			frappe.db.set_value(RUN, name, "definition", frappe.as_json(definition), update_modified=False)


def _rename(definition: dict, doctype: str, old: str, new: str) -> bool:
	"""Rename in place; whether anything had the old name."""
	found = False
	if doctype == "Item Group":
		found = old in definition["item_groups"]
		definition["item_groups"] = sorted(
			{new if group == old else group for group in definition["item_groups"]}
		)
	elif doctype == "Supplier Evaluation Template":
		found = definition["template"] == old
		if found:
			definition["template"] = new
			for row in definition["criteria"]:
				row["settings"]["template"] = new
	elif doctype == "Supplier KPI":
		for row in definition["criteria"]:
			if row["kpi"] == old:
				row["kpi"] = row["settings"]["kpi"] = new
				found = True
	return found
