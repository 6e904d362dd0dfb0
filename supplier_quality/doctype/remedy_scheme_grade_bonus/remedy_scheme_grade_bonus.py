from frappe.model.document import Document


class RemedySchemeGradeBonus(Document):
	pass
