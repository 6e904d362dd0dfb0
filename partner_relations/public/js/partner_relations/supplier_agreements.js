// What the Supplier form shows of contracts, breaches, rewards and penalties.

import { cards, escape, form_link, measured, page_link } from "./display";

const SOON = 60;

// Cards: the contract in force with the days to its notice date, open breaches, sums to date, preferred until.
export function agreement_cards(supplier, overview) {
	const shown = [];
	if (frappe.model.can_read("Contract")) shown.push(...contract_cards(supplier, overview.contracts));
	if (frappe.model.can_read("Contract Breach")) shown.push(breach_card(supplier, overview.breaches));
	if (frappe.model.can_read("Supplier Reward Penalty")) shown.push(...sum_cards(supplier, overview));
	if (overview.preferred_until) {
		shown.push({
			label: __("Preferred Until"),
			value: escape(frappe.datetime.str_to_user(overview.preferred_until)),
			color: "green",
		});
	}
	return shown.length ? cards(shown) : "";
}

function contract_cards(supplier, contracts) {
	if (!contracts.length) {
		return [
			{
				label: __("Contract in Force"),
				value: `<span class="text-muted pr-card-name">${__("None")}</span>`,
				hint: page_link(
					["contract"],
					{ party_type: "Supplier", party_name: supplier },
					__("All contracts")
				),
			},
		];
	}
	return contracts.map((row) => ({
		label: row.life_cycle === "In Force" ? __("Contract in Force") : __("Contract Being Signed"),
		value: `<span class="pr-card-name">${form_link("Contract", row.name)}</span>`,
		hint: [row.company && escape(row.company), escape(deadline(row))].filter(Boolean).join("<br>"),
		color: contract_color(row),
	}));
}

// What comes next in the life of a contract.
function deadline({ days_to_notice: notice, days_to_end: end, effective_end_date, auto_renew }) {
	if (end === null) return __("Without an end date");
	const last_day = frappe.datetime.str_to_user(effective_end_date);
	if (notice !== null && notice >= 0) {
		return notice === 0 ? __("Notice is due today") : __("Notice is due in {0} days", [notice]);
	}
	return auto_renew
		? __("Renews after {0}; the notice date has passed", [last_day])
		: __("Ends on {0}", [last_day]);
}

function contract_color({ life_cycle, days_to_notice: notice, days_to_end: end }) {
	if (life_cycle !== "In Force") return "blue";
	const next = notice !== null && notice >= 0 ? notice : end;
	return next !== null && next <= SOON ? "orange" : "green";
}

function breach_card(supplier, breaches) {
	return {
		label: __("Open Breaches"),
		value: breaches.length
			? page_link(
					["contract-breach"],
					{ party: supplier, owed_by: "Partner", status: JSON.stringify(["in", OPEN_BREACHES]) },
					format_number(breaches.length, null, 0)
				)
			: "0",
		color: breaches.length ? "red" : "green",
	};
}

const OPEN_BREACHES = ["Detected", "Notified", "Accepted", "Disputed"];

// Rewards and penalties to date, per company and in its currency; the measures that aren't money are counted.
function sum_cards(supplier, { sums, waiting }) {
	const list = (kind, text) => page_link(["supplier-reward-penalty"], { supplier, kind }, text);
	const empty = [{ company: "", currency: null, Reward: {}, Penalty: {} }];
	const found = [];
	for (const entry of sums.length ? sums : empty) {
		for (const [kind, label, color] of [
			["Penalty", __("Penalties to Date"), "red"],
			["Reward", __("Rewards to Date"), "green"],
		]) {
			const { count = 0, amount = 0, posted = 0 } = entry[kind];
			const money = (figure) => format_currency(figure, entry.currency);
			const hints = [];
			if (entry.company) hints.push(escape(entry.company));
			if (amount) hints.push(escape(__("{0} posted", [money(posted)])));
			found.push({
				label,
				value: count ? list(kind, amount ? money(amount) : format_number(count, null, 0)) : "0",
				hint: hints.join("<br>"),
				color: count ? color : "",
			});
		}
	}
	if (waiting.length) {
		found.push({
			label: __("To Approve"),
			value: page_link(
				["supplier-reward-penalty"],
				{ supplier, docstatus: 0 },
				format_number(waiting.length, null, 0)
			),
			color: "orange",
		});
	}
	return found;
}

// Those of the supplier; below them, under a heading of their own, those by which we fail the supplier.
export function breaches_html({ breaches, ours }) {
	return panel(__("Open Breaches"), breaches) + panel(__("Owed by Us and Late"), ours);
}

function panel(title, breaches) {
	if (!breaches.length) return "";
	const rows = breaches.slice(0, 5).map((row) => {
		const color = row.status === "Disputed" ? "orange" : "red";
		return `<div class="pr-row">
			<span class="indicator-pill ${color}">${escape(__(row.status, null, "Contract Breach"))}</span>
			<div>
				${form_link("Contract Breach", row.name, row.obligation)} · ${escape(window_of(row))}
				<div class="text-muted">${figure(row)} · ${form_link("Contract", row.contract)}</div>
			</div>
		</div>`;
	});
	return `<div class="pr-panel-title">${title}</div>${rows.join("")}`;
}

function window_of({ from_date, to_date, due_date }) {
	const day = frappe.datetime.str_to_user;
	return due_date ? __("due on {0}", [day(due_date)]) : `${day(from_date)} – ${day(to_date)}`;
}

// What was found and what was promised, or how late it is.
function figure({ due_date, days_late, has_value, value, comparison, target, unit }) {
	if (due_date) return escape(__("{0} days late", [days_late]));
	const promise = comparison === "At least" ? __("at least {0}") : __("at most {0}");
	const promised = promise.replace("{0}", measured(target, unit));
	return `${measured(has_value ? value : null, unit)} (${promised})`;
}

export function waiting_html(waiting) {
	if (!waiting.length) return "";
	const links = waiting.slice(0, 5).map((row) => {
		const color = row.kind === "Reward" ? "green" : "red";
		const amount = row.is_financial ? ` · ${escape(format_currency(row.amount, row.currency))}` : "";
		return `<div class="pr-row">
			<span class="indicator-pill ${color}">${escape(__(row.kind, null, "Supplier Reward Penalty"))}</span>
			<div>
				${form_link("Supplier Reward Penalty", row.name, __(row.measure, null, "Supplier Reward Penalty"))}${amount}
				<div class="text-muted">
					${escape(__(row.status, null, "Supplier Reward Penalty"))} · ${escape(row.company)} ·
					${escape(frappe.datetime.str_to_user(row.decision_date))}
				</div>
			</div>
		</div>`;
	});
	return `<div class="pr-panel-title">${__("Rewards and Penalties to Approve")}</div>${links.join("")}`;
}
