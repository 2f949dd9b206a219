-- describe_tables(): every table, view and macro with its meaning: from describe_tables().
create macro describe_tables() as table
    select
        table_name as name,
        'table' as kind,
        null as parameters,
        comment as meaning
    from duckdb_tables()
    where not internal
    union all
    select
        view_name as name,
        'view' as kind,
        null as parameters,
        comment as meaning
    from duckdb_views()
    where not internal
    union all
    select
        function_name as name,
        'macro' as kind,
        array_to_string(parameters, ', ') as parameters,
        comment as meaning
    from duckdb_functions()
    where not internal and function_type in ('macro', 'table_macro')
    order by kind, name
