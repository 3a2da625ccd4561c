"""The parts of Browse: filters, the card of one digit, the split at a glance."""
