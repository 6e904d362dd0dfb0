const PENALTY_METHODS = ["Rate", "Steps"];
const REWARD_METHODS = [...PENALTY_METHODS, "Volume rebate", "Bonus per grade"];
const FIXED = "Fixed amount";
const PERCENT = "Percent of the basis";
const BASES = {
	"Volume rebate": ["Order value", "Invoice value"],
	"Bonus per grade": ["Order value", "Invoice value", FIXED],
};
const ANY_BASIS = ["Order value", "Late line value", "Invoice value", FIXED];
// What an example needs, by method; a value only where there is a basis.
const EXAMPLE = {
	Rate: ["units", "exempt_units", "value", "already_in_year"],
	Steps: ["units", "exempt_units", "value", "already_in_year"],
	"Volume rebate": ["value", "already_in_year"],
	"Bonus per grade": ["grade", "value", "already_in_year"],
};

frappe.ui.form.on("Remedy Scheme", {
	refresh(frm) {
		offer_choices(frm);
		describe_rates(frm);
		make_trial(frm);
		update_trial(frm);
	},

	purpose(frm) {
		offer_choices(frm);
		if (frm.doc.purpose === "Reward") clear(frm, "has_termination_threshold");
		update_trial(frm);
	},

	method(frm) {
		offer_choices(frm);
		describe_rates(frm);
		update_trial(frm);
	},

	basis(frm) {
		if (frm.doc.basis === FIXED) {
			frm.set_value("rate_type", "Amount");
			clear(frm, "has_cap_percent");
			clear(frm, "has_termination_threshold");
		}
		update_trial(frm);
	},

	rate_type(frm) {
		describe_rates(frm);
		update_trial(frm);
	},

	...on_each(
		[
			"counts",
			"rate",
			"per_units",
			"partial_units",
			"tier_mode",
			"grace_units",
			"grace_mode",
			"exempt_force_majeure",
			"has_minimum",
			"minimum_amount",
			"minimum_mode",
			"has_cap_percent",
			"cap_percent",
			"has_cap_amount",
			"cap_amount",
			"has_yearly_cap",
			"yearly_cap",
			"has_termination_threshold",
			"termination_percent",
		],
		update_trial
	),
});

frappe.ui.form.on("Remedy Scheme Step", {
	threshold: update_trial,
	rate: update_trial,
	steps_remove: update_trial,
});

frappe.ui.form.on("Remedy Scheme Grade Bonus", {
	grade: update_trial,
	rate: update_trial,
	grade_bonuses_remove: update_trial,
});

function on_each(fields, handler) {
	return Object.fromEntries(fields.map((field) => [field, handler]));
}

function clear(frm, field) {
	if (frm.doc[field]) frm.set_value(field, 0);
}

// Rebates and bonuses are rewards; a rebate needs a volume, a grade has no late lines.
function offer_choices(frm) {
	offer(frm, "method", frm.doc.purpose === "Reward" ? REWARD_METHODS : PENALTY_METHODS);
	offer(frm, "basis", BASES[frm.doc.method] || ANY_BASIS);
}

function offer(frm, field, options) {
	frm.set_df_property(field, "options", options.join("\n"));
	if (!options.includes(frm.doc[field])) frm.set_value(field, options[0]);
}

// What the numbers mean, beside where they are entered.
function describe_rates(frm) {
	const percent = frm.doc.rate_type === PERCENT;
	const rate = percent
		? __("Percent of the basis", null, "Remedy Scheme")
		: __("An amount in the currency of the company");
	const threshold =
		frm.doc.method === "Volume rebate"
			? __("The volume in the currency of the company")
			: __(frm.doc.counts, null, "Remedy Scheme");
	frm.set_df_property("rate", "description", rate);
	frm.get_field("steps").grid.update_docfield_property("rate", "description", rate);
	frm.get_field("steps").grid.update_docfield_property("threshold", "description", threshold);
	frm.get_field("grade_bonuses").grid.update_docfield_property("rate", "description", rate);
}

function make_trial(frm) {
	const parent = frm.get_field("try_it").$wrapper;
	if (frm.pr_trial?.scheme === frm.doc.name) return;
	parent.html(`<div class="pr-try-fields"></div><div class="pr-try-result"></div>`);
	const onchange = () => update_trial(frm);
	const example = first_example(frm.doc);
	const field = (fieldname, fieldtype, label) => ({
		fieldname,
		fieldtype,
		label,
		default: example[fieldname],
		onchange,
	});
	const group = new frappe.ui.FieldGroup({
		body: parent.find(".pr-try-fields"),
		fields: [
			field("units", "Float", __("Days late", null, "Remedy Scheme")),
			field("grade", "Data", __("Grade", null, "Supplier Evaluation")),
			field("value", "Currency", __("Basis", null, "Remedy Scheme")),
			field("exempt_units", "Float", __("Of Them Force Majeure")),
			field("already_in_year", "Currency", __("Already Owed This Year")),
		],
	});
	group.make();
	frm.pr_trial = { scheme: frm.doc.name, group, result: parent.find(".pr-try-result"), asked: 0 };
	frm.pr_trial.ask = frappe.utils.debounce(() => ask(frm), 300);
}

// A case in which the scheme gives something: a volume above the highest threshold, a grade with a bonus.
function first_example(doc) {
	const highest = Math.max(0, ...(doc.steps || []).map((row) => flt(row.threshold)));
	return {
		units: doc.method === "Steps" ? highest + 1 : 5,
		value: doc.method === "Volume rebate" && highest ? highest * 1.2 : 10000,
		grade: doc.grade_bonuses?.[0]?.grade || "A",
	};
}

function update_trial(frm) {
	const { group, ask } = frm.pr_trial;
	const { doc } = frm;
	const shown = EXAMPLE[doc.method].filter(
		(name) =>
			(name !== "value" || doc.basis !== FIXED) &&
			(name !== "exempt_units" || doc.exempt_force_majeure) &&
			(name !== "already_in_year" || doc.has_yearly_cap)
	);
	for (const name of new Set(Object.values(EXAMPLE).flat())) {
		group.set_df_property(name, "hidden", shown.includes(name) ? 0 : 1);
	}
	group.set_df_property("units", "label", __(doc.counts, null, "Remedy Scheme"));
	group.set_df_property("value", "label", __(doc.basis, null, "Remedy Scheme"));
	ask();
}

// The server computes, by the function that real cases use; only the answer to the last question is shown.
async function ask(frm) {
	const { group, result } = frm.pr_trial;
	const asked = (frm.pr_trial.asked += 1);
	const currency = frappe.defaults.get_default("currency");
	const args = { scheme: JSON.stringify(frm.doc), currency, ...group.get_values(true) };
	const answer = await partner_relations.call("remedies.try_scheme", args);
	if (asked !== frm.pr_trial.asked) return;
	const { escape, calculation_table } = partner_relations;
	if (answer.problem) {
		result.html(partner_relations.empty_state(escape(answer.problem)));
		return;
	}
	result.html(calculation_table(answer.steps, answer.amount, currency));
}
