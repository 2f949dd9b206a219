-- asset: flow_revisions
-- severity: critical
-- reason: every value from every origin is one of the versions, used or not, so that readers can question the choice
with figures as (
    select
        reporter,
        partner,
        flow,
        product,
        (reference_month || '-01')::date as reference_month,
        origin,
        value_usd,
        1 as is_raw,
        0 as is_stored
    from raw_trade_flows
    union all
    select
        reporter,
        partner,
        flow,
        product,
        reference_month,
        origin,
        value_usd,
        0 as is_raw,
        1 as is_stored
    from flow_revisions
)

select
    * exclude (is_raw, is_stored),
    sum(is_raw) as times_raw,
    sum(is_stored) as times_stored
from figures
group by all
having sum(is_raw) <> sum(is_stored)
