-- asset: tension_pair_daily
-- severity: critical
-- reason: the published tables of directions and of pairs have the rows of the index, all of them, with the same values
with published as (
    select
        index_date,
        actor || '>' || target as series,
        * exclude (index_date, actor, target)
    from tension_daily
    union all by name
    select
        index_date,
        pair as series,
        * exclude (index_date, pair, p_escalation, p_de_escalation, p_stalemate, p_dialogue, p_quiet)
    from tension_pair_daily
),

built as (
    select
        index_date,
        series,
        * exclude (index_date, series, pair)
    from index_daily
)

(
    select * from published
    except all
    select * from built
)
union all
(
    select * from built
    except all
    select * from published
)
