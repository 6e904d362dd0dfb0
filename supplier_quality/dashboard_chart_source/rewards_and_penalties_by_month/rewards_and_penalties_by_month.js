frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["Rewards and Penalties by Month"] = {
	method: "partner_relations.supplier_quality.dashboard_chart_source.rewards_and_penalties_by_month.rewards_and_penalties_by_month.get",
	filters: [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
		},
	],
};
