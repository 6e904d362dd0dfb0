frappe.query_reports["Customers at Risk"] = {
	filters: [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
			default: frappe.defaults.get_user_default("Company"),
			reqd: 1,
		},
		{
			fieldname: "customer_tier",
			label: __("Tier"),
			fieldtype: "Link",
			options: "Customer Tier",
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
		{ fieldname: "fewest", label: __("Orders at Least"), fieldtype: "Int", default: 4 },
		{ fieldname: "factor", label: __("Times the Spread"), fieldtype: "Float", default: 2 },
		{ fieldname: "months", label: __("Months Looked Back"), fieldtype: "Int", default: 36 },
		{ fieldname: "all", label: __("Also Those Who Buy as Usual"), fieldtype: "Check" },
	],

	formatter(value, row, column, data, default_formatter) {
		if (!data) return default_formatter(value, row, column, data);
		if (column.fieldname === "customer_tier") return value ? partner_relations.tier_badge(value) : "";
		// Frappe shows plain text as HTML; what people typed must not run.
		if (column.fieldtype === "Data") value = frappe.utils.escape_html(value);
		const text = default_formatter(value, row, column, data);
		if (column.fieldname === "days_since" || column.fieldname === "overdue")
			return data.at_risk ? `<b class="text-danger">${text}</b>` : text;
		return text;
	},
};
