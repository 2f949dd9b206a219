-- tension_asof(ts): the index as known at an instant, directed and pooled: the newest vintage of each day and series known by then.
-- Give the instant with a time zone: from tension_asof('2025-04-10T00:00:00Z') where series = 'CHN-USA'. A date alone is midnight in the
-- TimeZone of the DuckDB session, so its result depends on that setting; days of the index are UTC days.
create macro tension_asof(ts) as table
    select *
    from vintages
    where known_at <= ts::timestamptz
    qualify row_number() over (partition by index_date, series order by known_at desc) = 1
