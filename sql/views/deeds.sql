-- Every purchase commitment with the newest figures: promised amount, bought amount and the share that was fulfilled.
-- Amounts are in millions of the unit; null if the figures do not have the flow.
select
    commitments.agreed_on,
    commitments.buyer,
    commitments.seller,
    case when deeds.product = '' then 'all goods' else deeds.product end as product,
    deeds.unit,
    strftime(commitments.period_from, '%Y-%m') as period_from,
    strftime(commitments.period_to, '%Y-%m') as period_to,
    strftime(deeds.reference_month, '%Y-%m') as counted_to,
    round(deeds.promised_amount / 1e6) as promised_m,
    round(deeds.promised_flow / 1e6) as flow_that_keeps_it_m,
    round(deeds.actual_so_far / 1e6) as bought_m,
    round(deeds.fulfilled_pct, 1) as fulfilled_pct,
    round(deeds.bought_pct, 1) as bought_pct,
    deeds.deed_status,
    deeds.released_on,
    commitments.note,
    commitments.source
from promises_and_deeds as deeds
inner join commitments using (commitment_id)
qualify row_number() over (partition by deeds.commitment_id order by deeds.reference_month desc) = 1
