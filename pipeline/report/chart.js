"use strict";
// The page's interactive chart. Data comes from the element `timeline` (see timeline.py), drawing from vegaEmbed, which is in the page too.
// Text of articles is set as textContent; sections of pairs are HTML from the page's template, which escaped it. If anything is missing, the page stays as it is without scripts.
(async () => {
  const DAY = 86400000, NOON = DAY / 2, LEFT = 40;
  const byId = (id) => document.getElementById(id);
  const data = await unpack(byId("timeline").textContent);
  const sections = byId("sections").textContent.trim() ? await unpack(byId("sections").textContent) : {};
  const { colours, titles } = data;
  const VIEWS = {
    both: { lines: ["tension", "concession"], base: 100 },
    tension: { lines: ["tension"], base: 100 },
    concession: { lines: ["concession"], base: 100 },
    net: { lines: ["net_tension"], base: 0 },
    parts: { lines: ["tension_actions", "tension_words"], base: null },
    who: { lines: ["one", "other"], base: 100 },
    stalemate: { lines: ["stalemate"], base: null, unit: " %" },
  };
  const NAMES = {
    tension: "Tension", concession: "Concession", net_tension: "Net tension", stalemate: "Stalemate",
    tension_actions: "Tension from actions", tension_words: "Tension from words", one: "Tension", other: "Tension",
  };
  const DIFFERENCES = { net_tension: ["tension", "concession"], tension_actions: ["tension", "tension_words"] };
  const OF_PAIR = ["who", "stalemate"]; // views of the pair, whatever direction is chosen
  const hasChart = (pair) => directionsOf(pair).some((series) => data.series[series]);
  const controls = { pair: byId("pair"), direction: byId("direction"), view: byId("view"), from: byId("from"), to: byId("to"), day: byId("day") };
  const decoded = new Map();
  let view = null, rows = [], peaks = [], shown = [], drawing = 0;
  let state = { pair: controls.pair.value, direction: "", view: "both", from: null, to: null, day: null };
  let wantedView = state.view; // as chosen by the reader, also if the pair shown has no value of it
  const START = state; // the state of a page whose address has no fragment (#…)

  async function unpack(text) {
    const bytes = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(stream).text());
  }

  const minus = (whole, part) => (whole === null || part === null ? null : whole - part);

  /** Unpack the rows of a series, one for each day shown; each column is stored as differences to the last known value. */
  function rowsOf(series) {
    if (!decoded.has(series) && data.series[series]) {
      const packed = data.series[series], columns = {};
      for (const name of ["days", ...data.columns]) {
        let total = 0;
        columns[name] = packed[name] && packed[name].map((step) => (step === null ? null : (total += step)));
      }
      const isAlone = (values, n) => values[n] !== null && (values[n - 1] ?? null) === null && (values[n + 1] ?? null) === null;
      decoded.set(series, Array.from(packed.phase, (letter, n) => {
        const row = { day: columns.days[n], at: columns.days[n] * DAY + NOON, phase: data.phases[letter], status: packed.status[n] };
        for (const name of data.columns) row[name] = columns[name] ? columns[name][n] : null;
        for (const [name, [whole, part]] of Object.entries(DIFFERENCES)) row[name] = minus(row[whole], row[part]);
        row.net_tension_published = minus(row.tension_published, row.concession_published);
        return row;
      }));
      const made = decoded.get(series);
      for (const name of Object.keys(NAMES)) {
        const values = made.map((row) => row[name] ?? null);
        made.forEach((row, n) => { row[`alone_${name}`] = isAlone(values, n); }); // drawn as a dot: a line needs two days
      }
    }
    return decoded.get(series) || [];
  }

  /** Rows of a pair with the tension of its two directions as the lines `one` and `other`. */
  function rowsOfSides(pair) {
    const [pooled, ...sides] = directionsOf(pair);
    const sideAt = sides.map((series) => new Map(rowsOf(series).map((row) => [row.day, row])));
    return rowsOf(pooled).map((row) => {
      const joined = { ...row, sides: sideAt.map((at) => at.get(row.day)) };
      ["one", "other"].forEach((name, n) => {
        for (const bound of ["", "_lo80", "_hi80", "_published"]) joined[name + bound] = joined.sides[n]?.[`tension${bound}`] ?? null;
        joined[`alone_${name}`] = joined.sides[n]?.alone_tension ?? false;
      });
      return joined;
    });
  }

  const directionsOf = (pair) => { const [one, other] = pair.split("-"); return [pair, `${one}>${other}`, `${other}>${one}`]; };
  const hasValue = (series, name) => (name === "who" ? directionsOf(series).slice(1).some((side) => hasValue(side, "tension"))
    : rowsOf(series).some((row) => VIEWS[name].lines.some((line) => row[line] !== null)));
  const seriesOf = (chosen, name = chosen.view) => (OF_PAIR.includes(name) ? chosen.pair : chosen.direction);
  const nameOf = (line) => (state.view === "who" ? titles[directionsOf(state.pair)[line === "one" ? 1 : 2]] : NAMES[line]);
  /** The published value of a line: until a day it was on another scale. */
  const published = (row, line) => (row.day < (data.rescaledUntil ?? 0) && row[`${line}_published`] !== undefined ? row[`${line}_published`] : row[line]);
  const tellPublished = (row, line) => {
    const value = published(row, line);
    if (value === row[line]) return "";
    return value === null ? " (not published: too little was read)" : ` (published as ${value})`;
  };
  const toIso = (day) => new Date(day * DAY).toISOString().slice(0, 10);
  const inWords = (day) => new Date(day * DAY).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

  function element(tag, text, attributes = {}) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  function fillSelect(select, options, chosen) {
    select.replaceChildren(...options.map(([value, text, isEmpty]) => {
      const option = element("option", isEmpty ? `${text} (too little was read)` : text, { value });
      option.disabled = isEmpty;
      option.selected = value === chosen;
      return option;
    }));
  }

  /** Make the state consistent: a series without a value is replaced by one that has values. */
  function choose(change) {
    if (change.view) wantedView = Object.hasOwn(VIEWS, change.view) ? change.view : "both";
    const next = { ...state, ...change, view: wantedView };
    if (![...controls.pair.options].some((option) => option.value === next.pair)) next.pair = state.pair;
    if (!hasChart(next.pair)) {
      state = { ...next, direction: next.pair, from: null, to: null, day: null };
      rows = [];
      return;
    }
    const directions = directionsOf(next.pair);
    if (!directions.includes(next.direction)) next.direction = next.pair;
    const hasAny = (series) => Object.keys(VIEWS).some((name) => hasValue(OF_PAIR.includes(name) ? next.pair : series, name));
    if (!hasAny(next.direction)) next.direction = directions.find(hasAny) || next.pair;
    if (!hasValue(seriesOf(next), next.view)) next.view = Object.keys(VIEWS).find((name) => hasValue(seriesOf(next, name), name)) || "both";
    state = next;
    rows = state.view === "who" ? rowsOfSides(state.pair) : rowsOf(seriesOf(state));
    const first = rows[0].day, last = rows[rows.length - 1].day;
    if (state.from !== null) state.from = clamp(state.from, first, last);
    if (state.to !== null) state.to = clamp(state.to, first, last);
    if (state.from !== null && state.to !== null && state.to < state.from) [state.from, state.to] = [state.to, state.from];
    if (state.from === first) state.from = null;
    if (state.to === last) state.to = null;
    if (state.day === null || state.day < fromDay() || state.day > toDay()) state.day = startDay();
    state.day = nearestRow(state.day).day;
  }

  const fromDay = () => (state.from === null ? rows[0].day : state.from);
  const toDay = () => (state.to === null ? rows[rows.length - 1].day : state.to);
  const inWindow = () => rows.filter((row) => row.day >= fromDay() && row.day <= toDay());
  const startDay = () => {
    const [line] = VIEWS[state.view].lines, visible = inWindow().filter((row) => row[line] !== null);
    return visible.length ? visible[visible.length - 1].day : toDay();
  };

  function nearestRow(day) {
    let low = 0, high = rows.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle].day < day) low = middle + 1; else high = middle;
    }
    const before = rows[Math.max(0, low - 1)];
    return day - before.day < rows[low].day - day ? before : rows[low];
  }

  /** Where the marker of a peak is: on its line, else on the highest line of that day. */
  function topOf(row, line) {
    const { lines } = VIEWS[state.view];
    const values = (lines.includes(line) ? [line] : lines).map((name) => row?.[name] ?? null).filter((value) => value !== null);
    return values.length ? Math.max(...values) : null;
  }

  /** Peaks of the lines that are drawn: of both directions where each has a line. */
  function peaksOf() {
    const lines = { both: ["tension", "concession"], concession: ["concession"], stalemate: [], who: ["one", "other"] }[state.view] || ["tension"];
    const sides = directionsOf(state.pair), lineOf = (series, channel) => (state.view !== "who" ? (series === state.direction ? channel : "") : channel === "tension" ? ["", "one", "other"][sides.indexOf(series)] : "");
    const valueAt = new Map(rows.map((row) => [row.day, row]));
    return data.peaks
      .map(([series, day, channel, value, stories]) => ({ day, line: lineOf(series, channel), value, stories, at: day * DAY + NOON }))
      .filter((peak) => lines.includes(peak.line))
      .map((peak) => ({ ...peak, y: topOf(valueAt.get(peak.day), peak.line) }))
      .filter((peak) => peak.y !== null)
      .sort((one, other) => one.day - other.day)
      .map((peak, n) => ({ ...peak, number: n + 1 }));
  }

  function phaseRuns() {
    const runs = [];
    rows.forEach((row, n) => {
      const end = n + 1 < rows.length ? rows[n + 1].day * DAY : (row.day + 1) * DAY, last = runs[runs.length - 1];
      if (last && last.phase === row.phase) last.end = end; else runs.push({ start: row.day * DAY, end, phase: row.phase });
    });
    return runs;
  }

  /** Ends of the y axis. They follow the values: intervals of days on which little was read may be many times as wide, and are cut. */
  function axisEnds(visible) {
    const { lines, base } = VIEWS[state.view], [lowest, highest] = minMax(lines.flatMap((line) => visible.map((row) => row[line] ?? 0)));
    return [1.25 * lowest, state.view === "stalemate" ? 100 : Math.max(base === 100 ? 160 : 10, 1.25 * highest)];
  }

  /** Show the names of lines and of the phases in the strip, and say whether bands are cut. */
  function tellLegends() {
    const { lines } = VIEWS[state.view], visible = inWindow(), [low, top] = axisEnds(visible);
    const [lowest, highest] = minMax(lines.flatMap((line) => visible.flatMap((row) => [row[`${line}_lo80`] ?? 0, row[`${line}_hi80`] ?? 0])));
    const items = lines.map((line) => {
      const item = element("span", undefined, { class: "value" });
      item.append(element("i", undefined, { class: `swatch ${line}` }), nameOf(line));
      return item;
    });
    if (highest > top || lowest < low) items.push(element("span", `Bands are cut at the edge of the chart; they reach ${highest > top ? `up to ${highest.toLocaleString("en-GB")}` : `down to ${lowest.toLocaleString("en-GB")}`}.`, { class: "muted" }));
    const isStalemate = state.view === "stalemate", scales = byId("scales"); // a share has no baseline
    if (isStalemate) items.push(element("span", "Share of talk, demands and refusals among talk and action.", { class: "muted" }));
    if (scales) scales.hidden = isStalemate;
    const found = new Set(visible.map((row) => row.phase));
    const phases = Object.keys(data.phaseColours).filter((phase) => found.has(phase)).map((phase) => element("span", phase, { class: "phase", "data-phase": phase }));
    byId("legend").replaceChildren(...items.flatMap((item) => [item, " "]));
    byId("phases").replaceChildren(element("span", `${stripTitle()}:`, { class: "muted" }), ...phases.flatMap((phase) => [" ", phase]));
  }

  const stripTitle = () => (seriesOf(state) === state.pair ? "Phase" : "Phase of the pair");

  function makeSpec(width) {
    const { lines, base, unit } = VIEWS[state.view];
    const ends = axisEnds(inWindow());
    const time = (field, axis, scale) => ({ field, type: "temporal", title: null, scale: { type: "utc", nice: false, ...scale }, axis });
    const zoomed = { domainMin: { expr: "from" }, domainMax: { expr: "to" } };
    // Days as elsewhere on the page (3 Sep), never hours; the first label also has the year.
    const dates = { labels: true, ticks: true, tickCount: Math.max(2, Math.floor(width / 90)), tickMinStep: DAY, labelOverlap: true, labelFlush: 24,
      format: { week: "%-d %b", date: "%-d %b" }, labelExpr: "datum.index > 0 || datum.label == utcFormat(datum.value, '%Y') ? datum.label : [datum.label, utcFormat(datum.value, '%Y')]" };
    const grid = { ...dates, labels: false, ticks: false };
    const y = (field) => ({ field, type: "quantitative", scale: { domainMin: { expr: "low" }, domainMax: { expr: "top" }, nice: false, zero: false }, title: null,
      axis: { minExtent: LEFT, maxExtent: LEFT, tickCount: 5, labelExpr: `datum.label + '${unit || ""}'` } });
    const colour = (line) => (line === "other" ? colours.ink : colours[line] || colours.tension);
    const dash = (line) => (["tension_words", "other"].includes(line) ? [4, 3] : [1, 0]);
    const at = time("at", grid, zoomed), height = width < 500 ? 220 : 300;
    const layers = [];
    if (base !== null) layers.push({ data: { values: [{ base }] }, mark: { type: "rule", color: colours.muted, strokeDash: [4, 3] }, encoding: { y: y("base") } });
    for (const line of [...lines].reverse()) {
      if (rows[0][`${line}_lo80`] !== undefined) layers.push({ data: { name: "rows" }, mark: { type: "area", color: colour(line), opacity: 0.13, clip: true }, encoding: { x: at, y: y(`${line}_lo80`), y2: { field: `${line}_hi80` } } });
    }
    for (const line of [...lines].reverse()) {
      layers.push({ data: { name: "rows" }, mark: { type: "line", color: colour(line), strokeWidth: 2.2, strokeCap: "round", strokeJoin: "round", strokeDash: dash(line), clip: true }, encoding: { x: at, y: y(line) } });
    }
    for (const line of lines) {
      layers.push({ data: { name: "rows" }, transform: [{ filter: `datum.alone_${line}` }], mark: { type: "circle", color: colour(line), size: 14, opacity: 1, clip: true }, encoding: { x: at, y: y(line) } });
    }
    const ofDay = [{ filter: "datum.at === day" }];
    layers.push({ data: { name: "rows" }, transform: ofDay, mark: { type: "rule", color: colours.ink, opacity: 0.55, clip: true }, encoding: { x: at } });
    for (const line of lines) {
      layers.push({ data: { name: "rows" }, transform: ofDay, mark: { type: "circle", color: colour(line), size: 60, opacity: 1, clip: true }, encoding: { x: at, y: y(line) } });
    }
    const visiblePeaks = [{ filter: "datum.at >= from && datum.at <= to" }];
    const peakColour = { field: "line", type: "nominal", scale: { domain: ["tension", "concession", "one", "other"], range: ["tension", "concession", "one", "other"].map(colour) }, legend: null };
    layers.push({ data: { name: "peaks" }, transform: visiblePeaks, mark: { type: "circle", size: 260, opacity: 1, yOffset: -15 }, encoding: { x: at, y: y("y"), color: peakColour } });
    layers.push({ data: { name: "peaks" }, transform: visiblePeaks, mark: { type: "text", color: colours.paper, fontSize: 11, fontWeight: "bold", baseline: "middle", yOffset: -15 }, encoding: { x: at, y: y("y"), text: { field: "number", type: "nominal" } } });
    const title = { text: stripTitle(), fontSize: 11, fontWeight: "normal", color: colours.muted, anchor: "start", frame: "group", offset: 3 };
    const strip = { width, height: 14, title, data: { name: "runs" }, mark: { type: "rect", clip: true },
      encoding: { x: time("start", dates, zoomed), x2: { field: "end" },
        color: { field: "phase", type: "nominal", legend: null, scale: { domain: Object.keys(data.phaseColours), range: Object.values(data.phaseColours) } } } };
    const ofOverview = lines.find((line) => rows.some((row) => (row[line] ?? null) !== null)) ?? lines[0]; // the first line may have no value
    const whole = { domainMin: { expr: `${rows[0].day * DAY}` }, domainMax: { expr: `${(rows[rows.length - 1].day + 1) * DAY}` } };
    const overview = { width, height: 44, layer: [
      { data: { values: [{}] }, transform: [{ calculate: "from", as: "start" }, { calculate: "to", as: "end" }], mark: { type: "rect", color: colours.concession, opacity: 0.14 }, encoding: { x: time("start", dates, whole), x2: { field: "end" } } },
      { data: { name: "rows" }, params: [{ name: "brush", select: { type: "interval", encodings: ["x"], translate: false, zoom: false, mark: { fillOpacity: 0, strokeOpacity: 0 } } }],
        mark: { type: "line", color: colours.muted, strokeWidth: 1 },
        encoding: { x: time("at", dates, whole), y: { field: ofOverview, type: "quantitative", axis: null, scale: { domain: axisEnds(rows), nice: false } } } },
    ] };
    return {
      $schema: data.schema, config: { ...data.style, background: "transparent" }, autosize: { type: "pad", contains: "padding" }, spacing: 6,
      params: [{ name: "from", value: fromDay() * DAY }, { name: "to", value: (toDay() + 1) * DAY }, { name: "day", value: state.day * DAY + NOON }, { name: "low", value: ends[0] }, { name: "top", value: ends[1] }],
      datasets: { rows, peaks, runs: phaseRuns() },
      vconcat: [{ width, height, layer: layers }, strip, overview],
      resolve: { scale: { color: "independent" } },
    };
  }

  function minMax(values) {
    return values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [0, 0]);
  }

  async function draw() {
    const turn = ++drawing;
    peaks = peaksOf();
    const width = Math.max(200, byId("chart").clientWidth - LEFT - 24);
    const made = await vegaEmbed("#chart", makeSpec(width), { actions: false, ast: true, renderer: "svg", tooltip: false, defaultStyle: false, logLevel: 1 }); // errors only: layers without rows warn
    if (turn !== drawing) return made.finalize();
    view?.finalize();
    view = made;
    made.view.addSignalListener("brush", (_, { at }) => {
      isMoved = true;
      if (at && at[1] - at[0] > 2 * DAY) setWindow(Math.floor(at[0] / DAY), Math.floor((at[1] - 1) / DAY)); else if (!at) setWindow(null, null);
    });
    const follow = (event) => {
      const box = byId("chart").querySelector("svg").getBoundingClientRect(), [left] = made.view.origin();
      const x = event.clientX - box.left - left, y = event.clientY - box.top;
      if (x < 0 || x > width || y > (width < 500 ? 220 : 300) + 56) return;
      const start = fromDay(), end = toDay() + 1;
      setDay(nearestRow(Math.floor(start + (x / width) * (end - start))).day);
    };
    made.view.addEventListener("pointermove", follow);
    made.view.addEventListener("pointerdown", follow);
    byId("chart").querySelector("svg").setAttribute("aria-hidden", "true"); // the label and the text below say what it shows
    const [left] = made.view.origin();
    controls.day.style.marginLeft = `${left}px`;
    controls.day.style.width = `${width}px`;
    byId("chart").setAttribute("aria-label", describe());
  }

  const describe = () => `${titles[seriesOf(state)]}: ${VIEWS[state.view].lines.map((line) => (state.view === "who" ? nameOf(line) : NAMES[line].toLowerCase())).join(" and ")}, ${inWords(fromDay())} to ${inWords(toDay())}`;

  function setWindow(from, to) {
    choose({ from, to });
    const [low, top] = axisEnds(inWindow());
    if (view) view.view.signal("from", fromDay() * DAY).signal("to", (toDay() + 1) * DAY).signal("low", low).signal("top", top).signal("day", state.day * DAY + NOON).runAsync();
    tellLegends();
    tell();
  }

  function setDay(day) {
    if (day === state.day) return;
    state.day = day;
    if (view) view.view.signal("day", day * DAY + NOON).runAsync();
    tellDay();
  }

  /** Scroll to the chart unless it and the text of the day are in the window. */
  function revealChart() {
    const { top } = byId("chart").getBoundingClientRect(), { bottom } = byId("readout").getBoundingClientRect();
    if (top >= 0 && bottom <= innerHeight) return;
    byId("chart").scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth" });
  }

  function sentence(story) {
    const [quote, source, url, published, , , tier] = story;
    const made = element("span"), origin = url && /^https?:\/\//i.test(url) ? element("a", source, { href: url, rel: "noopener nofollow" }) : element("span", source);
    made.append(tier ? `read with ${tier} confidence:` : element("q", quote), " ", element("span", undefined, { class: "from" }));
    made.lastChild.append(origin, `, ${inWords(published)}`);
    return made;
  }

  /** Say how much of a value is news, and name its largest story, or say why none is named. */
  function tellStory(title, row, name) {
    const made = element("p"), news = row[`${name}_news`];
    made.append(`${title}: ${news} % news, ${100 - news} % prior. `);
    if (news < data.minNews) made.append(`At least ${data.minNews} % must be news to name a story.`);
    else if (row[`${name}_story`] === null) made.append(row.day < data.dailyFrom ? "" : "None of the largest stories has a sentence that is read with high confidence.");
    else {
      const story = data.stories[row[`${name}_story`]];
      made.append(`Largest story that is read with high confidence: ${story[4]}, ${story[5]}: `, sentence(story));
    }
    return made;
  }

  function tellDay() {
    const row = nearestRow(state.day), { lines, unit } = VIEWS[state.view];
    shown = inWindow();
    controls.day.max = shown.length - 1;
    controls.day.value = shown.indexOf(row);
    const parts = [element("strong", inWords(row.day))];
    for (const line of lines) {
      const item = element("span", undefined, { class: "value" });
      item.append(element("i", undefined, { class: `swatch ${line}` }), `${nameOf(line)} `);
      if (row[line] === null) item.append("–: too little was read");
      else {
        item.append(element("b", `${row[line]}${unit || ""}`));
        if (row[`${line}_lo80`] != null) item.append(element("span", ` ${row[`${line}_lo80`]} to ${row[`${line}_hi80`]}`, { class: "limits" }));
      }
      item.append(element("span", tellPublished(row, line), { class: "muted" }));
      parts.push(item);
    }
    parts.push(element("span", row.phase, { class: "phase", "data-phase": row.phase }));
    if (row.status === "P") parts.push(element("span", "provisional", { class: "mark" }));
    if (row.status === "B") parts.push(element("span", "break", { class: "mark" }));
    const named = state.view === "who" ? ["one", "other"].map((side, n) => [nameOf(side), row.sides[n], "tension"])
      : [...new Set(lines.map((name) => (name === "concession" ? "concession" : "tension")))].map((name) => [NAMES[name], row, name]);
    const stories = state.view === "stalemate" ? [] : named.filter(([, of, name]) => of && of[name] !== null).map((one) => tellStory(...one));
    const line = element("p", undefined, { class: "values" });
    line.append(...parts.flatMap((part) => [part, " "]));
    byId("readout").replaceChildren(line, ...stories);
    controls.day.setAttribute("aria-valuetext", line.textContent);
  }

  function tell() {
    controls.from.value = toIso(fromDay());
    controls.to.value = toIso(toDay());
    for (const input of [controls.from, controls.to]) {
      input.min = toIso(rows[0].day);
      input.max = toIso(rows[rows.length - 1].day);
    }
    byId("whole").disabled = state.from === null && state.to === null;
    const visible = peaks.filter((peak) => peak.day >= fromDay() && peak.day <= toDay());
    byId("events").replaceChildren(...visible.map((peak) => {
      const item = element("li", undefined, { value: peak.number }), day = element("button", inWords(peak.day), { type: "button" });
      day.addEventListener("click", () => { setDay(peak.day); revealChart(); });
      const list = element("ul");
      list.append(...peak.stories.map(([points, number, origin]) => {
        const story = data.stories[number], part = element("li", `${points} of it${origin === story[4] ? "" : ` (${origin}), main signal`}: ${story[4]}, ${story[5]}, `);
        part.append(sentence(story));
        return part;
      }));
      item.append(day, ` ${state.view === "who" ? nameOf(peak.line) : NAMES[peak.line].toLowerCase()} ${peak.value}${tellPublished(nearestRow(peak.day), peak.line)}`, list);
      return item;
    }));
    byId("events-title").hidden = state.view === "stalemate";
    byId("no-events").hidden = visible.length > 0 || state.view === "stalemate";
    byId("thinned").hidden = rows[0].day >= data.dailyFrom;
    tellDay();
    const hash = new URLSearchParams({ pair: state.pair, direction: state.direction, view: state.view });
    if (state.from !== null) hash.set("from", toIso(state.from));
    if (state.to !== null) hash.set("to", toIso(state.to));
    if (isMoved) history.replaceState(null, "", `#${hash}`);
  }

  /** The rows of the chart as CSV, in the units of the published tables; no text of articles. */
  function makeCsv() {
    const names = data.columns.filter((name) => !name.endsWith("_story"));
    names.splice(names.indexOf("net_tension_lo80"), 0, "net_tension");
    names.splice(names.indexOf("tension_words"), 0, "tension_actions");
    const inUnits = (row, name) => (name.endsWith("_published") ? published(row, name.slice(0, -10)) ?? "" : name.startsWith("stalemate") && row[name] !== null ? row[name] / 100 : row[name] ?? "");
    const chosen = state.view === "who" ? directionsOf(state.pair).slice(1) : [seriesOf(state)];
    const lines = [["date", "series", ...names, "phase", "obs_status", "release"]];
    for (const series of chosen) for (const row of rowsOf(series).filter(({ day }) => day >= fromDay() && day <= toDay())) lines.push([toIso(row.day), series, ...names.map((name) => inUnits(row, name)), row.phase, row.status, data.release]);
    const link = byId("csv");
    URL.revokeObjectURL(link.href);
    link.href = toCsv(lines);
    const days = state.from === null && state.to === null ? "" : `-${toIso(fromDay())}-to-${toIso(toDay())}`;
    link.download = `trade-tension-${state.view === "who" ? `${state.pair}-who-moves` : seriesOf(state).replace(">", "-to-")}${days}.csv`;
  }

  /** Address of a CSV file. No cell of text can act as a formula in a spreadsheet. */
  function toCsv(lines) {
    const isNumber = (text) => /^[-\u2212+]?[\d.,]+( %)?$/.test(text);
    const safe = (text) => (/^(?:\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r])/.test(text) && !isNumber(text) ? `'${text}` : text);
    const cell = (value) => { const text = safe(String(value)); return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text; };
    return URL.createObjectURL(new Blob([lines.map((line) => line.map(cell).join(",")).join("\n") + "\n"], { type: "text/csv" }));
  }

  /** Download the table above a button. */
  function saveTable(button) {
    const table = button.closest("details, section").querySelector("table");
    const lines = [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim().replace(/\s+/g, " ")));
    const link = element("a", undefined, { href: toCsv(lines), download: `${table.dataset.file}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  async function show(change) {
    choose(change);
    controls.pair.value = state.pair;
    if (byId("more")) byId("more").innerHTML = sections[state.pair] || "";
    for (const section of document.querySelectorAll("section.pair")) section.hidden = section.id !== state.pair;
    for (const part of document.querySelectorAll(".chart-only")) part.hidden = !hasChart(state.pair);
    byId("no-chart").hidden = hasChart(state.pair);
    if (!hasChart(state.pair)) {
      byId("chart-title").textContent = [...controls.pair.options].find((option) => option.value === state.pair).textContent;
      if (isMoved) history.replaceState(null, "", `#${new URLSearchParams({ pair: state.pair })}`);
      return;
    }
    const directions = directionsOf(state.pair);
    fillSelect(controls.direction, directions.map((series, n) => [series, n ? titles[series] : "Both directions", !data.series[series]]), state.direction);
    for (const option of controls.view.options) option.disabled = !hasValue(seriesOf(state, option.value), option.value);
    controls.view.value = state.view;
    controls.direction.disabled = OF_PAIR.includes(state.view);
    byId("chart-title").textContent = titles[seriesOf(state)];
    await draw();
    tellLegends();
    tell();
    makeCsv(); // so that the link can be copied, too; a click makes the file of the days shown then
  }

  function readHash() {
    const named = location.hash.slice(1);
    if ([...controls.pair.options].some((option) => option.value === named)) return { pair: named, direction: named };
    const hash = new URLSearchParams(location.hash.slice(1)), change = {};
    for (const name of ["pair", "direction", "view"]) if (hash.has(name)) change[name] = hash.get(name);
    for (const name of ["from", "to"]) {
      const at = Date.parse(hash.get(name));
      change[name] = Number.isNaN(at) ? null : Math.floor(at / DAY);
    }
    return hash.has("pair") ? change : null;
  }

  let isMoved = false;
  const onChange = (name, change) => controls[name].addEventListener("change", () => { isMoved = true; change(controls[name].value); });
  onChange("pair", (pair) => show({ pair, direction: pair }));
  onChange("direction", (direction) => show({ direction }));
  onChange("view", (name) => show({ view: name }));
  const dayOf = (text) => (text ? Math.floor(Date.parse(text) / DAY) : null);
  onChange("from", (text) => setWindow(dayOf(text), state.to));
  onChange("to", (text) => setWindow(state.from, dayOf(text)));
  controls.day.addEventListener("input", () => setDay(shown[controls.day.value].day));
  byId("csv").addEventListener("click", makeCsv);
  byId("whole").addEventListener("click", () => { isMoved = true; setWindow(null, null); });
  window.addEventListener("hashchange", async () => {
    if (!location.hash.slice(1)) { // back to the page as it was opened: the browser scrolls, and the address stays
      isMoved = false;
      await show(START);
      return;
    }
    const change = readHash();
    if (!change) return;
    await show(change);
    byId("explore").scrollIntoView();
  });

  document.addEventListener("click", (event) => {
    const { target } = event, place = byId(target.closest("a[href^='#']")?.hash.slice(1) || " ");
    if (target.matches("button.csv")) saveTable(target);
    if (!place || place.matches(".pair")) return;
    event.preventDefault(); // the address keeps the choice of pair, series and days
    place.scrollIntoView();
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
  });
  const closed = new Set();
  window.addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("details:not([open])")) { closed.add(fold); fold.open = true; }
  });
  window.addEventListener("afterprint", () => { for (const fold of closed) fold.open = false; closed.clear(); });

  document.documentElement.classList.add("js");
  await show(readHash() || {});
  let width = byId("chart").clientWidth;
  new ResizeObserver(() => {
    if (!byId("chart").clientWidth || Math.abs(byId("chart").clientWidth - width) < 8) return;
    width = byId("chart").clientWidth;
    draw();
  }).observe(byId("chart"));
})().catch((error) => {
  document.documentElement.classList.remove("js");
  console.error(error);
});
