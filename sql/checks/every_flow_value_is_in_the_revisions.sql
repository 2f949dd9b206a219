-- asset: flow_revisions
-- severity: critical
-- reason: every value from every origin is one of the versions, used or not, so that readers can question the choice
with raw_values as (
    select
        reporter,
        partner,
        flow,
        product,
        (reference_month || '-01')::date as reference_month,
        origin,
        value_usd,
        count(*) as times
    from raw_trade_flows
    group by all
),

versions as (
    select
        reporter,
        partner,
        flow,
        product,
        reference_month,
        origin,
        value_usd,
        count(*) as times
    from flow_revisions
    group by all
)

select
    reporter,
    partner,
    flow,
    product,
    reference_month,
    origin,
    raw_values.times as times_raw,
    versions.times as times_stored
from raw_values
full outer join versions using (reporter, partner, flow, product, reference_month, origin, value_usd)
where raw_values.times is distinct from versions.times
