frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["Complaints by Month"] = {
	method: "partner_relations.customer_care.dashboard_chart_source.complaints_by_month.complaints_by_month.get",
	filters: [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
		},
	],
};
