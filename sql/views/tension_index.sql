-- The index as one flat table, rounded: one row for each day, pair or direction, and series. A value is null where too little was read.
-- TTI.CHN.USA.D is tension of China towards the United States, TTI.CHN-USA.D both directions together; TCI concession, TDI dialogue,
-- TNI net tension, TSI stalemate (pairs only). The file tension_index.csv of a release has the same rows.
with daily as (
    select
        *,
        'towards' as direction,
        actor as country,
        target as partner,
        actor || '.' || target as sides
    from tension_daily
    union all by name
    select
        *,
        'both' as direction,
        split_part(pair, '-', 1) as country,
        split_part(pair, '-', 2) as partner,
        pair as sides
    from tension_pair_daily
),

long as (
    select
        index_date,
        direction,
        country,
        partner,
        sides,
        phase,
        obs_status,
        baseline_to,
        unnest([
            {
                code: 'TTI', series: 'tension', digits: 1, value: tension, evidence: evidence_weight,
                lo80: tension_lo80, hi80: tension_hi80, lo95: tension_lo95, hi95: tension_hi95
            },
            {
                code: 'TCI', series: 'concession', digits: 1, value: concession, evidence: concession_evidence_weight,
                lo80: concession_lo80, hi80: concession_hi80, lo95: concession_lo95, hi95: concession_hi95
            },
            {
                code: 'TDI', series: 'dialogue', digits: 1, value: dialogue, evidence: dialogue_evidence_weight,
                lo80: dialogue_lo80, hi80: dialogue_hi80, lo95: dialogue_lo95, hi95: dialogue_hi95
            },
            {
                code: 'TNI', series: 'net_tension', digits: 1, value: net_tension,
                evidence: least(evidence_weight, concession_evidence_weight),
                lo80: net_tension_lo80, hi80: net_tension_hi80, lo95: net_tension_lo95, hi95: net_tension_hi95
            },
            {
                code: 'TSI', series: 'stalemate', digits: 3, value: stalemate, evidence: null,
                lo80: stalemate_lo80, hi80: stalemate_hi80, lo95: null, hi95: null
            }
        ]) as one
    from daily
),

flat as (
    select
        * exclude (one),
        -- The fields of the struct become columns of their own names, so there is no alias.
        unnest(one) -- noqa: AL03
    from long
)

select
    flat.index_date as date,
    flat.code || '.' || flat.sides || '.D' as mnemonic,
    flat.series,
    flat.direction,
    flat.country,
    coalesce(acting.name, flat.country) as country_name,
    flat.partner,
    coalesce(other.name, flat.partner) as partner_name,
    round(flat.value, flat.digits) + 0 as value, -- + 0 turns -0.0 into 0.0
    round(flat.lo80, flat.digits) + 0 as lo80,
    round(flat.hi80, flat.digits) + 0 as hi80,
    round(flat.lo95, flat.digits) + 0 as lo95,
    round(flat.hi95, flat.digits) + 0 as hi95,
    round(flat.evidence, 3) as evidence,
    flat.phase,
    flat.obs_status as status,
    case when flat.series <> 'stalemate' then flat.baseline_to end as baseline_to
from flat
left join countries as acting on acting.code = flat.country
left join countries as other on other.code = flat.partner
where flat.series <> 'stalemate' or flat.direction = 'both'
