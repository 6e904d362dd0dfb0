// Adds the grade to ERPNext's list of suppliers, whose own settings stay as they are.

{
	const settings = (frappe.listview_settings["Supplier"] = frappe.listview_settings["Supplier"] || {});
	const needed = ["disabled", "evaluation_grade", "evaluation_grade_color", "evaluation_has_score"];
	settings.add_fields = [...new Set([...(settings.add_fields || []), ...needed])];
	settings.formatters = {
		...settings.formatters,
		evaluation_grade: (grade, _df, doc) =>
			grade ? partner_relations.badge(grade, doc.evaluation_grade_color) : "",
		evaluation_score: (score, _df, doc) =>
			doc.evaluation_has_score ? partner_relations.number(score) : "",
	};
	const get_indicator = settings.get_indicator;
	settings.get_indicator = (doc) =>
		get_indicator?.(doc) || (doc.disabled ? null : partner_relations.supplier_indicator(doc));
}
