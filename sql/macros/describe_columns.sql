-- describe_columns(name): columns of a table or view with type and meaning, in order: from describe_columns('today').
create macro describe_columns(of_table) as table
    select
        column_name,
        data_type,
        comment as meaning
    from duckdb_columns()
    where not internal and table_name = of_table
    order by column_index
