frappe.query_reports["Complaint Pareto"] = {
	filters: partner_relations.complaint_filters(
		{ ...partner_relations.complaint_filters("company")[0], reqd: 1 },
		"from_date",
		"to_date",
		partner_relations.grouped_by("Category", "Main Category", "Item", "Cause", "Supplier"),
		{
			fieldname: "basis",
			label: __("Basis", null, "Customer Complaint"),
			fieldtype: "Select",
			options: [
				{ value: "Complaints", label: __("Complaints") },
				{ value: "Cost", label: __("Cost") },
			],
			default: "Complaints",
		},
		"customer",
		"category",
		"severity",
		"include_rejected"
	),

	formatter: partner_relations.complaint_cell,
};
