"""Who answers a plan: the warehouse that holds the data."""
