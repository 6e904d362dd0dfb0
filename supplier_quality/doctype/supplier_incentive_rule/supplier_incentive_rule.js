const MEASURES = {
	Reward: ["Bonus", "Rebate", "Price Reduction", "Preferred Status", "Larger Order Share", "Payment Terms"],
	Penalty: [
		"Price Reduction",
		"Chargeback",
		"Liquidated Damages",
		"Smaller Order Share",
		"Payment Terms",
		"Warning Letter",
		"Suspension",
		"Disqualification",
	],
};
const DECIDING = [
	"looks_at",
	"company",
	"supplier_group",
	"template",
	"kpi",
	"periods_in_a_row",
	"breaches_needed",
	"within_months",
	"count_anew",
	"kind",
	"measure",
	"remedy_scheme",
	"duration_days",
	"order_share",
	"payment_terms_template",
	"conditions",
];

frappe.ui.form.on("Supplier Incentive Rule", {
	setup(frm) {
		frm.set_query("remedy_scheme", () => ({ filters: { purpose: frm.doc.kind, disabled: 0 } }));
	},

	refresh(frm) {
		offer_measures(frm);
		offer_grades(frm);
		show_in_words(frm);
		show_simulation(frm);
		add_buttons(frm);
	},

	kind(frm) {
		offer_measures(frm);
		if (!MEASURES[frm.doc.kind]?.includes(frm.doc.measure)) frm.set_value("measure", null);
		frm.set_value("remedy_scheme", null);
	},

	template: offer_grades,
	...Object.fromEntries(DECIDING.filter((name) => name !== "kind").map((name) => [name, show_in_words])),
});

frappe.ui.form.on("Supplier Incentive Condition", {
	what(frm, cdt, cdn) {
		const row = locals[cdt][cdn];
		const comparisons = row.what.startsWith("Change")
			? ["fell", "rose"]
			: ["is", "is at least", "is at most"];
		if (!comparisons.includes(row.comparison)) {
			frappe.model.set_value(cdt, cdn, "comparison", comparisons[0]);
		}
		show_in_words(frm);
	},
	kpi: show_in_words,
	comparison: show_in_words,
	grade: show_in_words,
	number: show_in_words,
	conditions_add: show_in_words,
	conditions_remove: show_in_words,
});

function add_buttons(frm) {
	if (frm.is_new()) return;
	if (frm.perm[0]?.write && !frm.doc.enabled) {
		frm.add_custom_button(__("Switch On"), async () => {
			await frm.set_value("enabled", 1);
			frm.save();
		});
	}
	frm.add_custom_button(__("Proposals"), () =>
		frappe.set_route("List", "Supplier Reward Penalty", { rule: frm.doc.name })
	);
}

function offer_measures(frm) {
	frm.set_df_property("measure", "options", ["", ...(MEASURES[frm.doc.kind] || [])]);
}

// Grades are those of the template's scale, or of all scales: a choice instead of a free text.
async function offer_grades(frm) {
	const grades = await known_grades(frm.doc.template);
	if (!grades.length) return;
	const grid = frm.get_field("conditions").grid;
	const choice = { fieldtype: "Select", options: ["", ...grades].join("\n") };
	Object.assign(frappe.meta.docfield_map[grid.doctype].grade, choice);
	for (const [property, value] of Object.entries(choice)) {
		grid.update_docfield_property("grade", property, value);
	}
	grid.refresh();
}

async function known_grades(template) {
	let scales;
	if (template) {
		const { message } = await frappe.db.get_value(
			"Supplier Evaluation Template",
			template,
			"grade_scale"
		);
		scales = [message?.grade_scale];
	} else {
		const rows = await frappe.db.get_list("Supplier Grade Scale", { limit: 20 });
		scales = rows.map((row) => row.name);
	}
	const documents = await Promise.all(
		scales.filter(Boolean).map((name) => frappe.db.get_doc("Supplier Grade Scale", name))
	);
	return [...new Set(documents.flatMap((scale) => scale.grades.map((row) => row.grade)))];
}

// The rule as a sentence above the table, while people type.
function show_in_words(frm) {
	const { escape } = partner_relations;
	const sentences = [when(frm.doc), then(frm.doc)];
	if (!frm.doc.enabled) sentences.push(__("The rule is off and proposes nothing yet."));
	frm.get_field("in_words").$wrapper.html(
		`<div class="pr-panel pr-in-words">${sentences.map((text) => `<div>${escape(text)}</div>`).join("")}</div>`
	);
}

function when(doc) {
	if (doc.looks_at === "Contract breach") {
		const what = doc.kpi ? __("breaches of {0}", [__(doc.kpi)]) : __("breaches of contract");
		const needed = cint(doc.breaches_needed) || 1;
		return needed > 1
			? __("When {0} has {1} {2} within {3} months", [who(doc), needed, what, cint(doc.within_months)])
			: __("For each of the {1} of {0}", [who(doc), what]);
	}
	const conditions = (doc.conditions || []).map(condition_in_words).filter(Boolean);
	const words = conditions.length ? frappe.utils.comma_and(conditions, false) : "…";
	const periods = cint(doc.periods_in_a_row) || 1;
	if (periods === 1) return __("When an evaluation of {0} says: {1}", [who(doc), words]);
	const text = doc.count_anew
		? __("When {2} evaluations in a row of {0} say: {1} (then counted anew)", [who(doc), words, periods])
		: __("When {2} evaluations in a row of {0} say: {1} (and in each further one)", [
				who(doc),
				words,
				periods,
			]);
	return text;
}

function who(doc) {
	const whom = doc.supplier_group
		? __("a supplier of the group {0}", [doc.supplier_group])
		: __("any supplier");
	const words = [whom];
	if (doc.company) words.push(__("for {0}", [doc.company]));
	if (doc.template && doc.looks_at !== "Contract breach") words.push(__("by {0}", [__(doc.template)]));
	return words.join(" ");
}

function condition_in_words(row) {
	const number = partner_relations.number(row.number);
	const comparison = __(row.comparison, null, "Supplier Incentive Condition");
	if (row.what === "Grade") return __("grade {0} {1}", [comparison, row.grade || "…"]);
	if (row.what === "Score") return __("score {0} {1}", [comparison, number]);
	if (row.what === "KPI value") return __("{0} {1} {2}", [__(row.kpi) || "…", comparison, number]);
	if (row.what === "KPI rating")
		return __("rating of {0} {1} {2}", [__(row.kpi) || "…", comparison, number]);
	const rose = row.comparison === "rose";
	if (row.what === "Change of score") {
		return rose ? __("score rose by {0} or more", [number]) : __("score fell by {0} or more", [number]);
	}
	if (flt(row.number) > 1) {
		return rose ? __("grade rose by {0} or more", [number]) : __("grade fell by {0} or more", [number]);
	}
	return rose ? __("grade rose") : __("grade fell");
}

function then(doc) {
	if (!doc.measure) return __("Choose a measure.");
	const measure = __(doc.measure, null, "Supplier Incentive Rule");
	const text =
		doc.kind === "Reward"
			? __("Then propose a reward: {0}", [measure])
			: __("Then propose a penalty: {0}", [measure]);
	const details = [];
	if (doc.remedy_scheme) details.push(__("computed by {0}", [__(doc.remedy_scheme)]));
	if (cint(doc.duration_days)) details.push(__("for {0} days", [cint(doc.duration_days)]));
	if (flt(doc.order_share))
		details.push(__("order share {0} %", [partner_relations.number(doc.order_share)]));
	if (doc.payment_terms_template) details.push(__(doc.payment_terms_template));
	return details.length ? `${text} (${details.join("; ")})` : text;
}

// Simulation

function show_simulation(frm) {
	const parent = frm.get_field("simulation").$wrapper;
	if (!frm.perm[0]?.write) {
		frm.toggle_display("simulation_section", false);
		return;
	}
	if (parent.find(".pr-simulation").length && parent.data("rule") === frm.doc.name) return;
	parent.data("rule", frm.doc.name);
	parent.html(`<div class="pr-simulation">
		<div class="pr-simulation-bar">
			<div data-control="from_date"></div><div data-control="to_date"></div>
			<button type="button" class="btn btn-primary btn-sm" data-simulate>${__("Simulate")}</button>
		</div>
		<div class="pr-simulation-result"></div>
	</div>`);
	const today = frappe.datetime.get_today();
	const controls = {
		from_date: date_control(parent, "from_date", __("From"), frappe.datetime.add_months(today, -24)),
		to_date: date_control(parent, "to_date", __("To"), today),
	};
	const target = parent.find(".pr-simulation-result");
	target.html(
		partner_relations.empty_state(
			__("Shows what this rule, as it stands in the form, would have proposed. Nothing is saved.")
		)
	);
	parent.find("[data-simulate]").on("click", async () => {
		const result = await partner_relations.call(
			"incentives.simulate",
			{
				rule: JSON.stringify(frm.doc),
				from_date: controls.from_date.get_value(),
				to_date: controls.to_date.get_value(),
			},
			__("Asking the past")
		);
		show_result(target, frm.doc, result);
	});
}

function date_control(parent, fieldname, label, value) {
	const control = frappe.ui.form.make_control({
		df: { fieldtype: "Date", fieldname, label },
		parent: parent.find(`[data-control="${fieldname}"]`),
		render_input: true,
	});
	control.set_value(value);
	return control;
}

function show_result(parent, doc, result) {
	const { cards, empty_state, escape, number } = partner_relations;
	const financial = result.rows.some((row) => row.amount !== null);
	const asked = doc.looks_at === "Contract breach" ? __("Breaches Looked At") : __("Evaluations Looked At");
	const figures = [
		{ label: asked, value: number(result.looked_at) },
		{
			label: __("Proposals", null, "Supplier Incentive Rule"),
			value: number(result.rows.length),
			hint: escape(__("Suppliers: {0}", [new Set(result.rows.map((row) => row.supplier)).size || "0"])),
		},
	];
	if (financial) {
		for (const total of result.totals) {
			figures.push({
				label: escape(total.company),
				value: escape(format_currency(total.amount, total.currency)),
				color: doc.kind === "Reward" ? "green" : "red",
			});
		}
	}
	parent.html(cards(figures));
	if (!result.rows.length) {
		parent.append(
			empty_state(
				result.looked_at
					? __("The rule would have proposed nothing in this time.")
					: __("There is nothing in this time that the rule looks at.")
			)
		);
		return;
	}
	parent.append(`<div class="pr-simulation-chart"></div>${table_html(result.rows, financial)}`);
	draw_chart(parent.find(".pr-simulation-chart")[0], result, doc.kind, financial);
	parent.off("click").on("click", ".pr-expand", (event) => {
		const button = $(event.currentTarget);
		const open = button.attr("aria-expanded") !== "true";
		const row = result.rows[button.data("index")];
		const detail = button.closest("tr").next();
		button.attr("aria-expanded", open);
		detail.toggleClass("hidden", !open);
		if (open)
			detail.find("td").html(partner_relations.calculation_table(row.steps, row.amount, row.currency));
	});
}

// Amounts per period where money is asked for, else how many proposals; a series per company.
function draw_chart(parent, { periods, totals }, kind, financial) {
	const labels = [...new Set(periods.map((row) => row.period_label))];
	const datasets = totals.map(({ company }) => ({
		name: company,
		values: labels.map((label) => {
			const row = periods.find((one) => one.period_label === label && one.company === company);
			return row ? (financial ? row.amount : row.count) : 0;
		}),
	}));
	new frappe.Chart(parent, {
		type: "bar",
		height: 180,
		title: financial ? __("Amount by Period") : __("Proposals by Period"),
		data: { labels, datasets },
		colors: kind === "Reward" ? ["green", "blue", "purple"] : ["red", "orange", "yellow"],
		barOptions: { stacked: 1, spaceRatio: 0.6 },
		axisOptions: { shortenYAxisNumbers: 1 },
		animate: 0,
	});
}

function table_html(rows, financial) {
	const { escape, form_link } = partner_relations;
	const body = rows.map((row, index) => {
		const supplier = escape(row.supplier_name || row.supplier);
		const name = financial
			? `<button type="button" class="btn btn-link pr-expand" aria-expanded="false" data-index="${index}">
				${supplier}</button>`
			: supplier;
		const amount = financial
			? `<td class="pr-figure">${escape(format_currency(row.amount, row.currency))}</td>`
			: "";
		return `<tr>
			<td class="text-nowrap">${form_link(row.source_type, row.source_name, row.period_label)}</td>
			<td>${name}</td>
			<td class="pr-finding">${escape(row.finding)}</td>
			${amount}
		</tr>${financial ? `<tr class="hidden"><td colspan="4"></td></tr>` : ""}`;
	});
	return `<div class="pr-scroll"><table class="table pr-table">
		<thead><tr>
			<th>${__("Period", null, "Supplier Evaluation")}</th>
			<th>${__("Supplier")}</th>
			<th>${__("Finding")}</th>
			${financial ? `<th class="pr-figure">${__("Amount")}</th>` : ""}
		</tr></thead>
		<tbody>${body.join("")}</tbody>
	</table></div>`;
}
