select id, customer_id, status, amount, ordered_on, id < 3 as is_early from {{ source('raw', 'orders') }}
