frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["Deadlines Met by Month"] = {
	method: "partner_relations.customer_care.dashboard_chart_source.deadlines_met_by_month.deadlines_met_by_month.get",
	filters: [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
		},
	],
};
