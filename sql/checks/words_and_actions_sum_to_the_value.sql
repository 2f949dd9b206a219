-- asset: tension_daily
-- severity: critical
-- reason: words and actions sum to the value that they split, so that neither can be quoted without the other
select
    index_date,
    actor,
    target,
    tension,
    tension_words,
    tension_actions,
    concession,
    concession_words,
    concession_actions
from tension_daily
where
    coalesce(abs(tension - tension_words - tension_actions) > 1e-9 * greatest(1, tension), tension is not null)
    or coalesce(abs(concession - concession_words - concession_actions) > 1e-9 * greatest(1, concession), concession is not null)
