-- describe_columns(of_table): columns of a table, view or macro with type and meaning, in order: from describe_columns('today'). Fails
-- if there is none of that name.
create macro describe_columns(of_table) as table
    with described as (
        select
            table_name,
            column_index as place,
            column_name,
            data_type,
            comment as meaning
        from duckdb_columns()
        where not internal
        union all
        select
            macro_name,
            place,
            column_name,
            data_type,
            meaning
        from macro_columns
    )

    select
        column_name,
        data_type,
        meaning
    from described
    where
        table_name = of_table
        or (
            of_table::varchar not in (select known.table_name from described as known)
            and error('there is no table, view or macro ' || of_table::varchar || ': from describe_tables() lists all')
        )
    order by place
