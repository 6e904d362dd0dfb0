frappe.ui.form.on("Contract Obligation Result", {
	refresh(frm) {
		const { doc } = frm;
		frm.disable_save();
		if (frm.is_new()) return;
		const { form_link, promise_against_fact } = partner_relations;
		const colors = { Kept: "green", Breached: "red", "Not Measured": "gray" };
		frm.page.set_indicator(__(doc.outcome, null, "Contract Obligation Result"), colors[doc.outcome]);
		const breach = doc.breach
			? `<p>${__("Breach")}: ${form_link("Contract Breach", doc.breach)}</p>`
			: "";
		const bar = doc.kind === "KPI promise" && doc.has_value ? promise_against_fact(doc) : "";
		frm.get_field("overview").$wrapper.html(`${bar}${breach}`);
		if (doc.kind === "KPI promise") {
			frm.add_custom_button(__("Evidence"), () =>
				partner_relations.show_evidence(doc.doctype, doc.name)
			);
		}
	},
});
