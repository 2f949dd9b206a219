-- Every asserted threat, measure and easing in the news: which measure it names and what it says is done to it. A claim is no act: it is
-- compared with official acts in measure_reports.
-- Only tariffs and trade remedies have a rate; that of a signal with another instrument mostly belongs to a tariff in the same sentence.
with claims as (
    select
        signals.*,
        story_articles.known_on,
        case
            when signals.kind = 'threat' then 'proposed'
            when signals.kind = 'measure' then status_of_act(signals.kind, signals.status)
            when signals.kind = 'easing' and signals.status in ('announced', 'effective') then 'reduced'
            when signals.kind = 'easing' and signals.status in ('suspended', 'ended') then signals.status
            else 'unclear'
        end as effect
    from signals
    inner join story_articles using (article_id)
    where signals.modality = 'asserted' and signals.kind in ('threat', 'measure', 'easing')
)

select
    signal_id,
    story_id,
    source,
    actor,
    target,
    instrument,
    taxed_product(product) as product,
    effect,
    index_date as told_on,
    known_on,
    case when instrument in ('tariff', 'trade_remedy') then rate_pct end as rate_pct,
    is_conditional,
    probability,
    tier,
    quote,
    case
        when instrument in ('investigation', 'agreement', 'other') then 'no_instrument'
        when effect = 'unclear' then 'no_effect'
    end as unmatched_reason
from claims
