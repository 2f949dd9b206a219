-- Months within a trade series that have no figure, with the day on which it was due. They are not zero and are not filled in.
select
    reporter,
    flow,
    partner,
    case when product = '' then 'all goods' else product end as product,
    strftime(reference_month, '%Y-%m') as reference_month,
    due_on
from flow_months
where is_missing
