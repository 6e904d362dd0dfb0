frappe.listview_settings["Customer Tier Assessment"] = {
	add_fields: ["status", "change", "proposed_tier", "has_score", "score"],
	hide_name_column: true,

	// Where the customer goes and the status in one, as a phone shows nothing else of a row: "↑ Key · Proposed".
	get_indicator({ status, change, proposed_tier }) {
		const color = { Proposed: "yellow", Approved: "green", Rejected: "red" }[status] || "gray";
		const tier = frappe.utils.escape_html(proposed_tier || __("No tier"));
		const arrow = { Up: "↑ ", Down: "↓ ", New: "★ " }[change] || "";
		const words = `${arrow}${tier} · ${__(status, null, "Customer Tier Assessment")}`;
		return [words, color, `status,=,${status}`];
	},

	formatters: {
		score: (score, _df, doc) => (doc.has_score ? partner_relations.number(score) : ""),
	},

	onload(listview) {
		if (!frappe.model.can_write("Customer Tier Assessment")) return;
		const { ask_rejection, care_call, confirm_approval } = partner_relations;
		listview.page.add_actions_menu_item(
			__("Approve", null, "Customer Tier Assessment"),
			() =>
				decide(listview, (names) =>
					confirm_approval(names.length, () =>
						care_call("tiering.approve", { names }, __("Approving"))
					)
				),
			false
		);
		listview.page.add_actions_menu_item(
			__("Reject", null, "Customer Tier Assessment"),
			() =>
				decide(listview, (names) =>
					ask_rejection(names.length, (reason) =>
						care_call("tiering.reject", { names, reason }, __("Rejecting"))
					)
				),
			false
		);
	},
};

async function decide(listview, ask) {
	await ask(listview.get_checked_items(true));
	listview.clear_checked_items();
	listview.refresh();
}
