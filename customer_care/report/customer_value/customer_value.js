const SCORES = ["", "1", "2", "3", "4", "5"];

frappe.query_reports["Customer Value"] = {
	filters: [
		{
			fieldname: "policy",
			label: __("Policy"),
			fieldtype: "Link",
			options: "Customer Tiering Policy",
		},
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
			default: frappe.defaults.get_user_default("Company"),
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
		{
			fieldname: "account_manager",
			label: __("Account Manager"),
			fieldtype: "Link",
			options: "User",
		},
		{ fieldname: "segment", label: __("Segment"), fieldtype: "Data" },
		{
			fieldname: "map",
			label: __("Map", null, "Customer Tiering Segment"),
			fieldtype: "Select",
			options: [
				{ value: "Frequency", label: __("Recency and Frequency") },
				{ value: "Monetary Value", label: __("Recency and Monetary Value") },
			],
			default: "Frequency",
		},
		{ fieldname: "recency", label: __("Recency"), fieldtype: "Select", options: SCORES },
		{ fieldname: "upwards", label: __("Other Score of the Map"), fieldtype: "Select", options: SCORES },
	],

	onload(report) {
		// A cell of the map filters by its two scores; clicked again, it lets go of them.
		const choose = (cell) => {
			const { r, up } = cell.dataset;
			const chosen =
				report.get_filter_value("recency") === r && report.get_filter_value("upwards") === up;
			report.set_filter_value({ recency: chosen ? "" : r, upwards: chosen ? "" : up });
		};
		const choose_segment = ({ dataset: { segment } }) =>
			report.set_filter_value({
				segment: report.get_filter_value("segment") === segment ? "" : segment,
			});
		for (const [selector, act] of [
			[".pr-rfm-cell", choose],
			[".pr-segment", choose_segment],
		]) {
			report.page.wrapper
				.on("click", selector, (event) => act(event.currentTarget))
				.on("keydown", selector, (event) => {
					if (["Enter", " "].includes(event.key)) {
						event.preventDefault();
						act(event.currentTarget);
					}
				});
		}
	},

	formatter(value, row, column, data, default_formatter) {
		if (!data) return default_formatter(value, row, column, data);
		if (["customer_tier", "proposed_tier"].includes(column.fieldname))
			return value ? partner_relations.tier_badge(value) : "";
		if (value == null && column.fieldtype !== "Link") return "";
		if (column.fieldname === "status")
			return frappe.utils.escape_html(__(value, null, "Customer Tier Assessment"));
		if (column.fieldname === "segment")
			return frappe.utils.escape_html(__(value, null, "Customer Tiering Segment"));
		// Frappe shows plain text as HTML; what people typed must not run.
		if (column.fieldtype === "Data") value = frappe.utils.escape_html(value);
		return default_formatter(value, row, column, data);
	},
};
