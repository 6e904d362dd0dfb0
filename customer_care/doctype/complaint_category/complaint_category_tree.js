frappe.treeview_settings["Complaint Category"] = {
	breadcrumbs: "Customer Care",
	title: __("Complaint Categories"),
	ignore_fields: ["parent_complaint_category"],
	get_label(node) {
		return frappe.utils.escape_html(node.is_root ? __("Complaint Categories") : __(node.data.value));
	},
};
