-- asset: threat_rates
-- severity: critical
-- reason: a share is only as good as its denominator: every threat of a country has exactly one outcome and is counted once
with counted as (
    select
        actor,
        count(*) as threat_count
    from threats
    group by actor
)

select
    actor,
    rates.form,
    rates.threat_count,
    counted.threat_count as all_count
from (
    select
        actor,
        if(form = 'all', 'all', 'by form') as form,
        sum(threat_count) as threat_count,
        sum(pending_count + unconfirmed_count + followed_count + settled_count) as outcome_count,
        sum(settled_count) as settled_count,
        sum(carried_out_count + softened_count + struck_down_count + withdrawn_count + lapsed_count) as shown_count
    from threat_rates
    group by actor, if(form = 'all', 'all', 'by form')
) as rates
full outer join counted using (actor)
where
    rates.threat_count is distinct from counted.threat_count
    or rates.outcome_count != rates.threat_count
    or rates.shown_count != rates.settled_count
