-- What became of the threats of each country, by form and in all: counts, and shares of the settled ones with 95 % Wilson intervals.
-- Settled: carried out, softened, withdrawn, struck down or lapsed. Pending, postponed, unconfirmed and followed threats are not in the
-- denominator.
with counts as (
    select
        actor,
        coalesce(threat_form, 'all') as form,
        count(*) as threat_count,
        count(*) filter (where threat_outcome in ('pending', 'postponed')) as pending_count,
        count(*) filter (where threat_outcome = 'unconfirmed') as unconfirmed_count,
        count(*) filter (where threat_outcome = 'followed') as followed_count,
        count(*) filter (where threat_outcome not in ('pending', 'postponed', 'unconfirmed', 'followed')) as settled_count,
        count(*) filter (where threat_outcome = 'carried_out') as carried_out_count,
        count(*) filter (where threat_outcome = 'softened') as softened_count,
        count(*) filter (where threat_outcome = 'struck_down') as struck_down_count,
        count(*) filter (where threat_outcome = 'withdrawn') as withdrawn_count,
        count(*) filter (where threat_outcome = 'lapsed') as lapsed_count,
        count(*) filter (where postponed_count > 0) as ever_postponed_count,
        count(*) filter (where outcome_basis = 'official') as official_count,
        median(days_to_outcome) filter (where threat_outcome in ('carried_out', 'softened')) as median_days,
        avg(probability) as mean_probability
    from threats
    group by grouping sets ((actor, threat_form), (actor))
),

shares as (
    select
        *,
        carried_out_count + softened_count + struck_down_count as imposed_count
    from counts
)

select
    actor,
    form,
    threat_count,
    pending_count,
    unconfirmed_count,
    followed_count,
    settled_count,
    carried_out_count,
    softened_count,
    struck_down_count,
    withdrawn_count,
    lapsed_count,
    ever_postponed_count,
    official_count,
    case when settled_count > 0 then 100 * carried_out_count / settled_count end as carried_out_pct,
    100 * wilson_bound(carried_out_count, settled_count, -1.959964) as carried_out_lo95,
    100 * wilson_bound(carried_out_count, settled_count, 1.959964) as carried_out_hi95,
    case when settled_count > 0 then 100 * imposed_count / settled_count end as imposed_pct,
    100 * wilson_bound(imposed_count, settled_count, -1.959964) as imposed_lo95,
    100 * wilson_bound(imposed_count, settled_count, 1.959964) as imposed_hi95,
    case when settled_count > 0 then 100 * withdrawn_count / settled_count end as withdrawn_pct,
    100 * wilson_bound(withdrawn_count, settled_count, -1.959964) as withdrawn_lo95,
    100 * wilson_bound(withdrawn_count, settled_count, 1.959964) as withdrawn_hi95,
    case when settled_count > 0 then 100 * lapsed_count / settled_count end as lapsed_pct,
    100 * wilson_bound(lapsed_count, settled_count, -1.959964) as lapsed_lo95,
    100 * wilson_bound(lapsed_count, settled_count, 1.959964) as lapsed_hi95,
    median_days,
    mean_probability
from shares
