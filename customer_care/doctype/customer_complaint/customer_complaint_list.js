frappe.listview_settings["Customer Complaint"] = {
	add_fields: ["customer_name", "customer_tier", "step", "next_deadline", "next_due", "deadline_status"],
	hide_name_column: true,

	// What is due next says more than the step, as long as something is.
	get_indicator(doc) {
		if (!doc.next_deadline) {
			const color = partner_relations.COMPLAINT_STEPS[doc.step];
			return [partner_relations.complaint_step_label(doc.step), color, `step,=,${doc.step}`];
		}
		return [
			partner_relations.escape(partner_relations.next_due_text(doc)),
			partner_relations.deadline_color(doc.deadline_status),
			`deadline_status,=,${doc.deadline_status}`,
		];
	},

	formatters: {
		// On most screens there is room for one column more than subject and status.
		customer(customer, _df, { customer_name, customer_tier }) {
			const name = partner_relations.escape(customer_name || customer);
			return customer_tier ? `${partner_relations.tier_badge(customer_tier)} ${name}` : name;
		},
		customer_tier: (tier) => (tier ? partner_relations.tier_badge(tier) : ""),
	},

	onload(listview) {
		listview.page.add_inner_button(__("What Is Due Next"), () => show_due_next(listview));
	},
};

// Open complaints with a deadline to come, the next one first.
async function show_due_next(listview) {
	listview.sort_selector.set_value("next_due", "asc");
	listview.sort_by = "next_due";
	listview.sort_order = "asc";
	await listview.filter_area.clear(false);
	await listview.filter_area.add([
		["Customer Complaint", "step", "in", partner_relations.OPEN_COMPLAINT_STEPS],
		["Customer Complaint", "next_due", "is", "set"],
	]);
}

// A card has little room: on the board, how far away the deadline is stands for its moment.
const { next_due } = frappe.meta.docfield_map["Customer Complaint"] || {};
if (next_due) {
	next_due.formatter = (value, df, options, doc) => {
		if (cur_list?.view_name !== "Kanban") {
			return frappe.form.get_formatter("Datetime")(value, df, options, doc);
		}
		return value ? partner_relations.escape(partner_relations.time_until(value)) : "–";
	};
}
