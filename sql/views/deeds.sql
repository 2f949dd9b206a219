-- Every purchase commitment that began before the newest figures: promised amount, bought amount and the share that was fulfilled.
-- Amounts are in millions of the unit, with decimals if less than a hundred are promised; bought_m is from the first month to counted_to,
-- and null if the figures lack flow or first month. If deed_status is gap, the next month is missing.
with newest as (
    select
        * exclude (deed_status),
        first_value(deed_status) over (partition by commitment_id order by reference_month desc) as deed_status,
        case when promised_amount < 1e8 then 3 else 0 end as digits
    from promises_and_deeds
    qualify
        row_number() over (
            partition by commitment_id order by promises_and_deeds.deed_status = 'known' desc, reference_month desc
        ) = 1
)

select
    commitments.agreed_on,
    commitments.buyer,
    commitments.seller,
    case when deeds.product = '' then 'all goods' else deeds.product end as product,
    deeds.unit,
    strftime(commitments.period_from, '%Y-%m') as period_from,
    strftime(commitments.period_to, '%Y-%m') as period_to,
    strftime(deeds.reference_month, '%Y-%m') as counted_to,
    round(deeds.promised_amount / 1e6, deeds.digits) as promised_m,
    round(deeds.promised_flow / 1e6, deeds.digits) as flow_that_keeps_it_m,
    round(deeds.actual_so_far / 1e6, deeds.digits) as bought_m,
    round(deeds.fulfilled_pct, 1) as fulfilled_pct,
    round(deeds.bought_pct, 1) as bought_pct,
    deeds.deed_status,
    deeds.released_on,
    commitments.note,
    commitments.source
from newest as deeds
inner join commitments using (commitment_id)
