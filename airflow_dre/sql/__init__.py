"""The SQL of a suite: metrics are planned into as few statements as possible and built as sqlglot trees."""
