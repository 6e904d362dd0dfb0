const OPEN = ["Detected", "Notified", "Accepted", "Disputed"];

frappe.listview_settings["Contract Breach"] = {
	add_fields: [
		"status",
		"facts_changed",
		"comparison",
		"has_value",
		"unit",
		"due_date",
		"days_late",
		"owed_by",
		"to_date",
	],
	hide_name_column: true,

	get_indicator({ status, facts_changed, owed_by }) {
		if (owed_by === "Us" && OPEN.includes(status)) {
			return [__("Owed by Us"), "purple", "owed_by,=,Us"];
		}
		if (facts_changed) return [__("Facts Changed"), "orange", "facts_changed,=,1"];
		const colors = {
			Detected: "orange",
			Notified: "blue",
			Accepted: "purple",
			Disputed: "yellow",
			Penalised: "red",
		};
		return [__(status, null, "Contract Breach"), colors[status] || "gray", `status,=,${status}`];
	},

	formatters: {
		// One obligation is broken in many periods; most screens have no room for a column of dates.
		obligation: (title, _df, { to_date, due_date }) =>
			`<span class="text-muted">${frappe.datetime.str_to_user(due_date || to_date)} ·</span>
			${partner_relations.escape(title)}`,
		value: (value, _df, doc) => {
			if (doc.due_date) return frappe.utils.escape_html(__("{0} days late", [doc.days_late]));
			return doc.has_value ? partner_relations.measured(value, doc.unit || "") : "";
		},
		target: (target, _df, doc) =>
			doc.due_date ? "" : partner_relations.measured(target, doc.unit || ""),
	},

	onload(listview) {
		if (!frappe.model.can_create("Supplier Reward Penalty")) return;
		listview.page.add_actions_menu_item(
			__("Propose Penalties"),
			() => propose_for_selected(listview),
			false
		);
	},
};

async function propose_for_selected(listview) {
	const names = listview.get_checked_items(true);
	const { proposed, asked } = await partner_relations.call(
		"obligations.propose_penalty",
		{ names },
		__("Computing the penalties")
	);
	frappe.show_alert({
		message: __("Penalties proposed: {0} of {1} breaches.", [proposed.length, asked]),
		indicator: proposed.length ? "green" : "orange",
	});
	listview.clear_checked_items();
	listview.refresh();
}
