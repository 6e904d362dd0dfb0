const FULL_WEIGHT = 100;

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
		grid.add_custom_button(__("Scale Weights to 100"), () => scale_weights(frm));
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
	const total = flt(
		(frm.doc.criteria || []).reduce((sum, row) => sum + flt(row.weight), 0),
		9
	);
	if (flt(frm.doc.total_weight, 9) !== total && frm.perm[0]?.write) frm.doc.total_weight = total;
	const { escape, number } = partner_relations;
	const left = flt(FULL_WEIGHT - total, 9);
	const [color, sentence] = !left
		? ["green", __("The weights sum to 100.")]
		: left > 0
			? ["red", __("The weights sum to {0}; {1} are missing.", [number(total, 9), number(left, 9)])]
			: [
					"red",
					__("The weights sum to {0}; that is {1} too many.", [number(total, 9), number(-left, 9)]),
				];
	const field = frm.get_field("total_weight");
	frm.refresh_field("total_weight");
	field.$wrapper.find(".pr-total").remove();
	field.$wrapper.append(
		`<div class="pr-total">
			${partner_relations.bar(total, color)}
			<span class="indicator ${color}">${escape(sentence)}</span>
		</div>`
	);
}

// Keeps the proportions; what rounding leaves over goes to the heaviest criterion.
function scale_weights(frm) {
	const rows = frm.doc.criteria || [];
	const total = rows.reduce((sum, row) => sum + flt(row.weight), 0);
	if (!rows.length) return;
	const share = (row) => (total ? (flt(row.weight) / total) * FULL_WEIGHT : FULL_WEIGHT / rows.length);
	const weights = rows.map((row) => flt(share(row), 2));
	const heaviest = weights.indexOf(Math.max(...weights));
	const others = weights.reduce((sum, weight, index) => (index === heaviest ? sum : sum + weight), 0);
	weights[heaviest] = flt(FULL_WEIGHT - others, 2);
	rows.forEach((row, index) => frappe.model.set_value(row.doctype, row.name, "weight", weights[index]));
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
	const file = new Blob([JSON.stringify(definition, null, 1)], { type: "application/json" });
	const link = document.createElement("a");
	link.href = URL.createObjectURL(file);
	link.download = `${frm.doc.name}.json`;
	link.click();
	URL.revokeObjectURL(link.href);
}
