// Line plots of values between 0 and 100, as SVG: each point has its own colour, title and link, the drawing
// follows the width of its container (also in a tab that was hidden when it was made) and the theme's colours.

import { color_class, escape } from "./display";

const MARGIN = { top: 22, right: 18, bottom: 26, left: 34 };
const LETTER_WIDTH = 6.4;

// Draws into `parent` (jQuery). `points` are {x, y (0 to 100, or null for a gap), tick, label, color, title, href}.
// `flat_outside` continues the line level to both edges, as a rating curve does.
export function plot(parent, { points, height = 190, flat_outside = false }) {
	const container = $(`<div class="pr-plot"></div>`).appendTo(parent.empty())[0];
	let drawn_width = 0;
	const draw = () => {
		const width = container.clientWidth;
		if (!width || width === drawn_width) return;
		drawn_width = width;
		container.innerHTML = svg(points, width, height, flat_outside);
	};
	new ResizeObserver(draw).observe(container);
	draw();
}

function svg(points, width, height, flat_outside) {
	const xs = points.map((point) => point.x);
	const span = Math.max(...xs) - Math.min(...xs) || 1;
	const pad = flat_outside ? span * 0.12 : 0.4;
	const low = Math.min(...xs) - pad;
	const high = Math.max(...xs) + pad;
	const right = width - MARGIN.right;
	const bottom = height - MARGIN.bottom;
	const at_x = (x) => MARGIN.left + ((x - low) / (high - low)) * (right - MARGIN.left);
	const at_y = (y) => bottom - (y / 100) * (bottom - MARGIN.top);

	return `<svg width="${width}" height="${height}" role="img">
		${grid(at_y, right)}
		${line(points, at_x, at_y, flat_outside && right)}
		${ticks(points, at_x, bottom)}
		${points.map((point) => marker(point, at_x(point.x), at_y(point.y || 0))).join("")}
	</svg>`;
}

function grid(at_y, right) {
	return [0, 25, 50, 75, 100]
		.map((y) => {
			const label = `<text class="pr-axis" x="${MARGIN.left - 8}" y="${at_y(y) + 4}">${y}</text>`;
			return `<line class="pr-grid" x1="${MARGIN.left}" x2="${right}" y1="${at_y(y)}" y2="${at_y(
				y
			)}"/>${label}`;
		})
		.join("");
}

function line(points, at_x, at_y, flat_until) {
	let path = "";
	let open = false;
	for (const point of points) {
		if (point.y === null) {
			open = false;
			continue;
		}
		path += `${open ? "L" : "M"}${at_x(point.x)} ${at_y(point.y)}`;
		open = true;
	}
	if (flat_until && points.length) {
		const last = points[points.length - 1];
		path = path.replace("M", `M${MARGIN.left} ${at_y(points[0].y)}L`);
		path += `L${flat_until} ${at_y(last.y)}`;
	}
	return `<path class="pr-line" d="${path}"/>`;
}

// Labels below the axis; one that would overlap its neighbour is left out, the last one never is.
function ticks(points, at_x, bottom) {
	const shown = [];
	let free_until = Infinity;
	for (const point of [...points].reverse()) {
		const half = (String(point.tick).length * LETTER_WIDTH) / 2;
		if (at_x(point.x) + half > free_until) continue;
		free_until = at_x(point.x) - half - 6;
		shown.push(
			`<text class="pr-tick" x="${at_x(point.x)}" y="${bottom + 18}">${escape(point.tick)}</text>`
		);
	}
	return shown.join("");
}

function marker(point, x, y) {
	const drawing = `<g class="${color_class(point.color)} ${point.y === null ? "pr-missing" : ""}">
		<title>${escape(point.title)}</title>
		<circle class="pr-target" cx="${x}" cy="${y}" r="14"/>
		<circle class="pr-dot" cx="${x}" cy="${y}" r="5"/>
		<text class="pr-point-label" x="${x}" y="${y - 10}">${escape(point.label)}</text>
	</g>`;
	return point.href ? `<a href="${point.href}">${drawing}</a>` : drawing;
}
