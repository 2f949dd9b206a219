-- Mass of each signal that counts: the heaviest of its story, direction, kind and instrument, as in story_mass.
-- Stories count here with all their articles, as if none had come late.
-- A general act is one reading, towards *, and has mass towards each partner that it hits.
with heaviest as (
    select *
    from pair_signals
    qualify
        row_number() over (
            partition by story_id, actor, target, kind, instrument
            order by probability * weight desc, published_at asc, signal_id asc
        ) = 1
)

select
    heaviest.signal_id,
    stories.index_date,
    heaviest.story_id,
    heaviest.pair,
    heaviest.actor,
    heaviest.target,
    heaviest.channel,
    heaviest.actor
    || '>'
    || if(heaviest.is_general, '*', heaviest.target)
    || ' '
    || heaviest.kind
    || ' '
    || heaviest.status
    || ' '
    || heaviest.instrument as reading,
    stories.breadth * heaviest.probability * heaviest.weight as mass
from heaviest
inner join stories on stories.story_id = heaviest.story_id
