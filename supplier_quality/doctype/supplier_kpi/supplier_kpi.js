const RATED = "Rated by evaluators";
// The fields that a measure's settings stand for; only those that the measure uses are shown.
const FIELDS_OF_SETTING = {
	early_days: ["has_early_tolerance", "early_tolerance_days"],
	late_days: ["late_tolerance_days"],
	use_first_due_date: ["due_date_basis"],
	quantity_tolerance: ["quantity_tolerance"],
	price_tolerance: ["price_tolerance"],
	maximum_days: ["has_maximum_days", "maximum_days"],
	blame_closed_orders: ["blame_closed_orders"],
};

frappe.ui.form.on("Supplier KPI", {
	setup(frm) {
		frappe.meta.docfield_map[frm.doctype].unit.formatter = (unit) => __(unit);
	},

	async refresh(frm) {
		show_curve(frm);
		frm.pr_measures = await partner_relations.measures();
		offer_measures(frm);
		show_tolerances(frm);
	},

	kind(frm) {
		set_unit(frm);
		show_tolerances(frm);
	},

	measure(frm) {
		set_unit(frm);
		show_tolerances(frm);
	},

	lowest_mark: show_curve,
	highest_mark: show_curve,
});

frappe.ui.form.on("Supplier KPI Rating Point", {
	value: show_curve,
	rating: show_curve,
	curve_remove: show_curve,
});

function offer_measures(frm) {
	const field = frm.get_field("measure");
	const labels = Object.fromEntries(frm.pr_measures.map(({ name, label }) => [name, label]));
	// In a form that may only be read, people see the label too.
	frappe.meta.docfield_map[frm.doctype].measure.formatter = (name) => labels[name] || name;
	field.translate_values = false;
	field.df.options = frm.pr_measures
		.filter(({ name }) => name !== "evaluator_mark")
		.map(({ name, label, unit, description }) => ({
			value: name,
			label,
			description: unit ? `${description} (${__(unit)})` : description,
		}));
	field.set_data?.(field.df.options);
	frm.refresh_field("measure");
}

function chosen_measure(frm) {
	if (frm.doc.kind === RATED) return null;
	return (frm.pr_measures || []).find(({ name }) => name === frm.doc.measure);
}

// The server sets the unit too; here people see it at once.
function set_unit(frm) {
	const unit = frm.doc.kind === RATED ? "mark" : chosen_measure(frm)?.unit;
	frm.set_value("unit", unit || "");
}

function show_tolerances(frm) {
	const measure = chosen_measure(frm);
	const used = measure ? measure.uses : [];
	for (const [setting, fields] of Object.entries(FIELDS_OF_SETTING)) {
		frm.toggle_display(fields, used.includes(setting));
	}
	frm.toggle_display("tolerances_section", used.length > 0);
	frm.set_df_property("measure", "description", partner_relations.escape(measure?.description));
}

function show_curve(frm) {
	const parent = frm.get_field("curve_chart").$wrapper;
	const points = (frm.doc.curve || [])
		.filter((row) => row.value !== undefined && row.rating !== undefined)
		.map((row) => ({ x: flt(row.value), y: Math.max(0, Math.min(100, flt(row.rating))) }))
		.sort((one, other) => one.x - other.x);
	if (!points.length) {
		parent.html(partner_relations.empty_state(__("Add points to see the curve.")));
		return;
	}
	const { number } = partner_relations;
	partner_relations.plot(parent, {
		flat_outside: true,
		points: points.map(({ x, y }) => ({
			x,
			y,
			tick: number(x),
			label: number(y),
			color: "blue",
			title: __("A value of {0} is rated {1}.", [number(x), number(y)]),
		})),
	});
}
