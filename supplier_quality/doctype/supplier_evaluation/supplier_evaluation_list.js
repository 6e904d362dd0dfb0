frappe.listview_settings["Supplier Evaluation"] = {
	add_fields: ["status", "docstatus", "has_score", "score", "grade", "grade_color", "facts_changed"],
	has_indicator_for_draft: true,
	has_indicator_for_cancelled: true,
	hide_name_column: true,

	// Status and result in one, as a phone shows nothing else of a row: "Published · B 80.95".
	get_indicator(doc) {
		const { status, grade } = doc;
		const changed = doc.facts_changed && status === "Published";
		const words = [changed ? __("Facts Changed") : __(status, null, "Supplier Evaluation")];
		words.push(
			grade
				? `${frappe.utils.escape_html(grade)} ${partner_relations.number(doc.score)}`
				: __("Not Rated")
		);
		const color = { Draft: "yellow", Published: doc.grade_color, Cancelled: "red" }[status];
		const filter = changed ? "facts_changed,=,1" : `status,=,${status}`;
		return [words.join(" · "), changed ? "orange" : color || "gray", filter];
	},

	formatters: {
		score: (score, _df, doc) => (doc.has_score ? partner_relations.number(score) : ""),
		grade: (grade, _df, doc) => partner_relations.badge(grade, doc.grade_color),
	},

	onload(listview) {
		if (!frappe.model.can_submit("Supplier Evaluation")) return;
		listview.page.add_actions_menu_item(__("Publish"), () => publish_selected(listview), false);
	},
};

async function publish_selected(listview) {
	const names = listview.get_checked_items(true);
	await partner_relations.confirm_publishing(names.length, () =>
		partner_relations.call("publish", { names }, __("Publishing", null, "Supplier Evaluation"))
	);
	listview.clear_checked_items();
	listview.refresh();
}
