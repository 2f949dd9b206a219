-- Stories behind each directed value with their contribution in index points, a sentence and a link. Order by contribution for the
-- largest. Values with is_thin are not published.
select
    contributions.index_date,
    contributions.series,
    split_part(contributions.series, '>', 1) as actor,
    split_part(contributions.series, '>', 2) as target,
    contributions.channel,
    round(contributions.contribution, 2) as contribution,
    round(contributions.share_pct, 1) as share_pct,
    contributions.kind,
    contributions.instrument,
    contributions.status,
    contributions.is_general,
    signals.product,
    signals.probability,
    signals.tier,
    signals.quote,
    signals.source,
    signals.url,
    signals.published_at,
    contributions.is_thin,
    contributions.signal_id,
    contributions.story_id
from contributions
inner join signals using (signal_id)
where contributions.part = 'story' and contributions.series like '%>%'
