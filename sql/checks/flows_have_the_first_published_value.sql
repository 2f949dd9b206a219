-- asset: trade_flows
-- severity: critical
-- reason: each month has the first value of one origin and the day it became public; a revised value would use later knowledge
with used as (
    select
        reporter,
        partner,
        flow,
        product,
        reference_month,
        count(distinct origin) as origins,
        arg_min(value_usd, version) as first_usd,
        arg_max(value_usd, version) as newest_usd,
        arg_min(known_on, version) as first_on,
        arg_max(known_on, version) as newest_on,
        count(*) as versions
    from flow_revisions
    where is_used
    group by reporter, partner, flow, product, reference_month
),

out_of_order as (
    select *
    from flow_revisions
    qualify known_on <= lag(known_on) over (partition by reporter, partner, flow, product, reference_month, origin order by version)
)

select
    reporter,
    partner,
    flow,
    product,
    reference_month,
    flows.value_usd,
    used.first_usd,
    flows.released_on,
    used.first_on
from trade_flows as flows
full outer join used using (reporter, partner, flow, product, reference_month)
where
    used.origins is distinct from 1
    or flows.value_usd is distinct from used.first_usd
    or flows.released_on is distinct from used.first_on
    or flows.revised_value_usd is distinct from if(used.versions > 1, used.newest_usd, null)
    or flows.revised_on is distinct from if(used.versions > 1, used.newest_on, null)
union all
select
    reporter,
    partner,
    flow,
    product,
    reference_month,
    value_usd,
    null as first_usd,
    known_on as released_on,
    null as first_on
from out_of_order
