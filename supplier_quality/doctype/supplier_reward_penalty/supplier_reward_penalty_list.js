frappe.listview_settings["Supplier Reward Penalty"] = {
	add_fields: ["status", "docstatus", "kind", "measure", "is_financial", "amount", "currency"],
	has_indicator_for_draft: true,
	has_indicator_for_cancelled: true,
	hide_name_column: true,

	get_indicator({ status }) {
		const color = {
			Proposed: "yellow",
			"Awaiting Second Approval": "yellow",
			Disputed: "orange",
			Posted: "green",
			"In Effect": "green",
			Ended: "gray",
			Waived: "gray",
			Reversed: "gray",
			Cancelled: "red",
		}[status];
		return [__(status, null, "Supplier Reward Penalty"), color || "blue", `status,=,${status}`];
	},

	formatters: {
		amount: (amount, _df, doc) =>
			doc.is_financial ? partner_relations.escape(format_currency(amount, doc.currency)) : "",
		// On most screens there is room for one column more than supplier and status.
		measure(measure, _df, { is_financial, amount, currency }) {
			const name = __(measure, null, "Supplier Reward Penalty");
			return partner_relations.escape(
				is_financial ? `${format_currency(amount, currency)} · ${name}` : name
			);
		},
	},

	onload(listview) {
		if (!frappe.model.can_submit("Supplier Reward Penalty")) return;
		listview.page.add_actions_menu_item(
			__("Approve", null, "Supplier Reward Penalty"),
			() => approve_selected(listview),
			false
		);
	},
};

function approve_selected(listview) {
	const names = listview.get_checked_items(true);
	frappe.confirm(__("Rewards and penalties to approve: {0}.", [names.length]), async () => {
		const result = await partner_relations.call(
			"rewards.approve",
			{ names },
			__("Approving", null, "Supplier Reward Penalty")
		);
		partner_relations.show_approved(result);
		listview.clear_checked_items();
		listview.refresh();
	});
}
