frappe.ui.form.on("Supplier Evaluation Template", {
	setup(frm) {
		frm.set_query("kpi", "criteria", { filters: { disabled: 0 } });
		// Both are fetched as they are stored; people read them in their language.
		const { kind, unit } = frappe.meta.docfield_map["Supplier Evaluation Template Criterion"];
		for (const field of [kind, unit]) field.formatter = (stored) => __(stored);
	},

	refresh(frm) {
		const grid = frm.get_field("criteria").grid;
		grid.set_multiple_add("kpi");
		grid.add_custom_button(__("Scale Weights to 100"), () =>
			partner_relations.scale_weights(frm.doc.criteria)
		);
		add_buttons(frm);
		show_total(frm);
		offer_grades(frm);
	},

	grade_scale: offer_grades,
});

frappe.ui.form.on("Supplier Evaluation Template Criterion", {
	weight: show_total,
	criteria_add: show_total,
	criteria_remove: show_total,
});

function add_buttons(frm) {
	if (frm.perm[0]?.write) frm.add_custom_button(__("Try It"), () => partner_relations.try_template(frm));
	if (frm.is_new()) return;
	frm.add_custom_button(__("Download for Preview"), () => download(frm));
	if (frappe.model.can_create("Supplier Evaluation Run")) {
		frm.add_custom_button(__("New Run"), () =>
			frappe.new_doc("Supplier Evaluation Run", { template: frm.doc.name })
		);
	}
}

// The weights' total in green or red below the table, while people type.
function show_total(frm) {
	const total = partner_relations.total_weight(frm.doc.criteria);
	if (flt(frm.doc.total_weight, 9) !== total && frm.perm[0]?.write) frm.doc.total_weight = total;
	frm.refresh_field("total_weight");
	partner_relations.show_total_weight(frm.get_field("total_weight").$wrapper, total);
}

// Knock-out grades are those of the chosen scale: a choice instead of a free text, in old rows and new ones.
async function offer_grades(frm) {
	if (!frm.doc.grade_scale) return;
	const scale = await frappe.db.get_doc("Supplier Grade Scale", frm.doc.grade_scale);
	const choice = { fieldtype: "Select", options: ["", ...scale.grades.map((row) => row.grade)].join("\n") };
	const grid = frm.get_field("criteria").grid;
	Object.assign(frappe.meta.docfield_map[grid.doctype].knock_out_grade, choice);
	for (const [property, value] of Object.entries(choice)) {
		grid.update_docfield_property("knock_out_grade", property, value);
	}
	grid.refresh();
}

async function download(frm) {
	if (frm.is_dirty()) {
		frappe.show_alert({
			message: __("Save first: the file holds the saved template."),
			indicator: "orange",
		});
		return;
	}
	const definition = await partner_relations.call("template_definition", { template: frm.doc.name });
	partner_relations.save_json(definition, frm.doc.name);
}
