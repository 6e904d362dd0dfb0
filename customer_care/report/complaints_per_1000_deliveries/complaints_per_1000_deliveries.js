frappe.query_reports["Complaints per 1000 Deliveries"] = {
	filters: partner_relations.complaint_filters(
		{ ...partner_relations.complaint_filters("company")[0], reqd: 1 },
		{ ...partner_relations.complaint_filters("from_date")[0], label: __("From") },
		{
			...partner_relations.complaint_filters("to_date")[0],
			label: __("Until", null, "Customer Complaint"),
		},
		partner_relations.grouped_by("Month", "Customer Group", "Item Group", "Customer"),
		"customer",
		"customer_group",
		"item_group"
	),

	formatter: partner_relations.complaint_cell,
};
