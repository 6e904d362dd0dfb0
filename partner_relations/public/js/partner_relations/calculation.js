// How an amount came about: the steps of a remedy scheme, which add up to it.

import { empty_state, escape } from "./display";

// A table of `steps` ([{text, amount}], an amount of null is a note) and the amount that they make.
export function calculation_table(steps, amount, currency) {
	if (!steps?.length) return empty_state(__("The amount was not computed by a scheme."));
	return `<div class="pr-scroll"><table class="table pr-table pr-calculation">
		<tbody>
			${steps.map((step) => step_row(step, currency)).join("")}
			<tr class="pr-sum">
				<td>${__("Amount")}</td>
				<td class="pr-figure">${money(amount, currency)}</td>
			</tr>
		</tbody>
	</table></div>`;
}

function step_row({ text, amount }, currency) {
	const figure = amount === null || too_little(amount, currency) ? "" : money(amount, currency);
	return `<tr class="${amount === null ? "text-muted" : ""}">
		<td>${escape(text)}</td>
		<td class="pr-figure">${figure}</td>
	</tr>`;
}

// What rounding took or gave: most often less than the currency has decimals to show.
function too_little(amount, currency) {
	return amount !== 0 && money(Math.abs(amount), currency) === money(0, currency);
}

function money(amount, currency) {
	return escape(format_currency(flt(amount), currency));
}
