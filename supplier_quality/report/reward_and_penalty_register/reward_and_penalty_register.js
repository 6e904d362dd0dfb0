// As in the list of these records.
const COLORS = {
	Proposed: "yellow",
	"Awaiting Second Approval": "yellow",
	Approved: "blue",
	Notified: "blue",
	Accepted: "blue",
	Disputed: "orange",
	Posted: "green",
	"In Effect": "green",
	Ended: "gray",
	Waived: "gray",
	Reversed: "gray",
	Cancelled: "red",
};
const STATUSES = Object.keys(COLORS);
const CONTEXT = "Supplier Reward Penalty";

frappe.query_reports["Reward and Penalty Register"] = {
	filters: [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
			default: frappe.defaults.get_user_default("Company"),
		},
		{
			fieldname: "from_date",
			label: __("From"),
			fieldtype: "Date",
			default: frappe.datetime.add_months(frappe.datetime.get_today(), -12),
		},
		{
			fieldname: "to_date",
			label: __("Until", null, "Supplier Reward Penalty"),
			fieldtype: "Date",
			default: frappe.datetime.get_today(),
		},
		{ fieldname: "supplier", label: __("Supplier"), fieldtype: "Link", options: "Supplier" },
		{
			fieldname: "kind",
			label: __("Kind"),
			fieldtype: "Select",
			options: [
				{ value: "", label: "" },
				{ value: "Reward", label: __("Reward", null, CONTEXT) },
				{ value: "Penalty", label: __("Penalty", null, CONTEXT) },
			],
		},
		{
			fieldname: "money",
			label: __("Measures"),
			fieldtype: "Select",
			options: [
				{ value: "", label: __("All measures") },
				{ value: "Financial", label: __("With money") },
				{ value: "Other measures", label: __("Without money") },
			],
		},
		{
			fieldname: "status",
			label: __("Status"),
			fieldtype: "MultiSelectList",
			get_data: (text) =>
				STATUSES.map((status) => ({ value: status, description: __(status, null, CONTEXT) })).filter(
					({ value, description }) =>
						`${value} ${description}`.toLowerCase().includes((text || "").toLowerCase())
				),
		},
		{ fieldname: "only_different", label: __("Only What Differs"), fieldtype: "Check" },
	],

	formatter(value, row, column, data, default_formatter) {
		if (!data) return default_formatter(value, row, column, data);
		const { escape } = partner_relations;
		const { fieldname } = column;
		if (column.fieldtype === "Currency" && value == null) return "";
		if (fieldname === "status") {
			return `<span class="indicator-pill ${COLORS[value] || "gray"}">${escape(__(value, null, CONTEXT))}</span>`;
		}
		if (["kind", "measure", "paid_by"].includes(fieldname)) return escape(__(value || "", null, CONTEXT));
		if (fieldname === "note") return value ? `<span class="text-danger">${escape(value)}</span>` : "";
		const text = default_formatter(value, row, column, data);
		return fieldname === "difference" && value ? `<b class="text-danger">${text}</b>` : text;
	},
};
