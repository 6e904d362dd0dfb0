(() => {
	// No links: they would ask for the right to read batches, which people who handle complaints seldom have.
	const number_filter = (fieldname, label, doctype) => ({
		fieldname,
		label,
		fieldtype: "Autocomplete",
		ignore_validation: 1,
		get_query: () => ({
			query: "partner_relations.customer_care.api.traceability.numbers",
			params: { doctype, item_code: frappe.query_report.get_filter_value("item_code") },
		}),
	});

	frappe.query_reports["Batch and Serial Trace"] = {
		filters: [
			{ fieldname: "item_code", label: __("Item"), fieldtype: "Link", options: "Item" },
			number_filter("batch_no", __("Batch"), "Batch"),
			number_filter("serial_no", __("Serial No"), "Serial No"),
		],

		formatter(value, row, column, data, default_formatter) {
			// Frappe shows plain text as HTML; what people typed must not run.
			const shown = column.fieldtype === "Data" ? frappe.utils.escape_html(value) : value;
			const html = default_formatter(shown, row, column, data);
			if (column.fieldname === "complaints" && value) {
				const { party: customer, batch_no, serial_no } = data;
				const filters = { customer };
				const [field, number] = serial_no ? ["serial_no", serial_no] : ["batch_no", batch_no];
				filters[`Customer Complaint Item.${field}`] = number;
				return partner_relations.page_link(["List", "Customer Complaint"], filters, value);
			}
			return html;
		},
	};
})();
