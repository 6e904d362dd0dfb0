"""What both modules need and neither owns."""
