-- asset: flow_revisions
-- severity: critical
-- reason: every value that an origin gave must stand among the versions, used or not: what is set aside silently cannot be questioned
with given as (
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

kept as (
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
    coalesce(given.reporter, kept.reporter) as reporter,
    coalesce(given.partner, kept.partner) as partner,
    coalesce(given.flow, kept.flow) as flow,
    coalesce(given.product, kept.product) as product,
    coalesce(given.reference_month, kept.reference_month) as reference_month,
    coalesce(given.origin, kept.origin) as origin,
    given.times as times_given,
    kept.times as times_kept
from given
full join kept
    on
        kept.reporter = given.reporter
        and kept.partner = given.partner
        and kept.flow = given.flow
        and kept.product = given.product
        and kept.reference_month = given.reference_month
        and kept.origin = given.origin
        and kept.value_usd = given.value_usd
where given.times is distinct from kept.times
