-- Every signal with its sentence, newest first in time: what was read, who did what to whom, and how sure the reader was.
select
    published_at,
    actor,
    target,
    kind,
    status,
    modality,
    instrument,
    rate_pct,
    value_usd,
    product,
    probability,
    quote,
    source,
    url,
    story_id,
    rule_id
from signals
