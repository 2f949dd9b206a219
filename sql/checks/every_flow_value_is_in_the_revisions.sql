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
    coalesce(raw_values.reporter, versions.reporter) as reporter,
    coalesce(raw_values.partner, versions.partner) as partner,
    coalesce(raw_values.flow, versions.flow) as flow,
    coalesce(raw_values.product, versions.product) as product,
    coalesce(raw_values.reference_month, versions.reference_month) as reference_month,
    coalesce(raw_values.origin, versions.origin) as origin,
    raw_values.times as times_raw,
    versions.times as times_stored
from raw_values
full join versions
    on
        versions.reporter = raw_values.reporter
        and versions.partner = raw_values.partner
        and versions.flow = raw_values.flow
        and versions.product = raw_values.product
        and versions.reference_month = raw_values.reference_month
        and versions.origin = raw_values.origin
        and versions.value_usd = raw_values.value_usd
where raw_values.times is distinct from versions.times
