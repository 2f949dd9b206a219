// What the explorer uses of its two libraries.
export { AsyncDuckDB, DuckDBAccessMode, DuckDBDataProtocol, VoidLogger } from "@duckdb/duckdb-wasm"
export { parquetWriteBuffer } from "hyparquet-writer"
