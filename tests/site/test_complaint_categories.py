"""The tree of complaint categories and the kinds of causes: what is shipped, and what a tree may be."""

import frappe
import pytest
from complaint_factories import make_complaint
from factories import unique
from frappe.model.document import Document

from partner_relations.install import insert_defaults

CATEGORY, CAUSE = "Complaint Category", "Complaint Cause"


def make_category(parent: str | None = None, **values) -> Document:
	return frappe.get_doc(
		doctype=CATEGORY, category_name=unique("Category"), parent_complaint_category=parent, **values
	).insert()


def test_the_shipped_tree_has_groups_with_categories_below_them():
	for doctype in (CATEGORY, CAUSE):
		frappe.db.delete(doctype)
	insert_defaults(["complaint_category", "complaint_cause"])
	rows = frappe.get_all(CATEGORY, fields=["name", "is_group", "lft", "rgt", "parent_complaint_category"])
	groups = {row.name: row for row in rows if row.is_group}
	assert set(groups) == {"Product", "Delivery", "Invoice and Price", "Service", "Documents"}
	for row in rows:
		if not row.is_group:
			group = groups[row.parent_complaint_category]
			assert group.lft < row.lft < row.rgt < group.rgt
	assert frappe.db.get_value(CATEGORY, "Safety Risk", "default_severity") == "Critical"
	assert frappe.db.count(CAUSE) >= 10


def test_a_category_lies_in_a_group():
	leaf = make_category()
	with pytest.raises(frappe.ValidationError, match="is no group"):
		make_category(leaf.name)


def test_a_group_with_categories_stays_one():
	group = make_category(is_group=1)
	make_category(group.name)
	group.reload()
	group.is_group = 0
	with pytest.raises(frappe.ValidationError, match="Move them elsewhere first"):
		group.save()


def test_a_category_that_complaints_have_becomes_no_group():
	leaf = make_category()
	make_complaint(category=leaf.name)
	leaf.is_group = 1
	with pytest.raises(frappe.ValidationError, match="Complaints have this category"):
		leaf.save()


def test_a_complaint_without_a_severity_gets_the_usual_one_of_its_category():
	leaf = make_category(default_severity="Critical")
	assert make_complaint(category=leaf.name, severity=None).severity == "Critical"
