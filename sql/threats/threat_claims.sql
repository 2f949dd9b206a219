-- Every asserted signal that can say a threat or show what became of one, as input of the threats.
-- Only tariffs and trade remedies have a rate, as in measure_claims, and agreements, which may name a lower one. `told_on` is the day of
-- the article, `known_on` the day on which it was first seen.
select
    signals.signal_id as claim_id,
    signals.story_id,
    signals.source,
    signals.actor,
    signals.target,
    signals.scope,
    signals.exceptions,
    signals.instrument,
    taxed_product(signals.product) as product,
    signals.kind,
    signals.status,
    signals.index_date as told_on,
    greatest(cast(articles.first_seen_at as date), signals.index_date) as known_on,
    case when signals.instrument in ('tariff', 'trade_remedy', 'agreement') then signals.rate_pct end as rate_pct,
    signals.is_conditional,
    signals.probability,
    signals.tier,
    signals.quote
from signals
inner join articles using (article_id)
where signals.modality = 'asserted' and signals.kind in ('threat', 'measure', 'investigation', 'easing', 'agreement')
