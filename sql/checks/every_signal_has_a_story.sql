-- asset: signals
-- severity: critical
-- reason: a signal without a story would have no mass, without any warning
select
    signals.signal_id,
    signals.story_id
from signals
left join stories using (story_id)
where stories.story_id is null
