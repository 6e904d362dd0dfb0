frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["Customers by Tier"] = {
	method: "partner_relations.customer_care.dashboard_chart_source.customers_by_tier.customers_by_tier.get",
	filters: [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
		},
	],
};
