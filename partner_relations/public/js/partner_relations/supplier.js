// What the Supplier form shows: standing per company, contract, breaches, rewards and penalties, drafts, the last
// periods, restrictions.

import { cards, empty_state, escape, form_link, href, number, page_link, result, trend } from "./display";
import { agreement_cards, breaches_html, waiting_html } from "./supplier_agreements";
import { evaluate_supplier, release_restriction } from "./dialogs";
import { plot } from "./plot";

// The worst company's standing, kept on the supplier for lists and reports.
const SHOWN_IN_OVERVIEW = ["evaluation_score", "evaluation_grade", "evaluation_trend", "evaluated_on"];

// Above the form: the standing per company and what forbids buying from this supplier.
export function show_supplier_dashboard(frm, { companies, restrictions }) {
	frm.layout.message?.find(".pr-standing").closest(".form-message").remove();
	const lines = [
		...companies.map((row) => `<b>${escape(row.company)}</b> ${standing(row)}`),
		...restriction_sentences(restrictions).map(escape),
	];
	if (!lines.length) return;
	const html = lines.map((line) => `<div>${line}</div>`).join("");
	frm.dashboard.set_headline(
		`<div class="pr-standing">${html}</div>`,
		headline_color(companies, restrictions)
	);
}

function standing(row) {
	const link = form_link("Supplier Evaluation", row.evaluation, row.period_label);
	return `${result(row)} ${trend(row)} · ${link}`;
}

function headline_color(companies, restrictions) {
	if (restrictions.some((row) => row.action === "Prevent")) return "red";
	if (restrictions.length) return "orange";
	return companies.every((row) => row.grade_color === "green") ? "green" : "blue";
}

// One sentence per action, company and end, with the documents that it concerns.
function restriction_sentences(restrictions) {
	const documents = new Map();
	for (const { action, company, until, document_type } of restrictions) {
		const key = JSON.stringify([action, company, until]);
		documents.set(key, [...(documents.get(key) || []), __(document_type)]);
	}
	return [...documents].map(([key, names]) => {
		const [action, company, until] = JSON.parse(key);
		const words = [company || __("all companies"), frappe.utils.comma_and(names, false)];
		if (until) words.push(frappe.datetime.str_to_user(until));
		if (action === "Prevent") {
			return until
				? __("Prevented for {0} until {2}: {1}.", words)
				: __("Prevented for {0} until the grade is better: {1}.", words);
		}
		return until
			? __("Warned about for {0} until {2}: {1}.", words)
			: __("Warned about for {0} until the grade is better: {1}.", words);
	});
}

export function show_supplier_overview(frm, parent, overview) {
	frm.toggle_display(SHOWN_IN_OVERVIEW, false);
	const evaluated = frappe.model.can_read("Supplier Evaluation");
	parent.html(`
		<div class="pr-panel">${evaluated ? standing_html(overview) : ""}</div>
		<div class="pr-panel pr-agreements">${agreement_cards(frm.doc.name, overview)}</div>
		<div class="pr-panel pr-pending">${pending_html(overview.pending)}</div>
		<div class="pr-panel pr-breaches">${breaches_html(overview)}</div>
		<div class="pr-panel pr-waiting">${waiting_html(overview.waiting)}</div>
		<div class="pr-panel pr-history"></div>
		<div class="pr-panel pr-restricted">${restrictions_html(overview.restrictions)}</div>
	`);
	show_history(parent.find(".pr-history"), overview.history);
	parent.find("[data-evaluate]").on("click", () => {
		evaluate_supplier(frm.doc.name, overview.template);
	});
	parent.find("[data-release]").on("click", async (event) => {
		await release_restriction(event.currentTarget.dataset.release);
		frm.reload_doc();
	});
}

// A card per company with score, grade, trend and a link to the evaluation; else what to do to get one.
function standing_html({ companies, template, pending }) {
	if (companies.length) {
		return cards(
			companies.map((row) => ({
				label: escape(row.company),
				value: result(row),
				hint: `${trend(row)} ·
					${form_link("Supplier Evaluation", row.evaluation, row.period_label)}
					${row.facts_changed ? `<span class="indicator-pill orange">${__("Facts Changed")}</span>` : ""}`,
				color: row.grade_color || "gray",
			}))
		);
	}
	if (!template) {
		return empty_state(`
			<p>${__("No evaluation template applies to this supplier.")}</p>
			<p>${__("Choose one on this supplier, or mark a template as the default.")}</p>
			${page_link(["supplier-evaluation-template"], {}, __("Open the templates"), "btn btn-default btn-sm")}
		`);
	}
	const text = pending.length
		? __("Nothing is published yet. Review and publish the draft below.")
		: __("This supplier has not been evaluated yet.");
	const can_evaluate = frappe.model.can_create("Supplier Evaluation Run");
	return empty_state(
		`<p>${text}</p>` +
			(can_evaluate
				? `<button class="btn btn-primary btn-sm" data-evaluate>${__("Evaluate")}</button>`
				: "")
	);
}

function pending_html(pending) {
	if (!pending.length) return "";
	const links = pending.map((row) => {
		const link = form_link("Supplier Evaluation", row.name);
		return `<li>${link} · ${escape(row.company)} · ${escape(row.period_label)}</li>`;
	});
	return `<div class="pr-panel-title">${__("Drafts Waiting to Be Published")}</div>
		<ul class="list-unstyled">${links.join("")}</ul>`;
}

// The score of the last periods; one company at a time where there are several.
function show_history(parent, history) {
	if (!history.length) return;
	const companies = [...new Set(history.map((row) => row.company))];
	parent.html(`
		<div class="pr-panel-head">
			<div class="pr-panel-title">${__("Score of the Last Periods")}</div>
			${companies.length > 1 ? company_choice(companies) : ""}
		</div>
		<div class="pr-history-plot"></div>
	`);
	const draw = (company) => {
		plot(parent.find(".pr-history-plot"), {
			points: history.filter((row) => row.company === company).map(history_point),
		});
	};
	parent.find("select").on("change", (event) => draw(event.target.value));
	draw(companies[0]);
}

function company_choice(companies) {
	const options = companies.map((company) => {
		const name = escape(company);
		return `<option value="${name}">${name}</option>`;
	});
	return `<select class="form-control input-xs" aria-label="${__("Company")}">${options.join("")}</select>`;
}

function history_point(row, index) {
	return {
		x: index,
		y: row.has_score ? row.score : null,
		tick: row.period_label,
		label: row.has_score ? number(row.score, 1) : __("Not Rated"),
		color: row.grade_color,
		title: row.has_score
			? __("{0}: score {1}, grade {2}", [row.period_label, number(row.score), row.grade])
			: __("{0}: not rated", [row.period_label]),
		href: href(["supplier-evaluation", row.evaluation]),
	};
}

function restrictions_html(restrictions) {
	if (!restrictions.length) return "";
	return `<div class="pr-panel-title">${__("Active Restrictions")}</div>
		${restrictions.map(restriction_html).join("")}`;
}

function restriction_html(row) {
	const color = row.action === "Prevent" ? "red" : "orange";
	const until = row.until
		? __("Until {0}", [frappe.datetime.str_to_user(row.until)])
		: __("Until the grade is better");
	const button = `<button class="btn btn-default btn-xs" data-release="${escape(row.name)}">
		${__("Release", null, "Supplier Restriction")}</button>`;
	return `<div class="pr-row">
		<span class="indicator-pill ${color}">${escape(__(row.action))}</span>
		<div>
			${form_link("Supplier Restriction", row.name, __(row.document_type))} ·
			${escape(row.company || __("All companies"))} · ${escape(until)}
			<div class="text-muted">${escape(row.reason)}</div>
		</div>
		${frappe.model.can_write("Supplier Restriction") ? button : ""}
	</div>`;
}

// The indicator of an enabled supplier that has a grade: "Enabled · B" in the grade's colour.
export function supplier_indicator({ evaluation_grade: grade, evaluation_grade_color: color }) {
	return grade ? [`${__("Enabled")} · ${escape(grade)}`, color || "gray", "disabled,=,0"] : null;
}
