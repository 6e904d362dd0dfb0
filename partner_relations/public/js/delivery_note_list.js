partner_relations.show_tier_in_list("Delivery Note");
