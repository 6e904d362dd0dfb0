"""What the forms of ERPNext's parties link to ("Connections")."""

from typing import Any

from frappe import _

from partner_relations.supplier_quality.breaches import BREACH


def of_customer(data: dict[str, Any]) -> dict[str, Any]:
	"""Hook `override_doctype_dashboards` of Customer: the breaches of contracts with it.

	A supplier's form shows its own in the overview.
	"""
	data.setdefault("non_standard_fieldnames", {})[BREACH] = "party"
	# Frappe filters all documents by it that name their party so; those of ERPNext have a party type too.
	data.setdefault("dynamic_links", {})["party"] = ["Customer", "party_type"]
	data["transactions"].append({"label": _("Contracts"), "items": [BREACH]})
	return data
