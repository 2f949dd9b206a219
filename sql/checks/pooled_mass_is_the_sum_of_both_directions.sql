-- asset: tension_pair_daily
-- severity: critical
-- reason: observed and expected mass of a pair are the sums of its two directions, in every channel
with both_directions as (
    select
        index_date,
        least(actor, target) || '-' || greatest(actor, target) as pair,
        [sum(observed_escalation), sum(observed_concession), sum(observed_dialogue)] as observed,
        [sum(expected_escalation), sum(expected_concession), sum(expected_dialogue)] as expected
    from tension_daily
    group by all
),

pooled as (
    select
        index_date,
        pair,
        [observed_escalation, observed_concession, observed_dialogue] as observed,
        [expected_escalation, expected_concession, expected_dialogue] as expected
    from tension_pair_daily
)

select
    index_date,
    pair,
    pooled.observed,
    both_directions.observed as observed_of_both,
    pooled.expected,
    both_directions.expected as expected_of_both
from pooled
full outer join both_directions using (index_date, pair)
where
    not coalesce(list_distance(pooled.observed, both_directions.observed) <= 1e-9, false)
    or not coalesce(list_distance(pooled.expected, both_directions.expected) <= 1e-9, false)
