const FIGURES = [
	"status",
	"progress",
	"suppliers_total",
	"evaluations_made",
	"skipped_without_facts",
	"skipped_disabled",
	"skipped_existing",
	"failed_count",
	"heartbeat",
];

frappe.ui.form.on("Supplier Evaluation Run", {
	setup(frm) {
		frm.set_query("template", { filters: { disabled: 0 } });
		partner_relations.set_up_run(frm, {
			event: "supplier_evaluation_run",
			figures: FIGURES,
			show: show_progress,
		});
	},

	refresh(frm) {
		frm.toggle_display("progress_section", false);
		if (frm.is_new()) {
			frm.set_intro(__("Choose a template and a company, save, then press Start."), "blue");
			if (!frm.doc.from_date) fill_period(frm);
			return;
		}
		frm.disable_save();
		show_progress(frm);
		add_buttons(frm);
		partner_relations.follow_run(frm);
	},

	template: fill_period,
	company: fill_period,
});

function fill_period(frm) {
	if (frm.is_new()) partner_relations.fill_period(frm, frm.doc.template, frm.doc.company);
}

function show_progress(frm, drafts) {
	const { doc } = frm;
	const { number, show_run_progress } = partner_relations;
	const skipped = doc.skipped_without_facts + doc.skipped_disabled + doc.skipped_existing;
	show_run_progress(frm, progress_sentence(doc, drafts), [
		{ label: __("Suppliers in Scope"), value: number(doc.suppliers_total) },
		{ label: __("Evaluations Made"), value: number(doc.evaluations_made), color: "green" },
		{ label: __("Skipped"), value: number(skipped), hint: skipped_hint(doc), color: "gray" },
		{
			label: __("Failed"),
			value: number(doc.failed_count),
			color: doc.failed_count ? "red" : "gray",
		},
	]);
}

function progress_sentence({ status, progress, evaluations_made }, drafts) {
	switch (status) {
		case "Queued":
			return __("Waiting for a background worker.");
		case "Running":
			return __("{0} % done.", [partner_relations.number(progress, 0)]);
		case "Completed":
			if (!evaluations_made) return __("Done. There was nothing to evaluate in this period.");
			if (drafts) return __("Done. Drafts waiting to be published: {0}.", [drafts]);
			return drafts === 0 ? __("Done. All evaluations are published.") : __("Done.");
		case "Completed with Failures":
			return __("Done, except for the suppliers listed below. Mend the causes and press Continue.");
		case "Failed":
			return __("The run failed. Mend the cause and press Continue.");
		default:
			return __("Not started yet.");
	}
}

function skipped_hint(doc) {
	return [
		[doc.skipped_without_facts, __("without facts")],
		[doc.skipped_existing, __("evaluated already")],
		[doc.skipped_disabled, __("disabled")],
	]
		.filter(([count]) => count)
		.map(([count, label]) => `${partner_relations.number(count)} ${label}`)
		.join(", ");
}

async function add_buttons(frm) {
	const { doc } = frm;
	if (frm.perm[0]?.write && partner_relations.may_start_run(doc)) {
		const label = doc.status === "Not Started" ? __("Start") : __("Continue");
		frm.page.set_primary_action(label, () => start(frm));
	}
	if (!doc.evaluations_made) return;
	frm.add_custom_button(__("Show Evaluations"), () =>
		frappe.set_route("List", "Supplier Evaluation", { run: doc.name })
	);
	if (partner_relations.is_under_way(doc)) return;
	const drafts = await frappe.db.count("Supplier Evaluation", { filters: { run: doc.name, docstatus: 0 } });
	if (frm.doc.name !== doc.name) return;
	show_progress(frm, drafts);
	if (!drafts || !frappe.model.can_submit("Supplier Evaluation")) return;
	frm.add_custom_button(__("Publish All Drafts"), () => publish_all(frm, drafts)).addClass("btn-primary");
}

async function start(frm) {
	await partner_relations.call("start_run", { run: frm.doc.name }, __("Starting"));
	frm.reload_doc();
}

async function publish_all(frm, drafts) {
	await partner_relations.confirm_publishing(drafts, () =>
		partner_relations.call(
			"publish_run",
			{ run: frm.doc.name },
			__("Publishing", null, "Supplier Evaluation")
		)
	);
	frm.reload_doc();
}
