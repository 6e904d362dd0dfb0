frappe.listview_settings["Customer Tier Change"] = {
	add_fields: ["direction", "from_tier", "to_tier"],
	hide_name_column: true,

	// The whole move, as a phone shows nothing else of a row: "Key ↑ Strategic".
	get_indicator({ direction, from_tier, to_tier }) {
		const [color, arrow] = { Up: ["green", "↑"], Down: ["red", "↓"], New: ["blue", "→"] }[direction] || [
			"gray",
			"→",
		];
		const words = [from_tier || __("No tier"), arrow, to_tier || __("No tier")].join(" ");
		return [frappe.utils.escape_html(words), color, `direction,=,${direction}`];
	},
};
