frappe.listview_settings["Supplier Evaluation"] = {
	add_fields: ["status", "docstatus", "has_score", "grade_color", "facts_changed"],
	has_indicator_for_draft: true,
	has_indicator_for_cancelled: true,

	get_indicator({ status, facts_changed }) {
		if (status === "Published" && facts_changed) {
			return [__("Facts Changed"), "orange", "facts_changed,=,1"];
		}
		const color = { Draft: "yellow", Published: "green", Superseded: "gray", Cancelled: "red" }[status];
		return [__(status), color, `status,=,${status}`];
	},

	formatters: {
		score: (score, _df, doc) => partner_relations.score(doc.has_score, score),
		grade: (grade, _df, doc) => partner_relations.badge(grade, doc.grade_color),
	},

	onload(listview) {
		if (!frappe.model.can_submit("Supplier Evaluation")) return;
		listview.page.add_actions_menu_item(__("Publish"), () => publish_selected(listview), false);
	},
};

function publish_selected(listview) {
	const names = listview.get_checked_items(true);
	const question = __("Publish {0} evaluations? Their scores, grades and restrictions take effect.", [
		names.length,
	]);
	frappe.confirm(question, async () => {
		const result = await partner_relations.call("publish", { names }, __("Publishing"));
		listview.clear_checked_items();
		listview.refresh();
		partner_relations.show_published(result);
	});
}
