-- asset: signals
-- severity: critical
-- reason: a signal whose story is missing would silently weigh nothing
select
    signals.signal_id,
    signals.story_id
from signals
left join stories on stories.story_id = signals.story_id
where stories.story_id is null
