// What the overview shows better than fields do. They stay for lists, reports and print.
const SHOWN_IN_OVERVIEW = [
	"supplier",
	"supplier_name",
	"company",
	"template",
	"period_label",
	"from_date",
	"to_date",
	"status",
	"score",
	"grade",
	"not_rated_reason",
	"coverage",
	"capped",
	"previous_score",
	"previous_grade",
	"change",
	"trend",
	"criteria",
	"criteria_section",
	"changed_section",
];

frappe.ui.form.on("Supplier Evaluation", {
	refresh(frm) {
		frm.toggle_display(SHOWN_IN_OVERVIEW, frm.is_new());
		if (frm.is_new()) {
			frm.disable_save();
			frm.set_intro(__("Evaluations are made by a run, or by “Evaluate” on the supplier."), "blue");
			return;
		}
		show_overview(frm);
		show_state(frm);
		add_buttons(frm);
	},
});

function show_overview(frm) {
	const { doc } = frm;
	const field = frm.get_field("overview").$wrapper.addClass("pr-wide");
	field.html(`
		${scope_html(doc)}
		${partner_relations.cards(figures(doc))}
		${doc.criteria?.length ? criteria_html(doc) : ""}
	`);
}

// Whom, where, when and by what this evaluation judges.
function scope_html(doc) {
	const { escape, form_link } = partner_relations;
	const from = frappe.datetime.str_to_user(doc.from_date);
	const to = frappe.datetime.str_to_user(doc.to_date);
	const parts = [
		form_link("Supplier", doc.supplier),
		escape(doc.company),
		escape(`${doc.period_label} (${from} – ${to})`),
		form_link("Supplier Evaluation Template", doc.template, __(doc.template)),
		doc.version > 1 ? escape(__("Version {0}", [doc.version])) : "",
		doc.as_of ? escape(__("Facts as of {0}", [frappe.datetime.str_to_user(doc.as_of)])) : "",
	];
	return `<div class="pr-scope">${parts
		.filter(Boolean)
		.map((part) => `<span>${part}</span>`)
		.join("")}</div>`;
}

function figures(doc) {
	const { escape, number, result, trend } = partner_relations;
	const previous = doc.has_previous
		? escape(__("Before: {0} ({1})", [number(doc.previous_score), doc.previous_grade || __("Not Rated")]))
		: "";
	const grade_hint = doc.capped
		? __("Capped by a knock-out")
		: doc.has_score
			? ""
			: escape(doc.not_rated_reason || "");
	return [
		{
			label: __("Score", null, "Supplier Evaluation"),
			value: result(doc),
			hint: grade_hint,
			color: doc.grade_color || "gray",
		},
		{ label: __("Change"), value: trend(doc), hint: previous },
		{
			label: __("Coverage"),
			value: `${number(doc.coverage, 1)} %`,
			hint: __("of the weight could be measured"),
		},
		{ label: __("Effect"), value: effect_html(doc), hint: effect_hint(doc) },
	];
}

// What the grade does to requests for quotation and purchase orders.
function effect_html({ rfq_action, po_action }) {
	const colors = { Warn: "orange", Prevent: "red" };
	const pill = (action, label) =>
		`<span class="indicator-pill ${colors[action] || "green"}">${partner_relations.escape(label)}</span>`;
	if (rfq_action === po_action) {
		if (po_action === "Prevent") return pill(po_action, __("RFQs and orders prevented"));
		if (po_action === "Warn") return pill(po_action, __("RFQs and orders warned about"));
		return pill("Allow", __("No restriction"));
	}
	const orders = { Prevent: __("Orders prevented"), Warn: __("Orders warned about") }[po_action];
	const requests = { Prevent: __("RFQs prevented"), Warn: __("RFQs warned about") }[rfq_action];
	return [orders && pill(po_action, orders), requests && pill(rfq_action, requests)]
		.filter(Boolean)
		.join(" ");
}

function effect_hint({ docstatus, published_by, published_on }) {
	if (docstatus === 0) return __("Takes effect when published");
	if (!published_on) return "";
	const { escape } = partner_relations;
	return escape(
		__("Published by {0} on {1}", [
			frappe.user_info(published_by).fullname,
			frappe.datetime.str_to_user(published_on.split(" ")[0]),
		])
	);
}

function criteria_html(doc) {
	const rows = doc.criteria.map((row) => ({
		kpi: row.kpi,
		unit: row.unit,
		value: row.has_value ? row.value : null,
		rating: row.has_rating ? row.rating : null,
		points: row.has_rating ? row.points : null,
		change: row.has_previous && row.has_rating ? row.change : null,
		weight: row.weight,
		sample_size: row.sample_size,
		knocked_out: row.knocked_out,
		note: row.basis === "Measured" ? "" : __(row.basis, null, "Supplier Evaluation Criterion"),
		link: partner_relations.page_link(
			["query-report", "KPI Evidence"],
			{ evaluation: doc.name, kpi: row.kpi },
			__("Evidence"),
			"btn btn-default btn-xs"
		),
	}));
	return partner_relations.criteria_table(rows, { compared: doc.has_previous, linked: true });
}

// One sentence above the form where something needs attention.
async function show_state(frm) {
	const { doc } = frm;
	const { escape } = partner_relations;
	frm.set_intro("");
	if (doc.facts_changed && doc.status === "Published") {
		const since = doc.facts_checked_on
			? __("The facts have changed since publishing (checked on {0}).", [
					frappe.datetime.str_to_user(doc.facts_checked_on.split(" ")[0]),
				])
			: __("The facts have changed since publishing.");
		frm.set_intro(`<b>${escape(since)}</b><br>${escape(doc.facts_changed_note)}`, "orange");
	}
	const objection = doc.docstatus === 0 && objection_to_publishing(doc);
	if (objection) frm.set_intro(objection, "blue");
	if (doc.status === "Superseded") {
		const newer = await newer_version(doc);
		if (frm.doc.name !== doc.name) return;
		const link = newer
			? `${__("It is superseded by a newer version:")} ${partner_relations.form_link(
					frm.doctype,
					newer
				)}`
			: __("It is superseded.");
		frm.set_intro(link, "yellow");
	}
}

// Who proposes does not approve. The server decides; it also knows who gave marks.
function objection_to_publishing({ requested_by, modified_by }) {
	if (requested_by === frappe.session.user) {
		return __("You requested this evaluation; somebody else must publish it.");
	}
	return modified_by === frappe.session.user
		? __("You edited this evaluation last; somebody else must publish it.")
		: "";
}

async function newer_version({ supplier, company, template, from_date, to_date, version }) {
	const [newest] = await frappe.db.get_list("Supplier Evaluation", {
		filters: { supplier, company, template, from_date, to_date, version: [">", version], docstatus: 1 },
		fields: ["name"],
		order_by: "version desc",
		limit: 1,
	});
	return newest?.name;
}

function add_buttons(frm) {
	const { doc } = frm;
	if (doc.docstatus === 0 && frm.perm[0]?.submit) {
		if (objection_to_publishing(doc)) frm.page.clear_primary_action();
		else if (!frm.is_dirty()) frm.page.set_primary_action(__("Publish"), () => publish(frm));
	}
	if (
		doc.docstatus < 2 &&
		doc.status !== "Superseded" &&
		frappe.model.can_create("Supplier Evaluation Run")
	) {
		const button = frm.add_custom_button(__("Evaluate Again"), () => evaluate_again(frm));
		if (doc.facts_changed) button.removeClass("btn-default").addClass("btn-primary");
	}
	if (doc.status === "Published" && frm.perm[0]?.email) {
		frm.add_custom_button(__("Send to Supplier"), async () => {
			await partner_relations.send_to_supplier(doc.name, doc.supplier);
			frm.reload_doc();
		});
	}
}

function publish(frm) {
	const question = __("Publish the evaluation of {0}? Its score, grade and restrictions take effect.", [
		partner_relations.escape(frm.doc.supplier_name || frm.doc.supplier),
	]);
	frappe.confirm(question, async () => {
		const result = await partner_relations.call(
			"publish",
			{ names: [frm.doc.name] },
			__("Publishing", null, "Supplier Evaluation")
		);
		partner_relations.show_published(result);
		frm.reload_doc();
	});
}

function evaluate_again(frm) {
	frappe.confirm(__("Evaluate again with today's facts? This version is kept."), async () => {
		const args = { evaluation: frm.doc.name };
		const result = await partner_relations.call("evaluate_again", args, __("Reading the facts"));
		partner_relations.open_evaluation(result);
	});
}
