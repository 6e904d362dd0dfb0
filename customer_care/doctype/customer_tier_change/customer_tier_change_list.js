frappe.listview_settings["Customer Tier Change"] = {
	add_fields: ["direction", "from_tier", "to_tier"],
	hide_name_column: true,

	get_indicator({ direction }) {
		const color = { Up: "green", Down: "red", New: "blue" }[direction] || "gray";
		return [__(direction, null, "Customer Tier Change"), color, `direction,=,${direction}`];
	},

	formatters: {
		from_tier: (tier) => (tier ? partner_relations.tier_badge(tier) : ""),
		to_tier: (tier) => partner_relations.tier_badge(tier),
	},
};
