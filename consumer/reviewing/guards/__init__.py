"""What goes around a provider: circuit, slots, rates, hedges, budgets, metrics."""
