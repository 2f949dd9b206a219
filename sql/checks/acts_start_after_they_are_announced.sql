-- asset: measure_acts
-- severity: critical
-- reason: an act takes effect from its announcement on, unless its note says that it is retroactive
select
    act_id,
    announced_on,
    effective_on,
    note
from measure_acts
where effective_on < announced_on and not contains(note, 'retroactive')
