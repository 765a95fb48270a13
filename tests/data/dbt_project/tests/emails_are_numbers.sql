select * from {{ ref('customers') }} where cast(email as integer) > 0
