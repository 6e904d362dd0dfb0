frappe.ui.form.on("Contract Template", {
	setup(frm) {
		frm.set_query("clause", "clauses", () => ({ filters: { status: "Approved" } }));
	},
});
