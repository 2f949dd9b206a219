"use strict";
// The explorer: DuckDB-WASM (explorerLibrary, from duckdb.js) over the newest published database. Values, names and queries are untrusted
// and only ever set as textContent. A query that came in a link runs only when the reader presses Run.
(async () => {
  const SHOWN = 200, MOST_ROWS = 200_000, MOST_IN_CHART = 20_000, MOST_COLOURS = 12, LONGEST_LINK = 20_000;
  const DATABASE = "trade_tension.duckdb", RELEASE = /^\d{4}-\d\d-\d\d-[0-9a-f]{10}$/;
  const { AsyncDuckDB, DuckDBAccessMode, DuckDBDataProtocol, VoidLogger, parquetWriteBuffer } = explorerLibrary;
  const byId = (id) => document.getElementById(id);
  const config = JSON.parse(byId("config").textContent);
  const folder = new URL(`${document.currentScript?.dataset.folder ?? "explorer"}/`, document.baseURI);
  const sql = byId("sql"), isDark = matchMedia("(prefers-color-scheme: dark)");
  let connection = null, result = null, isRunning = false, isStopped = false, isWaiting = false, shownRows = 0, release = "", catalogue = null, covered = null, sources = new Map(), columnsOf = new Map(), drawing = 0, vega = null;

  // ---- small helpers

  function element(tag, text, attributes = {}) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  const say = (text) => { byId("status").textContent = text; };
  const count = (number, word) => `${number.toLocaleString("en-GB")} ${word}${number === 1 ? "" : "s"}`;

  function showError(error, advice = "") {
    const text = readMessage(String(error?.message ?? error).replace(/^Error: /, ""));
    byId("error").textContent = [text, advice || explain(text)].filter(Boolean).join("\n\n");
    byId("error").hidden = false;
  }

  /** DuckDB gives errors of its parser as JSON: say the line instead of the position. */
  function readMessage(text) {
    let parts;
    try { parts = JSON.parse(text); } catch { return text; }
    if (typeof parts?.exception_message !== "string") return text;
    const before = sql.value.slice(0, Number(parts.position)).split("\n");
    const place = parts.position === undefined || /\bLINE \d+:/.test(parts.exception_message) ? "" : `\n\nLINE ${before.length}: ${sql.value.split("\n")[before.length - 1]}\n${" ".repeat(`LINE ${before.length}: ${before.at(-1)}`.length)}^`;
    return `${parts.exception_type} Error: ${parts.exception_message}${place}`;
  }

  /** What to do about errors that only this browser build of DuckDB has, or that newcomers meet first. */
  function explain(text) {
    if (/TIMESTAMP WITH TIME ZONE -> (DATE|VARCHAR)/.test(text)) return "In the browser, write column::timestamp::date instead of column::date.";
    if (/icu|Time ?Zone/i.test(text)) return "The browser has no time zones: all times are UTC. Write column::timestamp to use them.";
    if (/extension|external|disabled by configuration|read_parquet|read_csv/i.test(text)) return "The explorer reads the published database only: no other files, addresses or extensions.";
    if (/read-only/i.test(text)) return "The database is read only. create temp table works.";
    if (/out of memory/i.test(text)) return "The result is too large for the browser: select fewer columns, or add where or limit.";
    if (/Table with name/.test(text)) return "All tables and views are listed below.";
    if (/Referenced column/.test(text)) return "Columns of each table are listed below.";
    return "";
  }

  // ---- the engine

  /** A file of the folder as a blob address; expanded here, unless the server already did. */
  async function unpack(name, type) {
    const response = await fetch(new URL(name, folder));
    if (!response.ok) throw new Error(`${name}: the server answers ${response.status}`);
    const packed = await response.blob();
    const [first, second] = new Uint8Array(await packed.slice(0, 2).arrayBuffer());
    const isPacked = first === 0x1f && second === 0x8b;
    const whole = isPacked ? await new Response(packed.stream().pipeThrough(new DecompressionStream("gzip"))).blob() : packed;
    return URL.createObjectURL(new Blob([whole], { type }));
  }

  const readJson = async (name) => {
    const response = await fetch(new URL(name, document.baseURI), { cache: "no-cache" }).catch(() => null);
    return response?.ok ? response.json() : {};
  };

  /** Address of the newest database. A release never changes, so that a run in the meantime does not mix two. */
  async function findDatabase() {
    const version = (await readJson("latest/datapackage.json")).version ?? (await readJson("latest.json")).release; // of a folder, or of uploads
    const name = String(version).split("+").pop();
    const own = new URL(`releases/${name}/${DATABASE}`, document.baseURI);
    const isThere = RELEASE.test(name) && (await fetch(own, { method: "HEAD" }).catch(() => null))?.ok;
    return isThere ? own : new URL(DATABASE, document.baseURI);
  }

  /** Two connections, since a query ends the one before it on the same: for the reader, and for the lists of this page. */
  async function start() {
    const [script, engine, database] = await Promise.all([
      unpack("duckdb-worker.js.gz", "text/javascript"), unpack("duckdb.wasm.gz", "application/wasm"), findDatabase(),
    ]);
    const duckdb = new AsyncDuckDB(new VoidLogger(), new Worker(script)); // a worker of a blob has this page's policy
    await duckdb.instantiate(engine);
    [script, engine].forEach((address) => URL.revokeObjectURL(address));
    await duckdb.registerFileURL(DATABASE, database.href, DuckDBDataProtocol.HTTP, false);
    await duckdb.open({ path: DATABASE, accessMode: DuckDBAccessMode.READ_ONLY, query: { castDecimalToDouble: true }, filesystem: { reliableHeadRequests: true, allowFullHTTPReads: true, forceFullHTTPReads: false } });
    const made = [await duckdb.connect(), await duckdb.connect()];
    const settings = ["autoinstall_known_extensions", "autoload_known_extensions", "enable_external_access"].map((name) => `set ${name} = false`);
    await made[0].query([...settings, "set lock_configuration = true"].join("; "));
    return made;
  }

  // ---- results

  const KINDS = [
    [/^Date/, "date"], [/^Timestamp/, "time"], [/^Bool/, "boolean"], [/^U?Int(8|16|32)$/, "integer"], [/^U?Int64$/, "long"],
    [/^(Float|Decimal)/, "number"], [/^Interval/, "interval"], [/Utf8/, "text"],
  ];
  const hasValue = ({ values }) => values.some((value) => value !== null);
  const isNumber = ({ kind }) => ["integer", "long", "number"].includes(kind);
  const isDay = ({ kind, isMonth }) => isMonth || ["date", "time"].includes(kind);
  const toInstant = (column, row) => (column.isMonth && column.values[row] !== null ? Date.parse(column.values[row]) : column.values[row]);

  /** A column of the result: its name, kind and values, which are numbers, texts, booleans or null; days and times are milliseconds. */
  function describe(field, number) {
    const [, kind] = KINDS.find(([pattern]) => pattern.test(String(field.type).replace(/^Dictionary<.*?, (.*)>$/, "$1"))) ?? [null, "other"];
    return { name: field.name, number, kind, values: [] };
  }

  function convert(value, kind) {
    if (value === null || value === undefined) return null;
    if (kind === "date" || kind === "time") return Number(value);
    if (kind === "long") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    if (kind === "other") return typeof value === "object" ? JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? String(inner) : inner)) : String(value);
    return value;
  }

  function toText(value, kind) {
    if (value === null) return "";
    if (kind === "date") return new Date(value).toISOString().slice(0, 10);
    if (kind === "time") return new Date(value).toISOString().replace("T", " ").replace(/(\.000)?Z$/, "");
    return String(value);
  }

  const toCell = (value, kind) => (kind === "number" && Number.isFinite(value) ? String(+value.toFixed(4)) : toText(value, kind));

  async function run() {
    if (isRunning) return;
    if (!sql.value.trim()) {
      byId("error").hidden = byId("result").hidden = true;
      return say("Choose a question, or write a query.");
    }
    if (!connection) { isWaiting = true; return say("Starting the database; then the query runs …"); }
    setRunning(true);
    byId("error").hidden = byId("from-link").hidden = true;
    const since = performance.now();
    try {
      say("Running …");
      let rows = 0, isWhole = true, columns = null;
      const batches = await connection.send(sql.value, true);
      for await (const batch of batches) {
        columns ??= batch.schema.fields.map(describe);
        const span = columns.find(({ kind }) => kind === "interval");
        if (span) throw new Error(`The column ${span.name} is an interval, which this page cannot show: write ${span.name}::varchar.`);
        for (const column of columns) {
          const vector = batch.getChildAt(column.number);
          for (let row = 0; row < batch.numRows; row++) column.values.push(convert(vector.get(row), column.kind));
        }
        rows += batch.numRows;
        if (rows >= MOST_ROWS || isStopped) { isWhole = false; break; }
      }
      if (!isWhole) await connection.cancelSent();
      for (const column of columns ?? []) column.isMonth = rows > 0 && column.kind === "text" && column.values.every((text) => text === null || /^\d{4}-\d\d$/.test(text));
      result = { columns: columns ?? batches.schema?.fields.map(describe) ?? [], rows };
      const seconds = ((performance.now() - since) / 1000).toFixed(2);
      const cut = isWhole ? "" : isStopped ? " Stopped before the end." : ` Only the first ${MOST_ROWS.toLocaleString("en-GB")} rows were read: add where or limit.`;
      const empty = rows || !isWhole || !covered ? "" : await explainEmpty(sql.value);
      const statements = countStatements(sql.value), last = statements > 1 ? ` Only the result of the last of ${statements} statements is shown.` : "";
      say(`${count(rows, "row")} in ${seconds} s.${cut}${last}${empty}`);
      showResult();
    } catch (error) {
      result = null;
      byId("result").hidden = true;
      say(isStopped ? "Stopped." : "The query failed.");
      if (!isStopped) showError(error);
    } finally {
      setRunning(false);
    }
  }

  /** Number of statements: semicolons in comments, texts and names do not count. */
  function countStatements(query) {
    const bare = query.replace(/--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$/g, (part) => (/^(--|\/\*)/.test(part) ? " " : "x"));
    return bare.split(";").filter((part) => part.trim()).length;
  }

  const SOURCES = `
    select table_name as name, estimated_size as rows, '' as text from duckdb_tables() where not internal
    union all select view_name, null, sql from duckdb_views() where not internal
    union all select function_name, null, string_agg(macro_definition, ' ') from duckdb_functions() where not internal group by function_name`;

  /** Tables, views and macros that a query reads, also through views and macros; those that it names come first. */
  function findSources(query, found = new Set()) {
    const named = [...query.matchAll(/\b(?:from|join)\s+\(*\s*(?!(?:from|select|with)\b)(?:"?\w+"?\.)*"?(\w+)/gi)].map(([, name]) => name.toLowerCase()).filter((name) => sources.has(name) && !found.has(name));
    named.forEach((name) => found.add(name));
    named.forEach((name) => findSources(sources.get(name).text ?? "", found));
    return [...found];
  }

  /** Why a query may have no rows: a pair not written as in the tables, an empty table, a value or days that a table lacks. */
  async function explainEmpty(query) {
    for (const [, written] of query.matchAll(/'([a-z]{3}-[a-z]{3})'/gi)) {
      const pair = written.toUpperCase().split("-").sort().join("-");
      if (pair !== written) return ` Pairs are in capitals and alphabetical: ${pair}, not ${written}.`;
    }
    const read = findSources(query), isTable = (name) => sources.get(name).rows !== null;
    const empty = read.filter((name) => isTable(name) && Number(sources.get(name).rows) === 0);
    if (empty.length) return empty.map((name) => ` The table ${name} is empty${config.empty[name] ? `: ${config.empty[name]}` : " in this release"}.`).join("");
    for (const table of read) {
      const columns = columnsOf.get(table) ?? [], conditions = findConditions(query, table), chosen = conditions.length ? `where ${conditions.join(" and ")}` : "";
      if (chosen && (await hasNone(`from "${table}" ${chosen} limit 1`))) return ` No row of ${table} has ${conditions.join(" and ").replaceAll('"', "")}.`;
      const outside = columns.filter(([, type]) => isTable(table) && type === "DATE").map(([name]) => `coalesce(max("${name}") < '${covered.first}' or min("${name}") > '${covered.last}', true)`);
      if (outside.length && !(await hasNone(`select 1 from "${table}" ${chosen} having ${outside.join(" and ")}`))) return ` No row of ${table} that fits has a day of this release, ${covered.first} to ${covered.last}.`;
    }
    return document.querySelector(".ask[aria-current]") ? ` Nothing in this release fits. It is about ${covered.first} to ${covered.last}; its pairs are listed by: from today` : "";
  }

  /** Conditions of a query on a table of the form column = 'text', without columns that are compared with several texts. */
  function findConditions(query, table) {
    const values = new Map();
    for (const [, owner, name, value] of query.matchAll(/(?:\b(\w+)\.)?\b(\w+)\s*=\s*('(?:[^']|'')*')/g)) {
      const isOwn = owner === undefined || owner === table || !sources.has(owner);
      if (isOwn && columnsOf.get(table)?.some(([column]) => column === name)) values.set(name, (values.get(name) ?? new Set()).add(value));
    }
    return [...values].filter(([, texts]) => texts.size === 1).map(([name, [text]]) => `"${name}" = ${text}`);
  }

  /** Whether a query has no row; false if it fails. */
  const hasNone = (query) => catalogue.query(query).then((rows) => rows.numRows === 0, () => false);

  const COVERED = `
    with main as (
      select pair from tension_pair_daily where tension is not null group by pair order by pair = 'CHN-USA' desc, sum(signal_count) desc, pair limit 1)
    select min(index_date)::varchar as first, max(index_date)::varchar as last, (from main) as pair,
      arg_max(index_date, tension) filter (where pair = (from main))::varchar as highest
    from tension_pair_daily`;
  const DATE = /'(202[4-9]-\d\d-\d\d)/g;

  /**
   * A question of the cookbook for this release. The cookbook's days and pair are of the sample. If the release has none of the days, all are
   * moved by the same time, so that the last one is the main pair's day of highest tension, or the first one if there are no days before.
   */
  function adapt(query) {
    if (!covered?.pair) return [query, ""];
    const days = [...query.matchAll(DATE)].map(([, day]) => day).sort(), [one, other] = covered.pair.split("-"), notes = [];
    let text = query;
    if (days.length && (days[0] > covered.last || days.at(-1) < covered.first)) {
      const highest = Date.parse(covered.highest), until = highest - Date.parse(days.at(-1));
      const step = Date.parse(days[0]) + until < Date.parse(covered.first) ? highest - Date.parse(days[0]) : until;
      text = text.replace(DATE, (_, day) => `'${new Date(Date.parse(day) + step).toISOString().slice(0, 10)}`);
      notes.push(`days up to or from ${covered.highest}, when its tension was highest`);
    }
    if (covered.last < "2025" || covered.first >= "2026") text = text.replace(/(?<=year\(\w+\) = )2025/g, covered.highest.slice(0, 4));
    if (covered.pair !== "CHN-USA") {
      const names = { CHN: one, USA: other, "CHN-USA": covered.pair, "USA-CHN": `${other}-${one}`, "CHN>USA": `${one}>${other}`, "USA>CHN": `${other}>${one}` };
      text = text.replace(/'((?:CHN|USA)(?:[->](?:CHN|USA))?)'/g, (whole, name) => (names[name] ? `'${names[name]}'` : whole));
    }
    if (text !== query) notes.unshift(`the pair ${covered.pair}`);
    return [text, notes.length ? ` For this release, with ${notes.join(" and ")}.` : ""];
  }

  function setRunning(now) {
    isRunning = now;
    isStopped = false;
    byId("run").disabled = now;
    byId("stop").disabled = !now;
  }

  async function stop() {
    isStopped = true;
    await connection.cancelSent();
  }

  function showResult() {
    const { columns, rows } = result, head = element("tr");
    for (const column of columns) head.append(element("th", column.name, { scope: "col", class: isNumber(column) ? "number" : "" }));
    const table = element("table"), top = element("thead"), body = element("tbody");
    top.append(head);
    table.append(top, body);
    byId("rows").replaceChildren(table);
    byId("rows").scrollTop = 0;
    shownRows = 0;
    showMore();
    byId("result").hidden = false;
    fillChartControls();
    byId("drawing").hidden = !columns.some((column) => isNumber(column) && hasValue(column)) || rows < 2;
    byId("drawing").open = columns.some((column) => isDay(column) && isVaried(column)) && rows >= 5;
    draw();
  }

  function showMore() {
    const { columns, rows } = result, until = Math.min(rows, shownRows + SHOWN), lines = [];
    for (let row = shownRows; row < until; row++) {
      const line = element("tr");
      for (const { values, kind } of columns) line.append(makeCell(values[row], kind));
      lines.push(line);
    }
    byId("rows").querySelector("tbody").append(...lines);
    shownRows = until;
    byId("more").hidden = shownRows >= rows;
    byId("more").textContent = `Show ${count(Math.min(SHOWN, rows - shownRows), "more row")} (${shownRows.toLocaleString("en-GB")} of ${rows.toLocaleString("en-GB")} shown)`;
  }

  function makeCell(value, kind) {
    if (value === null) return element("td", "", { class: isNumber({ kind }) ? "null number" : "null" });
    const text = toCell(value, kind);
    const cell = element("td", undefined, { class: isNumber({ kind }) ? "number" : kind === "text" && text.length > 24 ? "long" : "short" });
    cell.dir = kind === "text" ? "auto" : "";
    if (kind === "text" && /^https?:\/\/\S+$/i.test(text)) cell.append(element("a", text, { href: text, rel: "noopener noreferrer nofollow", target: "_blank" }));
    else cell.textContent = text;
    return cell;
  }

  // ---- the chart

  function fillSelect(select, columns, chosen, none) {
    const options = columns.map(({ name, number }) => element("option", name, { value: number }));
    if (none) options.unshift(element("option", none, { value: "" }));
    select.replaceChildren(...options);
    select.value = chosen === undefined ? "" : String(chosen.number);
  }

  function fillChartControls() {
    const { columns } = result, numbers = columns.filter((column) => isNumber(column) && hasValue(column)), words = columns.filter((column) => !isNumber(column));
    const y = numbers.find((column) => !isBound(column)) ?? numbers[0];
    const x = columns.find((column) => isDay(column) && isVaried(column)) ?? words.find(isVaried) ?? words[0] ?? numbers.find((column) => column !== y);
    const groups = words.filter((column) => column !== x && !isDay(column) && isGroup(column));
    const isRepeated = x && new Set(x.values).size < x.values.length;
    fillSelect(byId("x"), columns, x);
    fillSelect(byId("y"), numbers, y);
    fillSelect(byId("colour"), words.filter((column) => column !== x), isRepeated ? groups[0] : undefined, "one colour");
    const plain = numbers.filter((column) => column !== x && !isBound(column));
    if (plain.length > 1) byId("colour").append(element("option", "each number", { value: EACH }));
    if (plain.length > 1 && plain.length <= config.series.length && x && isDay(x) && !isRepeated) byId("colour").value = EACH;
    // A line would join rows of different names: days in no order with a varying name are a ranking, not a series.
    const isRanking = x && isDay(x) && !isRepeated && !isInOrder(x.values) && words.some((column) => column !== x && !isDay(column) && isVaried(column));
    byId("mark").value = x && isDay(x) && !isRanking ? "line" : x && (isDay(x) || isNumber(x)) ? "point" : "bar";
  }

  const isVaried = ({ values }) => new Set(values).size > 1;
  const isInOrder = (values) => values.every((value, row) => row === 0 || values[row - 1] <= value) || values.every((value, row) => row === 0 || values[row - 1] >= value);

  const EACH = "each";
  const isBound = ({ name }) => /(^|_)(lo|hi)(80|95)$/.test(name);
  const isGroup = ({ values }) => { const size = new Set(values).size; return size > 1 && size <= MOST_COLOURS; };
  const chosen = (id) => (byId(id).value === "" ? undefined : result.columns[Number(byId(id).value)]);
  const shade = (colour) => (isDark.matches ? config.dark[colour] ?? colour : colour);

  /** Colours of the style, in the shade of the reader's mode. */
  const shadeAll = (part) => (typeof part === "string" ? shade(part) : Array.isArray(part) ? part.map(shadeAll)
    : part && typeof part === "object" ? Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, shadeAll(inner)])) : part);

  /** A colour for each name: phases and channels have that of the report, others the next one. */
  function coloursOf(names) {
    const own = names.map((name) => (Object.hasOwn(config.named, name) ? config.named[name] : null)), others = config.series.filter((colour) => !own.includes(colour));
    let used = 0;
    return own.map((colour) => colour ?? others[used++ % others.length]);
  }

  /** Values of a column that get a colour of their own: those with the highest number in another column. */
  function findLargest(group, y) {
    const highest = new Map();
    group.values.forEach((value, row) => highest.set(value, Math.max(highest.get(value) ?? -Infinity, y.values[row] ?? -Infinity)));
    const order = [...highest].sort(([, one], [, other]) => other - one).map(([value]) => value);
    const isNamed = order.every((value) => Object.hasOwn(config.named, value));
    const names = new Set(isNamed ? order : order.slice(0, config.series.length));
    return { names, isCut: names.size < order.length };
  }

  function chartOf(x, y, group, mark, width, groups) {
    const named = (suffix) => result.columns.find(({ name }) => name === `${y.name}_${suffix}`) ?? (result.columns.filter(isNumber).length === 3 ? result.columns.find(({ name }) => name === suffix) : undefined);
    const low = named("lo80"), high = named("hi80"), hasBand = mark === "line" && isDay(x) && low && high && !group;
    const values = [], drawn = group === EACH ? result.columns.filter((column) => isNumber(column) && column !== x && !isBound(column)).slice(0, MOST_COLOURS) : [y];
    for (const column of drawn) {
      for (let row = 0; row < Math.min(result.rows, MOST_IN_CHART); row++) {
        if (groups && !groups.has(group.values[row])) continue;
        const value = { x: isDay(x) || isNumber(x) ? toInstant(x, row) : toText(x.values[row], x.kind).slice(0, 60), y: column.values[row] === null ? null : Number(column.values[row]) };
        if (group) value.group = group === EACH ? column.name : toText(group.values[row], group.kind).slice(0, 60) || "null";
        if (hasBand) [value.low, value.high] = [low.values[row], high.values[row]];
        values.push(value);
      }
    }
    const upTitle = group === EACH ? "" : y.name, groupTitle = group === EACH ? "" : group?.name;
    const across = { field: "x", title: x.name, type: isDay(x) ? "temporal" : isNumber(x) ? "quantitative" : "nominal" };
    if (isDay(x)) across.scale = { type: "utc" };
    if (isNumber(x)) across.scale = { zero: false };
    const up = { field: "y", title: upTitle, type: "quantitative", scale: { zero: mark === "bar" } };
    const names = group === EACH ? drawn.map(({ name }) => name) : [...new Set(values.map((value) => value.group))].sort();
    const colour = group ? { field: "group", type: "nominal", title: groupTitle, scale: { domain: names, range: coloursOf(names).map(shade) } } : { value: shade(config.series[0]) };
    const isFlat = mark === "bar" && across.type === "nominal"; // names are legible beside bars, not below them
    if (isFlat) across.sort = null;
    const tooltip = [{ ...across, scale: undefined, sort: undefined }, { field: "y", title: upTitle || "value", type: "quantitative" }, ...(group ? [{ field: "group", title: groupTitle || "column" }] : [])];
    if (isDay(x)) Object.assign(tooltip[0], { format: x.isMonth ? "%Y-%m" : x.kind === "date" ? "%Y-%m-%d" : "%Y-%m-%d %H:%M" });
    const encoding = { ...(isFlat ? { y: across, x: up } : { x: across, y: up }), color: colour, tooltip };
    const main = { mark: { type: mark, ...(mark === "line" ? { point: result.rows <= 60, invalid: "break-paths-filter-domains" } : {}) }, encoding };
    if (group && mark === "line") encoding.strokeDash = { ...colour, scale: { domain: colour.scale.domain } };
    const band = { mark: { type: "area", opacity: 0.2, invalid: "break-paths-filter-domains" }, encoding: { x: across, y: { field: "low", type: "quantitative" }, y2: { field: "high" }, color: colour } };
    return {
      $schema: config.schema, config: { ...shadeAll({ ...config.style, axis: { ...config.style.axis, titleColor: config.muted } }), mark: { aria: false } }, data: { values }, width, ...(isFlat ? { height: { step: 20 } } : { height: 280 }),
      autosize: { type: "fit-x", contains: "padding" }, background: "transparent", layer: hasBand ? [band, main] : [main],
    };
  }

  async function draw() {
    const mine = ++drawing, plot = byId("plot");
    if (!result || byId("drawing").hidden || !byId("drawing").open) return;
    const x = chosen("x"), y = chosen("y"), group = byId("colour").value === EACH ? EACH : chosen("colour");
    byId("plot-note").textContent = "";
    if (!x || !y) return;
    const isCrowded = group && group !== EACH && new Set(group.values).size > MOST_COLOURS;
    if (isCrowded) byId("plot-note").textContent = `${group.name} has more than ${MOST_COLOURS} values: one colour is used. `;
    const drawn = group && group !== EACH && !isCrowded ? findLargest(group, y) : null;
    if (drawn?.isCut) byId("plot-note").textContent = `The chart has the ${drawn.names.size} values of ${group.name} with the highest ${y.name}, one colour each: choose others with where. `;
    if (result.rows > MOST_IN_CHART) byId("plot-note").textContent += `The chart has the first ${MOST_IN_CHART.toLocaleString("en-GB")} rows.`;
    vega ??= new Promise((resolve, reject) => {
      const script = element("script", undefined, { src: new URL("vega.js", folder).href });
      script.onload = resolve;
      script.onerror = () => reject(new Error("vega.js cannot be read"));
      document.head.append(script);
    });
    try {
      await vega;
      const holder = element("div");
      const spec = chartOf(x, y, isCrowded ? undefined : group, byId("mark").value, Math.max(240, plot.clientWidth), drawn?.names);
      const view = await window.vegaEmbed(holder, spec, { actions: false, renderer: "svg", ast: true, loader: { http: {} }, logLevel: 1 });
      if (mine !== drawing) return view.finalize();
      plot.replaceChildren(holder);
    } catch (error) {
      byId("plot-note").textContent = `No chart: ${error.message}`;
    }
  }

  // ---- downloads

  function download(content, type, ending) {
    const address = URL.createObjectURL(new Blob([content], { type }));
    element("a", "", { href: address, download: `trade-tension-query.${ending}` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }

  /** CSV; a text that a spreadsheet would take for a formula gets a leading apostrophe, as in `tension export`. */
  function toCsv() {
    const quote = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const safe = (text) => quote(/^(?:\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r])/.test(text) ? `'${text}` : text);
    const lines = [result.columns.map(({ name }) => safe(name)).join(",")];
    for (let row = 0; row < result.rows; row++) {
      lines.push(result.columns.map(({ values, kind }) => {
        if (values[row] === "") return '""'; // an empty text is not null
        const text = toText(values[row], kind);
        return kind === "text" || kind === "other" ? safe(text) : text;
      }).join(","));
    }
    return `${lines.join("\n")}\n`;
  }

  const PARQUET = {
    date: { type: "INT32", converted_type: "DATE", logical_type: { type: "DATE" } },
    time: { type: "INT64", converted_type: "TIMESTAMP_MILLIS", logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" } },
    boolean: { type: "BOOLEAN" }, integer: { type: "INT32" }, long: { type: "INT64" }, number: { type: "DOUBLE" },
    text: { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } },
  };

  function toParquet() {
    const names = new Set(), columnData = [], schema = [{ name: "root", num_children: result.columns.length }];
    for (const { name, kind, values } of result.columns) {
      let unique = name;
      for (let number = 1; names.has(unique); number++) unique = `${name}_${number}`;
      names.add(unique);
      const toValue = kind === "date" || kind === "time" ? (value) => new Date(value) : kind === "long" ? BigInt : (value) => value;
      columnData.push({ name: unique, data: values.map((value) => (value === null ? null : toValue(value))) });
      schema.push({ name: unique, repetition_type: "OPTIONAL", ...(PARQUET[kind] ?? PARQUET.text) });
    }
    return parquetWriteBuffer({ columnData, schema, kvMetadata: [{ key: "release", value: release }, { key: "query", value: sql.value }] });
  }

  // ---- tables and columns

  const TABLES = `
    select table_name as name, 'table' as kind, comment, null as parameters from duckdb_tables() where not internal
    union all select view_name, 'view', comment, null from duckdb_views() where not internal
    union all select function_name, 'macro', any_value(comment), any_value(array_to_string(parameters, ', ')) from duckdb_functions()
      where not internal and function_type in ('macro', 'table_macro') group by function_name
    order by name`;
  const COLUMNS = "select table_name, column_name, data_type, comment from duckdb_columns() where not internal order by table_name, column_index";

  async function listTables() {
    for (const { table_name, column_name, data_type, comment } of (await catalogue.query(COLUMNS)).toArray().map((row) => row.toJSON())) {
      if (!columnsOf.has(table_name)) columnsOf.set(table_name, []);
      columnsOf.get(table_name).push([column_name, shorten(data_type), comment ?? ""]);
    }
    const tables = (await catalogue.query(TABLES)).toArray().map((row) => row.toJSON());
    byId("list").replaceChildren(...tables.map((table) => makeEntry(table, columnsOf.get(table.name) ?? [])));
    find();
  }

  const shorten = (type) => (type.startsWith("ENUM") ? "ENUM" : type.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ"));

  function makeEntry({ name, kind, comment, parameters }, columns) {
    const entry = element("details"), summary = element("summary");
    summary.append(element("code", kind === "macro" ? `${name}(${parameters ?? ""})` : name), ` ${kind}`);
    entry.append(summary, element("p", comment ?? ""));
    const asked = config.queries.filter((query) => new RegExp(`\\b${name}\\b`).test(query.sql)).flatMap(({ title, note }) => [title, note]);
    entry.dataset.words = [name, comment, ...columns.flat(), ...asked].join(" ").toLowerCase();
    entry.addEventListener("toggle", () => {
      if (!entry.open || kind === "macro" || entry.querySelector("table")) return;
      const show = element("button", "Show its rows", { type: "button" });
      show.addEventListener("click", () => ask(`from ${name}\nlimit 100`, comment ?? ""));
      const scroll = element("div", undefined, { class: "scroll", tabindex: "0", role: "region", "aria-label": `Columns of ${name}` });
      const table = element("table"), body = element("tbody"), head = element("thead"), top = element("tr");
      for (const title of ["Column", "Type", "Meaning"]) top.append(element("th", title, { scope: "col" }));
      head.append(top);
      for (const column of columns) {
        const line = element("tr");
        line.append(...column.map((text, place) => element(place ? "td" : "th", text, place ? {} : { scope: "row" })));
        body.append(line);
      }
      table.append(head, body);
      scroll.append(table);
      entry.append(show, scroll);
    });
    return entry;
  }

  function find() {
    const words = byId("find").value.toLowerCase().split(/\s+/).filter(Boolean), entries = [...byId("list").children];
    for (const entry of entries) entry.hidden = !words.every((word) => entry.dataset.words.includes(word));
    const shown = entries.filter((entry) => !entry.hidden).length;
    byId("found").textContent = words.length ? `${shown} of ${entries.length}` : count(entries.length, "table, view or macro").replace("macros", "macro").replace("table, view or macro", entries.length === 1 ? "table" : "tables, views and macros");
  }

  // ---- questions, links, events

  function ask(query, note, button) {
    for (const other of document.querySelectorAll(".ask[aria-current]")) other.removeAttribute("aria-current");
    button?.setAttribute("aria-current", "true");
    sql.value = query;
    byId("note").textContent = note;
    byId("note").hidden = !note;
    sql.rows = Math.min(24, query.split("\n").length + 1);
    const { top } = byId("query-title").getBoundingClientRect();
    if (top < 0 || top > innerHeight / 2) byId("query-title").scrollIntoView(); // on a phone, the query is below the questions
    run();
  }

  /** Show the query of the address; it runs only when the reader presses Run. */
  function readLink() {
    const found = /^#sql=(.*)$/s.exec(location.hash);
    if (!found) return;
    let text = "";
    try { text = decodeURIComponent(found[1]); } catch { return say("The link has a damaged query."); }
    if (text.length > LONGEST_LINK) return say("The query of the link is too long.");
    sql.value = text;
    sql.rows = Math.min(24, text.split("\n").length + 1);
    byId("note").hidden = true;
    byId("from-link").hidden = false;
    if (!byId("result").hidden) say(""); // its number of rows is of the query before
    byId("error").hidden = byId("result").hidden = true;
  }

  async function copyLink() {
    const address = new URL(location.href);
    address.hash = `sql=${encodeURIComponent(sql.value)}`;
    history.replaceState(null, "", address);
    try {
      await navigator.clipboard.writeText(address.href);
      say("The link is copied. It works where the same data are open.");
    } catch {
      say("The link is in the address bar.");
    }
  }

  for (const button of document.querySelectorAll(".ask")) {
    const { note, sql: query } = config.queries[Number(button.dataset.query)];
    button.addEventListener("click", () => {
      const [own, change] = adapt(query);
      ask(own, note + change, button);
    });
  }
  sql.addEventListener("input", () => {
    for (const other of document.querySelectorAll(".ask[aria-current]")) other.removeAttribute("aria-current");
    byId("note").hidden = true;
  });
  sql.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); run(); } });
  for (const [id, action] of Object.entries({ run, stop, link: copyLink, more: showMore })) byId(id).addEventListener("click", action);
  byId("csv").addEventListener("click", () => download(toCsv(), "text/csv", "csv"));
  byId("parquet").addEventListener("click", () => { try { download(toParquet(), "application/vnd.apache.parquet", "parquet"); } catch (error) { showError(error); } });
  for (const id of ["mark", "x", "y", "colour"]) byId(id).addEventListener("change", draw);
  byId("drawing").addEventListener("toggle", draw);
  byId("find").addEventListener("input", find);
  isDark.addEventListener("change", draw);
  addEventListener("resize", () => requestAnimationFrame(draw));
  addEventListener("hashchange", readLink);
  readLink();

  if (location.protocol === "file:") {
    say("");
    return showError("A browser does not let a page that was opened as a file read the database.", "Run tension open, or open the folder with a web server.");
  }
  try {
    let own;
    [own, catalogue] = await start();
    const [about] = (await catalogue.query("select release, note from about")).toArray().map((row) => row.toJSON());
    release = about.release;
    byId("release").textContent = `Release ${release}.${about.note === config.sampleNote ? "" : ` ${about.note}`}`;
    byId("release").hidden = false;
    byId("sample").replaceChildren(element("strong", "Demonstration."), ` ${config.sampleNote}`);
    byId("sample").hidden = about.note !== config.sampleNote;
    [covered] = (await catalogue.query(COVERED)).toArray().map((row) => row.toJSON());
    sources = new Map((await catalogue.query(SOURCES)).toArray().map((row) => row.toJSON()).map((source) => [source.name, source]));
    connection = own;
    setRunning(false);
    say("Ready. Choose a question, or write a query.");
    if (isWaiting) await run();
    await listTables();
  } catch (error) {
    say("");
    showError(error, "The database cannot be opened. Reload the page; if that does not help, run tension verify.");
  }
})();
