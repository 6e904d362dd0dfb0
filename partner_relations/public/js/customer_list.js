// Adds the tier to ERPNext's list of customers, whose own settings stay as they are.

{
	const settings = partner_relations.show_tier_in_list("Customer");
	const get_indicator = settings.get_indicator;
	settings.add_fields = [...settings.add_fields, "disabled"];
	settings.get_indicator = (doc) =>
		get_indicator?.(doc) || (doc.disabled ? null : partner_relations.tier_indicator(doc));
}
