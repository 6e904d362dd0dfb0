"""Customer Care: the module's folder; its first documents (tiers, complaints) come with a later release."""
