frappe.query_reports["Tier Distribution and Migration"] = {
	filters: [
		{
			fieldname: "from_date",
			label: __("From"),
			fieldtype: "Date",
			default: frappe.datetime.add_months(frappe.datetime.get_today(), -12),
			reqd: 1,
		},
		{
			fieldname: "to_date",
			label: __("Until", null, "Customer Tier Change"),
			fieldtype: "Date",
			default: frappe.datetime.get_today(),
			reqd: 1,
		},
		{
			fieldname: "customer_group",
			label: __("Customer Group"),
			fieldtype: "Link",
			options: "Customer Group",
		},
		{ fieldname: "territory", label: __("Territory"), fieldtype: "Link", options: "Territory" },
		{
			fieldname: "account_manager",
			label: __("Account Manager"),
			fieldtype: "Link",
			options: "User",
		},
	],

	formatter(value, row, column, data, default_formatter) {
		if (!data) return default_formatter(value, row, column, data);
		if (column.fieldname === "from_tier") {
			const text = frappe.utils.escape_html(value);
			if (data.is_total) return `<b>${text}</b>`;
			return data.from_value
				? partner_relations.tier_badge(data.from_value)
				: `<span class="text-muted">${text}</span>`;
		}
		if (!value && !data.is_total) return `<div class="text-right text-muted">–</div>`;
		const text = default_formatter(value, row, column, data);
		const position = Number(column.fieldname.split("_")[1]);
		if (data.is_total || column.fieldname === "total") return `<b>${text}</b>`;
		// Those who stay are gray; above the diagonal are those who fell, below it those who rose.
		const stays = data.ends[position] === data.from_value;
		const place = data.tiers.indexOf(data.from_value);
		const color = stays || !data.from_value ? "gray" : position < place ? "green" : "red";
		return `<span class="pr-heat-cell pr-${color}">${text}</span>`;
	},
};
