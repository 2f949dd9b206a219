-- Acts of trade policy in the government's own journal, in plain words: what was done to whom, since when it is in force, and how it was
-- read. They are separate from the news index and not counted in it.
select
    index_date as published_on,
    actor,
    case when target = '*' then 'all partners' else target end as target,
    case
        when kind = 'measure' and instrument = 'entity_list' then 'lists firms'
        when kind = 'easing' and instrument = 'entity_list' then 'takes firms off a list'
        when kind = 'measure' then 'imposes or extends'
        when kind = 'easing' and status = 'suspended' then 'suspends'
        when kind = 'easing' and status = 'ended' then 'ends'
        when kind = 'easing' then 'eases or exempts'
        when kind = 'investigation' then 'opens or decides a case'
        when kind = 'threat' then 'proposes to impose'
        when kind = 'offer' then 'proposes to ease'
        else kind
    end as act,
    replace(instrument, '_', ' ') as instrument,
    product,
    rate_pct,
    case
        when status = 'proposed' then 'proposed'
        when effective_date is null and status = 'announced' then 'announced, the document''s fields name no day'
        when effective_date is null then status || ', the document''s fields name no day'
        when effective_date > index_date then 'announced, acts from ' || strftime(effective_date, '%Y-%m-%d')
        else status || ' since ' || strftime(effective_date, '%Y-%m-%d')
    end as standing,
    announced_date,
    effective_date,
    case act_basis
        when 'title' then 'the title says it'
        when 'abstract' then 'the title and the abstract say it'
        else 'the direction is assumed and may be wrong'
    end as how_it_was_read,
    quote,
    url,
    citation,
    document_number,
    rule_id
from official_signals
