"""Service level objectives: budgets, burn rates and alerts, as arithmetic of good and bad events."""
