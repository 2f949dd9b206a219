-- asset: story_mass
-- severity: critical
-- reason: only asserted signals have mass; negated, hypothetical and historical ones are stored but never counted
select
    story_mass.story_id,
    signals.modality
from story_mass
inner join signals using (signal_id)
where signals.modality != 'asserted'
