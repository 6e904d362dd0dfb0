// What the forms of runs share: how far the background worker is, and whether one may start it (again).

import { cards, escape } from "./display";

const UNDER_WAY = ["Queued", "Running"];
const POLL_EVERY = 3000;
// A run whose worker has shown no sign of life for so long may be continued (the server decides).
const SILENT_SECONDS = 120;

export const is_under_way = ({ status }) => UNDER_WAY.includes(status);

export function may_start_run({ status, heartbeat, modified }) {
	if (status === "Completed") return false;
	if (!UNDER_WAY.includes(status)) return true;
	const last_sign = moment(heartbeat || modified);
	return moment(frappe.datetime.now_datetime()).diff(last_sign, "seconds") > SILENT_SECONDS;
}

// For setup: `figures` are the fields that change while the run is under way, `show(frm)` shows them; `event`
// is the realtime message that brings them.
export function set_up_run(frm, { event, figures, show }) {
	frm.pr_run = { figures, show };
	frappe.realtime.on(event, (news) => {
		if (news.run === frm.doc?.name) take(frm, news);
	});
}

// For refresh: asks every few seconds while the run is under way, for sites where realtime messages don't
// arrive.
export function follow_run(frm) {
	clearTimeout(frm.pr_run.poll);
	const run = frm.doc.name;
	if (!is_under_way(frm.doc)) return;
	frm.pr_run.poll = setTimeout(async () => {
		if (frm.doc.name !== run || !frm.page.wrapper.is(":visible")) return;
		const { message } = await frappe.db.get_value(frm.doctype, run, frm.pr_run.figures);
		if (frm.doc.name !== run || !is_under_way(frm.doc)) return;
		take(frm, message);
		follow_run(frm);
	}, POLL_EVERY);
}

// Shows newer figures. At the end, the form is loaded anew, for what the run made and the buttons.
function take(frm, news) {
	for (const field of frm.pr_run.figures) {
		if (news[field] !== undefined) frm.doc[field] = news[field];
	}
	if (is_under_way(frm.doc)) frm.pr_run.show(frm);
	else frm.reload_doc();
}

// The bar, a sentence and figures, above the form, so that they are seen first; returns the element.
export function show_run_progress(frm, sentence, figures) {
	const { status, progress, error } = frm.doc;
	const body = frm.pr_progress?.closest("body").length
		? frm.pr_progress
		: frm.dashboard.add_section("", __("Progress"));
	frm.pr_progress = body;
	frm.dashboard.show();
	const color = status === "Failed" ? "progress-bar-danger" : "progress-bar-success";
	body.html(`
		<div class="progress pr-progress" role="progressbar" aria-valuenow="${flt(progress)}">
			<div class="progress-bar ${color}" style="width: ${flt(progress)}%"></div>
		</div>
		<p class="text-muted">${escape(sentence)}</p>
		${cards(figures)}
		${error ? `<div class="pr-alert">${escape(error)}</div>` : ""}
	`);
	return body;
}
