-- Every signal with its sentence: when it was published, who did what to whom, and how probable the reading is.
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
    tier,
    readers,
    quote,
    source,
    url,
    actor_words,
    target_words,
    alternatives,
    story_id,
    rule_id
from signals
