const RATED = "Rated by evaluators";
// Beyond so many marks, people type the mark into the table.
const MOST_BUTTONS = 10;

frappe.ui.form.on("Supplier Evaluator Rating", {
	setup(frm) {
		frm.set_query("template", { filters: { disabled: 0 } });
		frm.set_query("kpi", "marks", { filters: { kind: RATED, disabled: 0 } });
		frm.set_query("evaluator_role", { filters: { name: ["in", frappe.user_roles] } });
	},

	refresh(frm) {
		if (frm.is_new() && !frm.doc.from_date) fill_period(frm);
		show_marks(frm);
	},

	async template(frm) {
		fill_period(frm);
		await fill_marks(frm);
	},

	company: fill_period,
});

frappe.ui.form.on("Supplier Evaluator Mark", {
	not_applicable: (frm, doctype, name) => {
		if (locals[doctype][name].not_applicable) frappe.model.set_value(doctype, name, "mark", 0);
		show_marks(frm);
	},
	mark: show_marks,
	kpi: show_marks,
	marks_remove: show_marks,
});

function fill_period(frm) {
	if (frm.doc.docstatus === 0) partner_relations.fill_period(frm, frm.doc.template, frm.doc.company);
}

// One row per KPI that the template lets people rate; marks already given stay.
async function fill_marks(frm) {
	if (!frm.doc.template) return;
	const template = await frappe.db.get_doc("Supplier Evaluation Template", frm.doc.template);
	const wanted = template.criteria.filter((row) => row.kind === RATED).map((row) => row.kpi);
	const given = Object.fromEntries((frm.doc.marks || []).map((row) => [row.kpi, row]));
	frm.clear_table("marks");
	for (const kpi of wanted) {
		const { mark, not_applicable, comment } = given[kpi] || {};
		frm.add_child("marks", { kpi, mark, not_applicable, comment });
	}
	frm.refresh_field("marks");
	if (!wanted.length) frappe.show_alert(__("This template has no criteria that people rate."));
	show_marks(frm);
}

// A row of buttons per KPI above the table: from its lowest to its highest mark, and N/A.
async function show_marks(frm) {
	const rows = (frm.doc.marks || []).filter((row) => row.kpi);
	const scales = rows.length ? await mark_scales(rows.map((row) => row.kpi)) : {};
	const field = frm.get_field("marks").$wrapper;
	const editable = frm.doc.docstatus === 0 && frm.perm[0]?.write;
	field.find(".pr-marks").remove();
	const html = rows.map((row) => mark_html(row, scales[row.kpi], editable)).join("");
	$(`<div class="pr-marks">${html}</div>`)
		.prependTo(field)
		.on("click", "button", (event) => give_mark(frm, event.currentTarget.dataset));
}

// Lowest and highest mark by KPI.
async function mark_scales(kpis) {
	const rows = await frappe.db.get_list("Supplier KPI", {
		filters: { name: ["in", kpis] },
		fields: ["name", "lowest_mark", "highest_mark"],
		limit: kpis.length,
	});
	return Object.fromEntries(rows.map((row) => [row.name, row]));
}

function mark_html(row, scale, editable) {
	const { escape, number } = partner_relations;
	if (!scale) return "";
	const { lowest_mark: lowest, highest_mark: highest } = scale;
	const steps = highest - lowest <= MOST_BUTTONS ? Math.floor(highest - lowest) + 1 : 0;
	const choices = Array.from({ length: steps }, (_item, step) => lowest + step);
	const buttons = choices.map((mark) =>
		choice_html(row, mark, number(mark), !row.not_applicable && flt(row.mark) === mark, editable)
	);
	buttons.push(
		choice_html(row, "", __("N/A", null, "Supplier Evaluator Mark"), row.not_applicable, editable)
	);
	return `<div class="pr-mark">
		<div>${escape(__(row.kpi))}<div class="text-muted small">${escape(
			__("{0} is worst, {1} is best", [number(lowest), number(highest)])
		)}</div></div>
		<div class="btn-group">${buttons.join("")}</div>
	</div>`;
}

function choice_html(row, mark, label, chosen, editable) {
	return `<button type="button" class="btn btn-sm ${chosen ? "btn-primary" : "btn-default"}"
		data-row="${row.name}" data-mark="${mark}" aria-pressed="${Boolean(chosen)}"
		${editable ? "" : "disabled"}>${label}</button>`;
}

function give_mark(frm, { row, mark }) {
	const doctype = frm.get_field("marks").grid.doctype;
	frappe.model.set_value(doctype, row, { not_applicable: mark === "" ? 1 : 0, mark: flt(mark) });
}
