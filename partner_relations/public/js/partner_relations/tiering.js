// What the forms and lists of tiering share: moves between tiers, decisions, and "Try It" on a policy.

import { tier_badge } from "./customer_tier";
import { cards, empty_state, escape, form_link, number } from "./display";
import { care_call } from "./server";

const CHANGES = { Up: ["↑", "green"], Down: ["↓", "red"], New: ["★", "blue"], Same: ["=", "gray"] };

// The tier so far, an arrow in the colour of the change, and the proposed tier.
export function tier_move(from, to, change) {
	const [sign, color] = CHANGES[change] || CHANGES.Same;
	if (change === "Same") return tier_badge(to);
	return `${tier_badge(from)} <span class="pr-change pr-${color}">${sign}</span> ${tier_badge(to)}`;
}

export function change_color(change) {
	return (CHANGES[change] || CHANGES.Same)[1];
}

// Asks before approving `count` proposals, then calls `approve` and says what it did. Resolves afterwards.
export function confirm_approval(count, approve) {
	const question = __(
		"Proposals to approve: {0}. The customers move, and their service policies with them.",
		[number(count, 0)]
	);
	return new Promise((resolve) => {
		frappe.confirm(question, async () => {
			show_decided(await approve(), __("Customers moved: {0}."));
			resolve();
		});
	});
}

// Asks for the reason, then calls `reject` with it and says what it did. Resolves afterwards.
export function ask_rejection(count, reject) {
	return new Promise((resolve) => {
		const dialog = new frappe.ui.Dialog({
			title: __("Reject", null, "Customer Tier Assessment"),
			fields: [
				{
					fieldname: "reason",
					fieldtype: "Small Text",
					label: __("Reason"),
					description: __(
						"Proposals to reject: {0}. The customers keep their tiers; the reason is kept with your name.",
						[number(count, 0)]
					),
					reqd: 1,
				},
			],
			primary_action_label: __("Reject", null, "Customer Tier Assessment"),
			async primary_action({ reason }) {
				dialog.hide();
				show_decided(await reject(reason), __("Proposals rejected: {0}."));
				resolve();
			},
		});
		dialog.show();
	});
}

// Says what deciding did: how many, who is held by a tier set by hand, and each one left out with the reason.
function show_decided({ decided, held, skipped }, sentence) {
	const words = [sentence.replace("{0}", number(decided.length - held.length, 0))];
	if (held.length) words.push(__("Held until a tier set by hand ends: {0}.", [number(held.length, 0)]));
	const done = words.map(escape).join(" ");
	if (!skipped.length) {
		frappe.show_alert({ message: done, indicator: "green" }, 7);
		return;
	}
	const rows = skipped.map(
		(row) => `<tr>
			<td>${form_link("Customer Tier Assessment", row.name)}</td>
			<td>${escape(row.customer)}</td>
			<td>${escape(row.reason)}</td>
		</tr>`
	);
	frappe.msgprint({
		title: __("Decisions on Tiers"),
		indicator: decided.length ? "orange" : "red",
		wide: true,
		message: `<p>${done} ${escape(__("Left open: {0}.", [number(skipped.length, 0)]))}</p>
			<table class="table table-bordered pr-table">
				<thead><tr><th>${__("Assessment", null, "Customer Tier Change")}</th><th>${__("Customer")}</th><th>${__("Reason")}</th></tr></thead>
				<tbody>${rows.join("")}</tbody>
			</table>`,
	});
}

// "Try It" on a policy: what it would move as it stands in the form. Nothing is saved.
export function try_policy(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Try {0}", [escape(__(frm.doc.policy_name) || __("New policy"))]),
		size: "extra-large",
		fields: [
			{
				fieldname: "company",
				fieldtype: "Link",
				options: "Company",
				label: __("Company"),
				reqd: 1,
				default: frm.doc.company || frappe.defaults.get_user_default("Company"),
				read_only: frm.doc.company ? 1 : 0,
			},
			{ fieldtype: "Column Break" },
			{ fieldname: "from_date", fieldtype: "Date", label: __("From"), placeholder: __("Last period") },
			{ fieldtype: "Column Break" },
			{ fieldname: "to_date", fieldtype: "Date", label: __("To"), placeholder: __("Last period") },
			{ fieldtype: "Section Break" },
			{ fieldname: "result", fieldtype: "HTML" },
		],
		primary_action_label: __("Try It"),
		async primary_action({ company, from_date, to_date }) {
			const args = { policy: JSON.stringify(frm.doc), company, from_date, to_date };
			const result = await care_call("tiering.try_policy", args, __("Reading the facts"));
			dialog.get_field("result").$wrapper.html(tried_html(result));
		},
	});
	dialog
		.get_field("result")
		.$wrapper.html(
			empty_state(
				__(
					"Shows which customers would move by this policy as it stands in the form. Nothing is saved."
				)
			)
		);
	dialog.show();
}

function tried_html(result) {
	const { customers, stay, not_rated, moves, never_reached } = result;
	const day = frappe.datetime.str_to_user;
	const head = cards([
		{
			label: __("Customers", null, "Customer Tiering Policy"),
			value: number(customers, 0),
			hint: escape(__("{0} to {1}", [day(result.from_date), day(result.to_date)])),
		},
		{ label: __("Would Move"), value: number(customers - stay, 0), color: "blue" },
		{ label: __("Would Stay"), value: number(stay, 0) },
		{
			label: __("Can't Be Assessed"),
			value: number(not_rated, 0),
			color: not_rated ? "orange" : "",
		},
	]);
	const note = never_reached.length
		? `<div class="pr-alert">${escape(
				__(
					"No customer can fall into these segments, because earlier rows hold all of theirs: {0}.",
					[never_reached.map((name) => __(name, null, "Customer Tiering Segment")).join(", ")]
				)
			)}</div>`
		: "";
	if (!moves.length)
		return `${head}${note}${empty_state(__("Nobody would move: every customer keeps its tier."))}`;
	return `${head}${note}${moves.map(tried_move_html).join("")}`;
}

function tried_move_html({ from_tier, to_tier, change, count, customers }) {
	const rows = customers.map(
		(row) => `<tr>
			<td>${form_link("Customer", row.name, row.customer_name)}</td>
			<td>${escape(row.why)}</td>
		</tr>`
	);
	const more = count - customers.length;
	const left = more > 0 ? `<p class="text-muted">${escape(__("and {0} more", [number(more, 0)]))}</p>` : "";
	return `<details class="pr-panel" ${count <= 10 ? "open" : ""}>
		<summary>${tier_move(from_tier, to_tier, change)} <b>${number(count, 0)}</b></summary>
		<div class="pr-scroll"><table class="table pr-table">
			<thead><tr><th>${__("Customer")}</th><th>${__("Why", null, "Customer Tier Assessment")}</th></tr></thead>
			<tbody>${rows.join("")}</tbody>
		</table></div>${left}
	</details>`;
}

// The segments as a map: recency upwards, the mean of frequency and monetary to the right; the first row that
// fits decides, as on the server.
export function segment_map(segments) {
	const scores = [1, 2, 3, 4, 5];
	const inside = (value, from, to) => value >= flt(from) && value <= flt(to);
	const find = (recency, other) =>
		(segments || []).find(
			(row) =>
				inside(recency, row.r_from, row.r_to) &&
				inside(other, row.f_from, row.f_to) &&
				inside(other, row.m_from, row.m_to) &&
				inside(other, row.fm_from, row.fm_to)
		);
	const cell = (segment) =>
		segment
			? `<td><div class="small">${escape(
					__(segment.segment, null, "Customer Tiering Segment")
				)}</div>${tier_badge(segment.tier)}</td>`
			: `<td class="text-muted">–</td>`;
	const rows = [...scores]
		.reverse()
		.map(
			(recency) =>
				`<tr><th>R ${recency}</th>${scores.map((other) => cell(find(recency, other))).join("")}</tr>`
		);
	const head = scores.map((other) => `<th>F, M ${other}</th>`).join("");
	return `<div class="pr-scroll"><table class="table table-bordered pr-table pr-map">
		<tbody>${rows.join("")}</tbody>
		<tfoot><tr><th></th>${head}</tr></tfoot>
	</table></div>`;
}
