// Small pieces of HTML that every screen of the app shares. Everything that comes from data is escaped here.

const COLORS = ["green", "blue", "yellow", "orange", "red", "purple", "pink", "cyan", "gray"];

export function escape(text) {
	return frappe.utils.escape_html(cstr(text));
}

// The CSS class that sets --pr-solid, --pr-tint and --pr-ink for a colour of the grade scale.
export function color_class(color) {
	return `pr-${COLORS.includes(color) ? color : "gray"}`;
}

// A number with at most `decimals` decimals and no trailing zeros, in the user's number format.
export function number(value, decimals = 2) {
	const rounded = flt(value, decimals);
	const places = (String(rounded).split(".")[1] || "").length;
	return format_number(rounded, null, Math.min(places, decimals));
}

// A measured value with its unit; a dash where nothing was measured.
export function measured(value, unit) {
	if (value === null) return `<span class="text-muted">–</span>`;
	return `${number(value)} <span class="text-muted">${escape(__(unit))}</span>`;
}

export function badge(grade, color) {
	if (!grade) return `<span class="pr-badge pr-gray pr-not-rated">${__("Not Rated")}</span>`;
	return `<span class="pr-badge ${color_class(color)}">${escape(grade)}</span>`;
}

// The score with its grade, or "Not Rated", of anything with has_score, score, grade and grade_color.
export function result(row) {
	const mark = badge(row.grade, row.grade_color);
	return row.has_score ? `${number(row.score)} ${mark}` : mark;
}

// A signed change with an arrow: green up, red down, gray where nothing moved.
export function change(value) {
	const moved = flt(value, 2);
	if (!moved) return `<span class="pr-change pr-gray">→ 0</span>`;
	const [arrow, color, sign] = moved > 0 ? ["↑", "green", "+"] : ["↓", "red", "−"];
	return `<span class="pr-change pr-${color}">${arrow} ${sign}${number(Math.abs(moved))}</span>`;
}

// What an evaluation says about its direction, for people: the change, or that there is nothing to compare.
export function trend(row) {
	if (!row.has_previous) return `<span class="text-muted">${__("First evaluation")}</span>`;
	return change(row.change);
}

// A horizontal bar for a rating or percentage between 0 and 100.
export function bar(percent, color = "blue") {
	const width = Math.max(0, Math.min(100, flt(percent)));
	return `<span class="pr-bar ${color_class(color)}"><span style="width: ${width}%"></span></span>`;
}

// The address of a page of the Desk, with filters; works with the back button and in a new tab.
export function href(route, filters = {}) {
	const query = new URLSearchParams(filters).toString();
	return escape(frappe.router.make_url(route) + (query ? `?${query}` : ""));
}

// A link to a page of the Desk. The text is escaped.
export function page_link(route, filters, text, css_class = "") {
	return `<a class="${css_class}" href="${href(route, filters)}">${escape(text)}</a>`;
}

export function form_link(doctype, name, text = name) {
	return frappe.utils.get_form_link(doctype, name, true, escape(text));
}

// A card with a figure: {label, value (HTML), hint (HTML), color}.
export function card({ label, value, hint = "", color = "" }) {
	return `<div class="pr-card ${color ? color_class(color) : ""}">
		<div class="pr-card-label">${label}</div>
		<div class="pr-card-value">${value}</div>
		<div class="pr-card-hint">${hint}</div>
	</div>`;
}

export function cards(list) {
	return `<div class="pr-cards">${list.map(card).join("")}</div>`;
}

// What to do where there is nothing to show yet. `html` is trusted.
export function empty_state(html) {
	return `<div class="pr-empty">${html}</div>`;
}
