(() => {
	const KINDS = ["Credit Note", "Return", "Replacement Delivery", "Repair", "Price Allowance", "Apology"];
	const COLORS = {
		"Awaiting Approval": "yellow",
		Approved: "blue",
		Made: "cyan",
		Done: "green",
		Rejected: "gray",
		Cancelled: "red",
	};
	const CONTEXT = "Customer Complaint";

	frappe.query_reports["Cost of Complaints"] = {
		filters: partner_relations.complaint_filters(
			{ ...partner_relations.complaint_filters("company")[0], reqd: 1 },
			"from_date",
			"to_date",
			partner_relations.grouped_by(
				"Kind",
				"Category",
				"Main Category",
				"Customer",
				"Supplier",
				"Month",
				"Document"
			),
			{
				fieldname: "kind",
				label: __("Kind", null, CONTEXT),
				fieldtype: "Select",
				options: [
					{ value: "", label: "" },
					...KINDS.map((value) => ({ value, label: __(value, null, CONTEXT) })),
				],
			},
			"customer",
			"category",
			"severity",
			"supplier",
			"include_rejected"
		),

		formatter(value, row, column, data, default_formatter) {
			const { escape, form_link } = partner_relations;
			const name = data && column.fieldname;
			if (name === "complaint") {
				return data.is_total ? `<b>${escape(value)}</b>` : form_link("Customer Complaint", value);
			}
			if (name === "customer" && value) return form_link("Customer", value);
			if (name === "kind") return escape(__(value || "", null, CONTEXT));
			if (name === "status") {
				if (!value) return "";
				const text = escape(__(value, null, CONTEXT));
				return `<span class="indicator-pill ${COLORS[value] || "gray"}">${text}</span>`;
			}
			return partner_relations.complaint_cell(value, row, column, data, default_formatter);
		},
	};
})();
