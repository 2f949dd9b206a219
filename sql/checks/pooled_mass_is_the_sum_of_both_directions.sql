-- asset: tension_pair_daily
-- severity: critical
-- reason: observed and expected mass of a pair are the sums of its two directions
with both_directions as (
    select
        index_date,
        least(actor, target) || '-' || greatest(actor, target) as pair,
        sum(observed_escalation) as observed_escalation,
        sum(expected_escalation) as expected_escalation
    from tension_daily
    group by all
)

select
    index_date,
    pair,
    tension_pair_daily.observed_escalation,
    both_directions.observed_escalation as sum_of_both
from tension_pair_daily
full outer join both_directions using (index_date, pair)
where
    tension_pair_daily.pair is null
    or both_directions.pair is null
    or abs(tension_pair_daily.observed_escalation - both_directions.observed_escalation) > 1e-9
    or abs(tension_pair_daily.expected_escalation - both_directions.expected_escalation) > 1e-9
