"""Small help for controllers."""

from frappe.model import no_value_fields


def keep_computed_fields(doc) -> None:
	"""Put back what people can't change in the form: read-only fields are Frappe's word to the browser only.

	For documents whose read-only fields are written by services alone (which don't save the document).
	"""
	before = doc.get_doc_before_save()
	if before is None:
		return
	for field in doc.meta.fields:
		if (field.read_only or field.set_only_once) and (
			field.fieldtype not in no_value_fields or field.fieldtype == "Table"
		):
			doc.set(field.fieldname, before.get(field.fieldname))
