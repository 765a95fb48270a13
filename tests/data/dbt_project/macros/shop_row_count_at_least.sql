{% test shop_row_count_at_least(model, least) %}
select count(*) as rows_found from {{ model }} having count(*) < {{ least }}
{% endtest %}
