-- Monthly flows as first published, with the day from which that value was public, their change on the same month a year before, where that
-- was public by then, and the newest value where it was revised. Nothing else uses a revised value: each month stands as it was first told.
with used as (
    select
        *,
        max(version) over (partition by reporter, partner, flow, product, reference_month) as last_version
    from flow_revisions
    where is_used
),

first_told as (
    select *
    from used
    where version = 1
)

select
    told.reporter,
    told.partner,
    told.flow,
    told.product,
    told.reference_month,
    told.value_usd,
    told.duties_usd,
    told.consumption_usd,
    100.0 * (told.value_usd / year_before.value_usd - 1) as change_on_year_pct,
    told.known_on as released_on,
    revised.value_usd as revised_value_usd,
    revised.known_on as revised_on,
    told.origin,
    told.source
from first_told as told
left join used as revised
    on
        revised.reporter = told.reporter
        and revised.partner = told.partner
        and revised.flow = told.flow
        and revised.product = told.product
        and revised.reference_month = told.reference_month
        and revised.version = revised.last_version
        and revised.version > 1
left join first_told as year_before
    on
        year_before.reporter = told.reporter
        and year_before.partner = told.partner
        and year_before.flow = told.flow
        and year_before.product = told.product
        and year_before.reference_month = told.reference_month - interval 1 year
        and year_before.known_on <= told.known_on
        and year_before.value_usd > 0
