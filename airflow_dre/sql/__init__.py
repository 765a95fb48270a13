"""How a question becomes SQL: metrics are planned into as few statements as possible and built as sqlglot trees."""
