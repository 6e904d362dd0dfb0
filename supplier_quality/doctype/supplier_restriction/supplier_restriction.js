frappe.ui.form.on("Supplier Restriction", {
	setup(frm) {
		frappe.meta.docfield_map[frm.doctype].source_type.formatter = (document_type) => __(document_type);
	},

	refresh(frm) {
		const { doc } = frm;
		if (frm.is_new()) return;
		if (doc.source_type && doc.source_name) {
			frm.add_custom_button(__("Open {0}", [__(doc.source_type)]), () =>
				frappe.set_route("Form", doc.source_type, doc.source_name)
			);
		}
		if (doc.status === "Active" && frm.perm[0]?.write) {
			frm.add_custom_button(__("Release", null, "Supplier Restriction"), async () => {
				await partner_relations.release_restriction(doc.name);
				frm.reload_doc();
			});
		}
	},
});
