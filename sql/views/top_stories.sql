-- The stories behind each directed value, largest first, with the sentence and the link: contributions in index points.
select
    index_date,
    split_part(series, '>', 1) as actor,
    split_part(series, '>', 2) as target,
    channel,
    round(contribution, 2) as contribution,
    round(share_pct, 1) as share_pct,
    kind,
    instrument,
    status,
    product,
    quote,
    source,
    url,
    published_at,
    story_id
from contributions
where part = 'story' and series like '%>%'
