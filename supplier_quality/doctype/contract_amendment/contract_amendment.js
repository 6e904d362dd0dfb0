frappe.ui.form.on("Contract Amendment", {
	refresh(frm) {
		frm.set_query("contract", () => ({
			filters: { docstatus: 1, life_cycle: ["in", ["Signing", "In Force"]] },
		}));
		offer_entries(frm);
		partner_relations.show_amendment_overview(frm);
	},
	contract: (frm) => offer_entries(frm),
	effective_from: (frm) => offer_entries(frm),
});

// Offers the clauses and obligations that are in force on the day on which the amendment takes effect.
async function offer_entries(frm) {
	const { contract, effective_from } = frm.doc;
	if (!contract || !effective_from || frm.doc.docstatus) return;
	const entries = await partner_relations.call("contracts.amendable_entries", {
		contract,
		day: effective_from,
	});
	frm.fields_dict.changes.grid.update_docfield_property(
		"entry_key",
		"options",
		entries.map(({ value, label, subject }) => ({
			value,
			label: `${__(subject, null, "Contract Amendment Change")}: ${label}`,
		}))
	);
}
