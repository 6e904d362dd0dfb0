frappe.ui.form.on("Service Calendar", {
	async setup(frm) {
		const zones = await partner_relations.care_call("complaints.time_zones");
		frm.set_df_property("time_zone", "options", zones);
	},

	refresh: (frm) => show_open_hours(frm),
	time_zone: (frm) => show_open_hours(frm),
	holiday_list: (frm) => show_open_hours(frm),
});

frappe.ui.form.on("Service Calendar Interval", {
	from_time: (frm) => show_open_hours(frm),
	to_time: (frm) => show_open_hours(frm),
	weekday: (frm) => show_open_hours(frm),
	intervals_remove: (frm) => show_open_hours(frm),
});

// The next two weeks as the hours say, holidays and all.
const show_open_hours = frappe.utils.debounce(async (frm) => {
	const { escape, empty_state } = partner_relations;
	const { time_zone, holiday_list, intervals = [] } = frm.doc;
	const complete = intervals.filter(({ weekday, from_time, to_time }) => weekday && from_time && to_time);
	const days = complete.length
		? await partner_relations.care_call("complaints.open_hours", {
				calendar: { time_zone, holiday_list, intervals: complete },
			})
		: null;
	const wrapper = frm.get_field("overview").$wrapper;
	if (!days) {
		wrapper.html(empty_state(__("Add business hours to see the next two weeks here.")));
		return;
	}
	const minutes = (text) => text.split(":").reduce((total, part) => total * 60 + Number(part), 0);
	const rows = days.map(({ date, holiday, hours }) => {
		const bars = hours.map(([opens, closes]) => {
			const left = minutes(opens) / 14.4;
			const width = (minutes(closes) - minutes(opens)) / 14.4;
			return `<span style="left: ${left}%; width: ${width}%" title="${opens}–${closes}"></span>`;
		});
		const text = holiday || hours.map((pair) => pair.join("–")).join(", ") || __("Closed");
		const weekday = moment(date).format("ddd");
		return `<tr>
			<td>${escape(weekday)} ${escape(frappe.datetime.str_to_user(date))}</td>
			<td class="pr-hours"><div>${bars.join("")}</div></td>
			<td class="${hours.length ? "" : "text-muted"}">${escape(text)}</td>
		</tr>`;
	});
	wrapper.html(
		`<div class="pr-panel-title">${__("The Next Two Weeks")}</div>
		<div class="pr-scroll"><table class="table pr-table">${rows.join("")}</table></div>`
	);
}, 300);
