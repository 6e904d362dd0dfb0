frappe.listview_settings["Contract Obligation Result"] = {
	add_fields: ["outcome", "has_value", "unit", "kind"],
	hide_name_column: true,

	get_indicator({ outcome }) {
		const colors = { Kept: "green", Breached: "red" };
		return [
			__(outcome, null, "Contract Obligation Result"),
			colors[outcome] || "gray",
			`outcome,=,${outcome}`,
		];
	},

	formatters: {
		value: (value, _df, doc) => (doc.has_value ? partner_relations.measured(value, doc.unit || "") : ""),
		target: (target, _df, doc) =>
			doc.kind === "KPI promise" ? partner_relations.measured(target, doc.unit || "") : "",
	},
};
