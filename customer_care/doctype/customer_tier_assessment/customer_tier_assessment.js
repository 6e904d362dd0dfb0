// What the overview shows better than fields do. They stay for lists, reports and print.
const SHOWN_IN_OVERVIEW = [
	"customer",
	"customer_name",
	"policy",
	"run",
	"company",
	"from_date",
	"to_date",
	"status",
	"current_tier",
	"proposed_tier",
	"change",
	"score",
	"coverage",
	"rfm",
	"segment",
	"potential",
	"column_break_main",
	"column_break_tier",
];
const STATUS_COLORS = { Proposed: "yellow", Approved: "green", Rejected: "red" };

frappe.ui.form.on("Customer Tier Assessment", {
	refresh(frm) {
		frm.disable_save();
		if (frm.is_new()) {
			frm.set_intro(__("Assessments are made by a Customer Tiering Run."), "blue");
			return;
		}
		frm.toggle_display(SHOWN_IN_OVERVIEW, false);
		show(frm);
	},
});

async function show(frm) {
	const { doc } = frm;
	const more = await partner_relations.care_call("tiering.assessment_overview", { assessment: doc.name });
	if (frm.doc.name !== doc.name) return;
	const sentences = [more.objection, more.held].filter(Boolean).map(partner_relations.escape);
	frm.set_intro(sentences.join("<br>"), "blue");
	const field = frm.get_field("overview").$wrapper.addClass("pr-wide");
	field.html(`
		${scope_html(doc)}
		${partner_relations.cards(figures(doc))}
		<ul class="pr-reasons">${more.reasons
			.map((reason) => `<li>${partner_relations.escape(reason)}</li>`)
			.join("")}</ul>
		${metrics_html(more.metrics)}
	`);
	field.off("click").on("click", "[data-metric]", (event) => {
		const { metric, label } = event.currentTarget.dataset;
		show_evidence(doc.name, metric, label);
	});
	if (more.may_decide) add_buttons(frm);
}

function scope_html(doc) {
	const { escape, form_link } = partner_relations;
	const day = frappe.datetime.str_to_user;
	const parts = [
		`<b>${form_link("Customer", doc.customer, doc.customer_name || doc.customer)}</b>`,
		escape(doc.company),
		escape(`${day(doc.from_date)} – ${day(doc.to_date)}`),
		form_link("Customer Tiering Policy", doc.policy, __(doc.policy)),
		form_link("Customer Tiering Run", doc.run),
	];
	return `<div class="pr-scope">${parts.map((part) => `<span>${part}</span>`).join("")}</div>`;
}

function figures(doc) {
	const { change_color, escape, number, tier_move } = partner_relations;
	const list = [
		{
			label: doc.change === "Same" ? __("Tier") : __("Tier So Far → Proposed Tier"),
			value: tier_move(doc.current_tier, doc.proposed_tier, doc.change),
			hint: escape(change_words(doc.change)),
			color: change_color(doc.change),
		},
	];
	if (doc.has_score)
		list.push({
			label: __("Score", null, "Customer Tier Assessment"),
			value: number(doc.score),
			hint: escape(__("{0} % of the weights measured", [number(doc.coverage, 1)])),
		});
	if (doc.rfm)
		list.push({
			label: __("RFM"),
			value: escape(doc.rfm.split("").join(" · ")),
			hint: escape(__(doc.segment, null, "Customer Tiering Segment")),
		});
	else if (doc.segment && !doc.segment.includes("/"))
		list.push({ label: __("Class", null, "Customer Tier Assessment"), value: escape(doc.segment) });
	if (doc.has_potential) list.push({ label: __("Potential"), value: number(doc.potential) });
	list.push({
		label: __("Status"),
		value: `<span class="indicator-pill ${STATUS_COLORS[doc.status] || "gray"}">${escape(
			__(doc.status, null, "Customer Tier Assessment")
		)}</span>`,
		hint: escape(decision_words(doc)),
	});
	return list;
}

function change_words(change) {
	return {
		Up: __("to a better tier"),
		Down: __("to a lower tier"),
		New: __("first tier"),
		Same: __("The customer keeps its tier."),
	}[change];
}

function decision_words({ decided_by, decided_on }) {
	if (!decided_by) return "";
	return __("by {0} on {1}", [
		frappe.user_info(decided_by).fullname,
		frappe.datetime.str_to_user(decided_on.split(" ")[0]),
	]);
}

// The metrics with rating bars; each number opens the lines behind it.
function metrics_html(metrics) {
	const { criteria_table, empty_state, escape } = partner_relations;
	if (!metrics.length) return empty_state(__("The policy measures nothing."));
	const number = (text) => (text === null || text === undefined ? null : flt(text));
	return criteria_table(
		metrics.map((row) => ({
			kpi: row.label,
			unit: row.unit,
			value: number(row.value),
			rating: number(row.rating),
			points: number(row.points),
			weight: flt(row.weight),
			sample_size: row.sample_size,
			note: row.value === null ? __("No data") : "",
			link: `<button type="button" class="btn btn-default btn-xs" data-metric="${escape(
				row.metric
			)}" data-label="${escape(row.label)}">${__("Evidence")}</button>`,
		})),
		{ linked: true, heading: __("Metric"), weighed: metrics.some((row) => flt(row.weight)) }
	);
}

async function show_evidence(assessment, metric, label) {
	const args = { assessment, metric };
	const found = await partner_relations.care_call("tiering.evidence", args, __("Reading the facts"));
	partner_relations.show_lines(found, partner_relations.escape(label), __("When Assessed"));
}

function add_buttons(frm) {
	const names = [frm.doc.name];
	const { ask_rejection, care_call, confirm_approval } = partner_relations;
	frm.page.set_primary_action(__("Approve", null, "Customer Tier Assessment"), async () => {
		await confirm_approval(1, () => care_call("tiering.approve", { names }, __("Approving")));
		frm.reload_doc();
	});
	frm.add_custom_button(__("Reject", null, "Customer Tier Assessment"), async () => {
		await ask_rejection(1, (reason) => care_call("tiering.reject", { names, reason }, __("Rejecting")));
		frm.reload_doc();
	});
}
