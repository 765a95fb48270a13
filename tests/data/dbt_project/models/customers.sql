select id, country, email from {{ ref('raw_customers') }}
