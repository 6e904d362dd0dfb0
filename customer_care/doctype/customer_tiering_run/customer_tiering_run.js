const FIGURES = [
	"status",
	"progress",
	"customers_total",
	"assessments_made",
	"moves_proposed",
	"skipped_disabled",
	"heartbeat",
];

frappe.ui.form.on("Customer Tiering Run", {
	setup(frm) {
		frm.set_query("policy", { filters: { disabled: 0 } });
		partner_relations.set_up_run(frm, {
			event: "customer_tiering_run",
			figures: FIGURES,
			show: show_progress,
		});
	},

	refresh(frm) {
		frm.toggle_display("progress_section", false);
		if (frm.is_new()) {
			frm.set_intro(__("Choose a policy, save, then press Start."), "blue");
			fill_scope(frm);
			return;
		}
		frm.disable_save();
		show_progress(frm);
		add_buttons(frm);
		partner_relations.follow_run(frm);
	},

	policy: fill_scope,
});

// Company and period of the policy.
async function fill_scope(frm) {
	const { policy } = frm.doc;
	if (!frm.is_new() || !policy) return;
	if (!frm.doc.company) frm.set_value("company", frappe.defaults.get_user_default("Company"));
	const period = await partner_relations.care_call("tiering.default_period", { policy });
	if (frm.doc.policy === policy && frm.is_new()) frm.set_value(period);
}

function show_progress(frm) {
	const { doc } = frm;
	const { escape, number, show_run_progress } = partner_relations;
	show_run_progress(frm, progress_sentence(doc), [
		{ label: __("Customers in Scope"), value: number(doc.customers_total, 0) },
		{ label: __("Assessments Made"), value: number(doc.assessments_made, 0), color: "green" },
		{ label: __("Moves Proposed"), value: number(doc.moves_proposed, 0), color: "blue" },
		{
			label: __("Skipped"),
			value: number(doc.skipped_disabled, 0),
			hint: doc.skipped_disabled ? escape(__("disabled")) : "",
			color: "gray",
		},
	]).append('<div class="pr-moves"></div>');
}

function progress_sentence({ status, progress, assessments_made, moves_proposed, requested_by }) {
	switch (status) {
		case "Queued":
			return __("Waiting for a background worker.");
		case "Running":
			return __("{0} % done.", [partner_relations.number(progress, 0)]);
		case "Completed":
			if (!assessments_made) return __("Done. There are no customers to assess.");
			if (!moves_proposed) return __("Done. Every customer keeps its tier.");
			return requested_by === frappe.session.user
				? __("Done. Somebody else must approve or reject the moves below.")
				: __("Done. Approve or reject the moves below.");
		case "Failed":
			return __("The run failed. Mend the cause and press Continue.");
		default:
			return __("Not started yet.");
	}
}

function add_buttons(frm) {
	const { doc } = frm;
	if (frm.perm[0]?.write && partner_relations.may_start_run(doc)) {
		const label = doc.status === "Not Started" ? __("Start") : __("Continue");
		frm.page.set_primary_action(label, () => start(frm));
	}
	if (!doc.assessments_made) return;
	frm.add_custom_button(__("Show Assessments"), () =>
		frappe.set_route("List", "Customer Tier Assessment", { run: doc.name })
	);
	if (!partner_relations.is_under_way(doc)) show_moves(frm);
}

async function start(frm) {
	await partner_relations.care_call("tiering.start_run", { run: frm.doc.name }, __("Starting"));
	frm.reload_doc();
}

// The moves by tier so far and proposed tier, each with its buttons, and one for all.
async function show_moves(frm) {
	const run = frm.doc.name;
	const moves = await partner_relations.care_call("tiering.moves_of_run", { run });
	if (frm.doc.name !== run) return;
	const open = moves.reduce((sum, move) => sum + move.open, 0);
	// Who asked for the run can't decide on it; the server says so of everyone else.
	const may_decide =
		frappe.model.can_write("Customer Tier Assessment") &&
		frm.doc.requested_by !== frappe.session.user &&
		frm.doc.policy_editor !== frappe.session.user;
	const parent = frm.pr_progress.find(".pr-moves");
	parent.html(moves.length ? moves_html(moves, may_decide, run) : "");
	if (moves.length && !open)
		frm.pr_progress.children("p").text(__("Done. All moves have been decided on."));
	parent.off("click").on("click", "[data-decide]", (event) => {
		const { decide, move } = event.currentTarget.dataset;
		decide_on(frm, decide, moves[move]);
	});
	if (!open || !may_decide) {
		if (open && frappe.model.can_write("Customer Tier Assessment"))
			frm.set_intro(
				__(
					"You requested this run or edited its policy last; somebody else must decide on the moves."
				),
				"blue"
			);
		return;
	}
	frm.add_custom_button(__("Approve All"), () => decide_on(frm, "approve", { open, all: true })).addClass(
		"btn-primary"
	);
	frm.add_custom_button(__("Reject All"), () => decide_on(frm, "reject", { open, all: true }));
}

function moves_html(moves, may_decide, run) {
	const { escape, form_link, number, page_link, tier_move } = partner_relations;
	const rows = moves.map(({ from_tier, to_tier, change, count, open, customers }, index) => {
		const named = customers
			.slice(0, 3)
			.map((row) => form_link("Customer Tier Assessment", row.assessment, row.customer_name))
			.join(", ");
		const filters = { run, proposed_tier: to_tier };
		if (from_tier) filters.current_tier = from_tier;
		const more = page_link(["List", "Customer Tier Assessment"], filters, __("Show"));
		const buttons =
			may_decide && open
				? `<button class="btn btn-xs btn-primary" data-decide="approve" data-move="${index}">${__(
						"Approve",
						null,
						"Customer Tier Assessment"
					)}</button>
					<button class="btn btn-xs btn-default" data-decide="reject" data-move="${index}">${__(
						"Reject",
						null,
						"Customer Tier Assessment"
					)}</button>`
				: "";
		return `<tr>
			<td>${tier_move(from_tier, to_tier, change)}</td>
			<td class="pr-figure">${number(count, 0)}</td>
			<td class="pr-figure d-none d-sm-table-cell">${open ? number(open, 0) : escape(__("decided"))}</td>
			<td class="d-none d-sm-table-cell">${named} · ${more}</td>
			<td class="pr-figure">${buttons}</td>
		</tr>`;
	});
	return `<div class="pr-scroll"><table class="table pr-table">
		<thead><tr>
			<th>${__("Move", null, "Customer Tier Assessment")}</th>
			<th class="pr-figure">${__("Customers", null, "Customer Tiering Run")}</th>
			<th class="pr-figure d-none d-sm-table-cell">${__("Open", null, "Customer Tier Assessment")}</th>
			<th class="d-none d-sm-table-cell">${__("Among Them")}</th>
			<th></th>
		</tr></thead>
		<tbody>${rows.join("")}</tbody>
	</table></div>`;
}

async function decide_on(frm, decision, { open, all, from_tier, to_tier }) {
	const args = { run: frm.doc.name, ...(all ? {} : { from_tier, to_tier }) };
	const { ask_rejection, care_call, confirm_approval } = partner_relations;
	if (decision === "approve")
		await confirm_approval(open, () => care_call("tiering.approve_moves", args, __("Approving")));
	else
		await ask_rejection(open, (reason) =>
			care_call("tiering.reject_moves", { ...args, reason }, __("Rejecting"))
		);
	frm.reload_doc();
}
