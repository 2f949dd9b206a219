-- asset: promises_and_deeds
-- severity: critical
-- reason: a commitment is called fulfilled or not by this sum, so it must equal the trade_flows of its months that were public by then
with flow_sums as (
    select
        bought.commitment_id,
        bought.reference_month,
        bought.actual_so_far,
        bought.months_elapsed,
        bought.released_on,
        sum(flows.value_usd) as flow_sum_usd,
        count(flows.value_usd) as months,
        max(flows.released_on) as last_released_on
    from promises_and_deeds as bought
    inner join commitments using (commitment_id)
    left join trade_flows as flows
        on
            flows.reporter = commitments.reporter
            and flows.partner = if(commitments.reporter = commitments.seller, commitments.buyer, commitments.seller)
            and flows.flow = if(commitments.reporter = commitments.seller, 'exports', 'imports')
            and flows.product = commitments.product
            and flows.reference_month between commitments.period_from and bought.reference_month
    where bought.deed_status = 'known'
    group by bought.commitment_id, bought.reference_month, bought.actual_so_far, bought.months_elapsed, bought.released_on
)

select *
from flow_sums
where
    coalesce(abs(actual_so_far - flow_sum_usd) > 1e-9 * greatest(1, abs(flow_sum_usd)), true)
    or months <> months_elapsed
    or coalesce(released_on < last_released_on, true)
