-- Months for which two origins have different values: the one that is used, the other, and their difference, each as first stored. A
-- month of an unused origin is also listed if no other value is used, because the series is taken from another origin.
with used as (
    select *
    from flow_revisions
    where is_used and version = 1
)

select
    other.reporter,
    other.flow,
    other.partner,
    case when other.product = '' then 'all goods' else other.product end as product,
    strftime(other.reference_month, '%Y-%m') as reference_month,
    used.origin as used_origin,
    used.value_usd as used_usd,
    other.origin as other_origin,
    other.value_usd as other_usd,
    round(100.0 * (other.value_usd / nullif(used.value_usd, 0) - 1), 2) as difference_pct,
    used.source as used_source,
    other.source as other_source
from flow_revisions as other
left join used using (reporter, partner, flow, product, reference_month)
where
    not other.is_used
    and other.version = 1
    and other.value_usd is distinct from used.value_usd
