-- Every asserted signal that can say a threat or show what became of one, as input of the threats.
-- Only tariffs and trade remedies have a rate, as in measure_claims, and agreements, which may name a lower one. `told_on` is the day of
-- the article, `known_on` the day on which it was first seen. A threat that names tariffs and an amount is one of tariffs. The amount in a
-- sentence on retaliation is usually that of the other side, and one below 100 million a price or a fee. Tariffs in dollars an item are on
-- single goods, so they show no outcome of tariffs in percent. Ships on which goods are loaded, and smuggled
-- drugs, are not what is taxed.
select
    signals.signal_id as claim_id,
    signals.story_id,
    signals.source,
    signals.actor,
    signals.target,
    signals.scope,
    signals.exceptions,
    if(
        signals.kind = 'threat' and signals.value_usd >= 1e8 and regexp_matches(lower(signals.quote), '\btariffs?\b'),
        'tariff', signals.instrument
    ) as instrument,
    case
        when signals.product = 'ships' and regexp_matches(signals.quote, '\bloaded on|\bin transit\b') then ''
        when signals.product = 'pharmaceuticals' and regexp_matches(lower(signals.quote), 'illicit|illegal|smuggl|traffic|fentanyl') then ''
        else taxed_product(signals.product)
    end as product,
    signals.kind,
    status_of_act(signals.kind, signals.status) as status,
    signals.index_date as told_on,
    story_articles.known_on,
    case when signals.instrument in ('tariff', 'trade_remedy', 'agreement') then signals.rate_pct end as rate_pct,
    if(signals.value_usd >= 1e8 and not signals.is_retaliation, signals.value_usd, null) as amount_usd,
    signals.is_conditional,
    signals.probability,
    signals.tier,
    signals.quote
from signals
inner join story_articles using (article_id)
where
    signals.modality = 'asserted'
    and signals.kind in ('threat', 'measure', 'investigation', 'easing', 'agreement')
    and not (
        signals.kind in ('measure', 'easing')
        and signals.instrument = 'tariff'
        and signals.rate_pct is null
        and coalesce(signals.value_usd, 1e6) < 1e6
    )
