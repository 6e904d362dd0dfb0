frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["Complaints by Category"] = {
	method: "partner_relations.customer_care.dashboard_chart_source.complaints_by_category.complaints_by_category.get",
	filters: [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
		},
	],
};
