-- asset: threat_states
-- severity: critical
-- reason: a threat has exactly one state on every day: each interval ends where the next begins, and the last one is open
with with_next as (
    select
        threat_id,
        valid_from,
        valid_to,
        lead(valid_from) over (partition by threat_id order by valid_from) as next_from
    from threat_states
)

select
    threat_id,
    valid_from,
    valid_to,
    next_from
from with_next
where valid_to is distinct from next_from
