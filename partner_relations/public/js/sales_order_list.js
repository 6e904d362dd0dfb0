partner_relations.show_tier_in_list("Sales Order");
