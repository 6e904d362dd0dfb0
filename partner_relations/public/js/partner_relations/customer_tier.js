// What forms and lists show of a customer's tier.

import { badge, cards, empty_state, escape, form_link, number, page_link } from "./display";
import { care_call } from "./server";

const FIELDS = ["customer_tier", "customer_tier_since", "assessed_tier"];
const OVERRIDE_FIELDS = ["tier_override_until", "tier_override_reason"];
const ARROWS = { Up: ["↑", "green"], Down: ["↓", "red"], New: ["★", "blue"], Same: ["→", "gray"] };

export function tier_color(tier) {
	return frappe.boot.customer_tiers?.[tier]?.color || "gray";
}

export function tier_badge(tier) {
	return tier ? badge(tier, tier_color(tier)) : `<span class="text-muted">${__("No tier")}</span>`;
}

// Shows the tier as a badge in the column of a list, and leaves the list's own settings as they are.
export function show_tier_in_list(doctype) {
	const settings = (frappe.listview_settings[doctype] = frappe.listview_settings[doctype] || {});
	settings.add_fields = [...new Set([...(settings.add_fields || []), "customer_tier"])];
	settings.formatters = {
		...settings.formatters,
		customer_tier: (tier) =>
			tier ? `<span class="indicator-pill ${tier_color(tier)}">${escape(tier)}</span>` : "",
	};
	return settings;
}

export function tier_indicator(doc) {
	return doc.customer_tier
		? [escape(doc.customer_tier), tier_color(doc.customer_tier), `customer_tier,=,${doc.customer_tier}`]
		: null;
}

// The panel on the customer's form, and what stands above the form.
export async function show_customer_tier(frm) {
	const field = frm.get_field("tier_overview");
	if (!field || frm.is_new() || !frappe.model.can_read("Customer Tier")) return;
	const customer = frm.doc.name;
	const company = frappe.defaults.get_user_default("Company");
	const overview = await care_call("tiers.overview", { customer, company });
	if (frm.doc.name !== customer) return;
	frm.toggle_display([...FIELDS, ...OVERRIDE_FIELDS, "customer_tier_section"], false);
	show_headline(frm, overview);
	add_buttons(frm, overview);
	field.$wrapper.html(panel_html(frm, overview));
	field.$wrapper.find("[data-set-tier]").on("click", () => ask_override(frm, overview));
	field.$wrapper.find("[data-end-override]").on("click", () => confirm_end(frm, overview));
	field.$wrapper.find("[data-apply-credit]").on("click", () => confirm_credit(frm, overview.credit));
}

function show_headline(frm, { tier, override, needs_account_manager, contacts, complaints }) {
	frm.layout.message?.find(".pr-tier").closest(".form-message").remove();
	if (!tier) return;
	const words = [`<b>${escape(__("Tier"))}</b> ${tier_badge(tier)}`];
	if (override) words.push(escape(__("set by hand until {0}", [day(override.until)])));
	if (complaints?.open)
		words.push(
			page_link(
				["customer-complaint"],
				{ customer: frm.doc.name },
				__("open complaints: {0}", [complaints.open])
			)
		);
	for (const { kind, on, event } of contacts) {
		const text = kind === "Visit" ? __("next visit {0}", [day(on)]) : __("next call {0}", [day(on)]);
		words.push(event ? form_link("Event", event, text) : escape(text));
	}
	if (needs_account_manager) words.push(escape(__("This tier needs an account manager. Enter one.")));
	frm.dashboard.set_headline(
		`<div class="pr-tier">${words.join(" · ")}</div>`,
		needs_account_manager ? "orange" : "blue"
	);
}

function add_buttons(frm, overview) {
	const group = __("Customer Care");
	if (overview.may_decide) {
		frm.add_custom_button(__("Set Tier by Hand"), () => ask_override(frm, overview), group);
		if (overview.override)
			frm.add_custom_button(__("End the Tier Set by Hand"), () => confirm_end(frm, overview), group);
	}
	if (frappe.model.can_create("Customer Complaint")) {
		frm.add_custom_button(
			__("New Complaint"),
			() => frappe.new_doc("Customer Complaint", { customer: frm.doc.name }),
			group
		);
	}
}

function panel_html(frm, overview) {
	return `
		<div class="pr-panel">${override_html(overview)}${cards(panel_cards(frm, overview))}</div>
		<div class="pr-panel">${history_html(overview)}</div>`;
}

function panel_cards(frm, overview) {
	return [
		tier_card(overview),
		...overview.contacts.map((contact) => contact_card(contact, overview)),
		complaints_card(frm, overview.complaints),
		credit_card(overview.credit),
	].filter(Boolean);
}

function tier_card({ tier, since, assessment, may_decide }) {
	const words = since ? [escape(__("since {0}", [day(since)]))] : [];
	if (assessment) {
		const score = assessment.has_score
			? number(assessment.score, 1)
			: assessment.rfm || assessment.status;
		words.push(form_link("Customer Tier Assessment", assessment.name, __("Assessed: {0}", [score])));
	}
	const button = may_decide
		? `<div><button class="btn btn-xs btn-default" data-set-tier>${__("Set by Hand")}</button></div>`
		: "";
	return {
		label: escape(__("Tier")),
		value: tier_badge(tier),
		hint: words.join(" · ") + button,
		color: tier ? tier_color(tier) : "gray",
	};
}

function contact_card({ kind, every_days, on, planned, event, overdue }, { needs_account_manager }) {
	const label = kind === "Visit" ? __("Next Visit") : __("Next Call");
	let words = __("every {0} days", [every_days]);
	if (planned) words = __("in the calendar");
	else if (needs_account_manager) words = __("not planned without an account manager");
	const hint = event ? form_link("Event", event, words) : escape(words);
	return {
		label: escape(label),
		value: escape(day(on)),
		hint: overdue ? `<span class="indicator-pill red">${__("Overdue")}</span> ${hint}` : hint,
		color: overdue ? "red" : "",
	};
}

function complaints_card(frm, complaints) {
	if (!complaints) return null;
	const { open, late } = complaints;
	const list = page_link(
		["customer-complaint"],
		{ customer: frm.doc.name },
		open ? __("Show") : __("All complaints")
	);
	return {
		label: escape(__("Open Complaints")),
		value: String(open),
		hint: late
			? `<span class="indicator-pill red">${escape(__("{0} late", [late]))}</span> ${list}`
			: list,
		color: late ? "red" : open ? "orange" : "green",
	};
}

function credit_card(credit) {
	if (!credit) return null;
	const money = (amount, currency = credit.currency) => format_currency(amount, currency, 0);
	const words = [];
	let value = credit.limit ? money(credit.limit) : "–";
	if (credit.without_rate) {
		const { limit, currency } = credit.without_rate;
		value = money(limit, currency);
		words.push(escape(__("no exchange rate from {0} to {1}", [currency, credit.currency])));
	}
	if (credit.limit) words.push(escape(__("agreed so far: {0}", [money(credit.current_limit)])));
	if (credit.terms && credit.terms !== credit.current_terms) words.push(escape(credit.terms));
	let button = "";
	if (!credit.differs && !credit.without_rate)
		words.push(`<span class="indicator-pill green">${__("as suggested")}</span>`);
	else if (credit.differs && credit.may_apply)
		button = `<div><button class="btn btn-xs btn-default" data-apply-credit>${__("Apply")}</button></div>`;
	return {
		label: escape(__("Suggested Credit Limit")),
		value: escape(value),
		hint: words.join(" · ") + button,
	};
}

function override_html({ override, assessed_tier, may_decide }) {
	if (!override) return "";
	const sentence = __("Set by hand by {0} until {1}: {2}", [
		override.by || "–",
		day(override.until),
		override.reason,
	]);
	const after = assessed_tier ? __("Afterwards: {0}", [assessed_tier]) : "";
	const button = may_decide
		? `<button class="btn btn-xs btn-default" data-end-override>${__("End Now")}</button>`
		: "";
	return `<div class="pr-in-words pr-panel">${escape(sentence)} ${escape(after)} ${button}</div>`;
}

function history_html({ changes }) {
	if (!changes.length)
		return empty_state(escape(__("No move between tiers yet. A tiering run proposes them.")));
	const rows = changes.map((row) => {
		const [arrow, color] = ARROWS[row.direction] || ARROWS.Same;
		const from = row.from_tier ? `${tier_badge(row.from_tier)} ${arrow} ` : `${arrow} `;
		const source = row.assessment
			? form_link(
					"Customer Tier Assessment",
					row.assessment,
					__(row.source, null, "Customer Tier Change")
				)
			: escape(__(row.source, null, "Customer Tier Change"));
		return `<li class="pr-${color}">
			<span class="pr-timeline-day">${escape(day(row.changed_on))}</span>
			<div>${from}${tier_badge(row.to_tier)}
				<div class="text-muted">${[source, escape(row.changed_by), escape(row.reason)].join(" · ")}</div>
			</div>
		</li>`;
	});
	return `<div class="pr-panel-title">${__("How It Came to This Tier")}</div>
		<ul class="pr-timeline">${rows.join("")}</ul>`;
}

function ask_override(frm, { tiers, tier }) {
	const dialog = new frappe.ui.Dialog({
		title: __("Set Tier by Hand"),
		fields: [
			{
				fieldname: "tier",
				fieldtype: "Select",
				label: __("Tier"),
				options: tiers.map((row) => row.name).join("\n"),
				default: tier,
				reqd: 1,
			},
			{
				fieldname: "until",
				fieldtype: "Date",
				label: __("Until (Last Day)"),
				description: __("Then the customer goes back to its assessed tier."),
				default: frappe.datetime.add_months(frappe.datetime.get_today(), 3),
				reqd: 1,
			},
			{
				fieldname: "reason",
				fieldtype: "Small Text",
				label: __("Reason"),
				description: __("It is kept with your name and the date."),
				reqd: 1,
			},
		],
		primary_action_label: __("Set Tier"),
		async primary_action(values) {
			await care_call("tiers.override", { customer: frm.doc.name, ...values }, __("Setting the tier"));
			dialog.hide();
			frappe.show_alert({ message: __("The tier is set."), indicator: "green" });
			frm.reload_doc();
		},
	});
	dialog.show();
}

function confirm_end(frm, { assessed_tier }) {
	const question = assessed_tier
		? __("The customer goes back to the tier {0} now.", [escape(assessed_tier)])
		: __("The customer has no tier afterwards.");
	frappe.confirm(question, async () => {
		await care_call("tiers.end_override", { customer: frm.doc.name }, __("Setting the tier"));
		frm.reload_doc();
	});
}

function confirm_credit(frm, credit) {
	const words = [];
	if (credit.limit)
		words.push(
			__("The credit limit for {0} becomes {1}.", [
				escape(credit.company),
				escape(format_currency(credit.limit, credit.currency, 0)),
			])
		);
	if (credit.terms) words.push(__("The payment terms become {0}.", [escape(credit.terms)]));
	frappe.confirm(words.join("<br>"), async () => {
		const args = { customer: frm.doc.name, company: credit.company };
		await care_call("tiers.apply_suggestions", args, __("Saving"));
		frappe.show_alert({ message: __("The suggestions are on the customer now."), indicator: "green" });
		frm.reload_doc();
	});
}

function day(value) {
	return frappe.datetime.str_to_user(cstr(value).split(" ")[0]);
}
