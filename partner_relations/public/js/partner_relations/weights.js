// Weights in a table that must sum to 100: the total below it, and a button that scales them.

import { bar, escape, number } from "./display";

const FULL_WEIGHT = 100;

export function total_weight(rows) {
	return flt(
		(rows || []).reduce((sum, row) => sum + flt(row.weight), 0),
		9
	);
}

// Shows the total in green or red at the end of `wrapper` (jQuery), while people type.
export function show_total_weight(wrapper, total) {
	const left = flt(FULL_WEIGHT - total, 9);
	const [color, sentence] = !left
		? ["green", __("The weights sum to 100.")]
		: left > 0
			? ["red", __("The weights sum to {0}; {1} are missing.", [number(total, 9), number(left, 9)])]
			: [
					"red",
					__("The weights sum to {0}; that is {1} too many.", [number(total, 9), number(-left, 9)]),
				];
	wrapper.find(".pr-total").remove();
	wrapper.append(
		`<div class="pr-total">
			${bar(total, color)}
			<span class="indicator ${color}">${escape(sentence)}</span>
		</div>`
	);
}

// Keeps the proportions; what rounding leaves over goes to the heaviest row.
export function scale_weights(rows) {
	if (!rows?.length) return;
	const total = total_weight(rows);
	const share = (row) => (total ? (flt(row.weight) / total) * FULL_WEIGHT : FULL_WEIGHT / rows.length);
	const weights = rows.map((row) => flt(share(row), 2));
	const heaviest = weights.indexOf(Math.max(...weights));
	const others = weights.reduce((sum, weight, index) => (index === heaviest ? sum : sum + weight), 0);
	weights[heaviest] = flt(FULL_WEIGHT - others, 2);
	rows.forEach((row, index) => frappe.model.set_value(row.doctype, row.name, "weight", weights[index]));
}
