-- Monthly flows as first stored, with the day from which the value was public, the change from the same month a year before (if public
-- by then), and the newest value if it was revised. Nothing else uses revised values.
with used_versions as (
    select
        *,
        max(version) over (partition by reporter, partner, flow, product, reference_month) as last_version
    from flow_revisions
    where is_used
),

first_versions as (
    select *
    from used_versions
    where version = 1
),

revised as (
    select *
    from used_versions
    where version = last_version and version > 1
)

select
    flows.reporter,
    flows.partner,
    flows.flow,
    flows.product,
    flows.reference_month,
    flows.value_usd,
    flows.duties_usd,
    flows.consumption_usd,
    100.0 * (flows.value_usd / year_before.value_usd - 1) as change_on_year_pct,
    flows.known_on as released_on,
    revised.value_usd as revised_value_usd,
    revised.known_on as revised_on,
    flows.origin,
    flows.source
from first_versions as flows
left join revised using (reporter, partner, flow, product, reference_month)
left join first_versions as year_before
    on
        year_before.reporter = flows.reporter
        and year_before.partner = flows.partner
        and year_before.flow = flows.flow
        and year_before.product = flows.product
        and year_before.reference_month = flows.reference_month - interval 1 year
        and year_before.known_on <= flows.known_on
        and year_before.value_usd > 0
