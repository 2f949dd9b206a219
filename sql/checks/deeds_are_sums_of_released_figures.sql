-- asset: promises_and_deeds
-- severity: critical
-- reason: a promise is called kept or broken by this sum, so a reader must be able to add it up from trade_flows, none of it from later
with added as (
    select
        deeds.commitment_id,
        deeds.reference_month,
        deeds.actual_so_far,
        deeds.months_elapsed,
        deeds.released_on,
        sum(flows.value_usd) as added_usd,
        count(flows.value_usd) as months,
        max(flows.released_on) as last_released_on
    from promises_and_deeds as deeds
    inner join commitments as promises on promises.commitment_id = deeds.commitment_id
    left join trade_flows as flows
        on
            flows.reporter = promises.reporter
            and flows.partner = if(promises.reporter = promises.seller, promises.buyer, promises.seller)
            and flows.flow = if(promises.reporter = promises.seller, 'exports', 'imports')
            and flows.product = promises.product
            and flows.reference_month between promises.period_from and deeds.reference_month
    where deeds.deed_status = 'known'
    group by deeds.commitment_id, deeds.reference_month, deeds.actual_so_far, deeds.months_elapsed, deeds.released_on
)

select *
from added
where
    coalesce(abs(actual_so_far - added_usd) > 1e-9 * greatest(1, abs(added_usd)), true)
    or months <> months_elapsed
    or coalesce(released_on < last_released_on, true)
