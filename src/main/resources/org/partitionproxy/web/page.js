'use strict';

// Text of a trace goes into the page by textContent and attributes only, never as HTML; the page's
// Content-Security-Policy (trusted-types 'none') makes the browser refuse anything else.

const TICK = 200;             // milliseconds between two changes of the page, however much comes in
const WINDOW = 5_000_000;     // microseconds that count as traffic
const MOST_RECENT = 20_000;   // and no more of them than that
const CARDS = 100;            // in the list, until more are asked for
const BRANCHES = 4;           // forwarded statements of a card
const LOUD = 10;              // from this waste on it is marked

const $ = (id) => document.getElementById(id);

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  fill(made, attributes, children);
  return made;
}

function drawing(name, attributes = {}, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  fill(made, attributes, children);
  return made;
}

function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  made.append(...children);
}

// --- numbers as people read them

const whole = new Intl.NumberFormat('en');

function took(micros) {
  if (micros === 0) return '–';     // the log of a statement that failed doesn't tell
  if (micros < 10_000) return (micros / 1000).toFixed(micros < 1000 ? 2 : 1) + ' ms';
  if (micros < 1_000_000) return Math.round(micros / 1000) + ' ms';
  return (micros / 1_000_000).toFixed(2) + ' s';
}

function many(number) {
  if (number < 10 && number % 1) return number.toFixed(1);
  if (number < 10_000) return whole.format(Math.round(number));
  return number < 1e6 ? (number / 1e3).toFixed(number < 1e5 ? 1 : 0) + 'k' : (number / 1e6).toFixed(1) + 'M';
}

const times = (waste) => waste === null ? '–' : (waste < 10 ? +waste.toFixed(1) : many(waste)) + '×';
const percent = (share) => Math.round(share * 100) + ' %';
const ratio = (part, all) => all ? part / all : 0;
const counted = (number, thing) => whole.format(number) + ' ' + thing + (number === 1 ? '' : thing.endsWith('h') ? 'es' : 's');

function clock(micros) {
  const time = new Date(micros / 1000);
  const two = (number) => String(number).padStart(2, '0');
  return two(time.getHours()) + ':' + two(time.getMinutes()) + ':' + two(time.getSeconds())
      + '.' + String(time.getMilliseconds()).padStart(3, '0');
}

/** Characters that would reorder or hide what stands beside them are named instead. */
const visible = (text) => text.replace(
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
  (letter) => '\\u' + letter.charCodeAt(0).toString(16).padStart(4, '0'));

const oneLine = (text) => text.slice(0, 400).replace(/\s+/g, ' ').trim();

// --- what is known

let map = { name: 'ppp', veneers: [], shards: [], tenants: [], values_shown: false, kept_traces: 1000 };
let traces = [];              // the newest last
let recent = [];              // for rates: more than are kept, where there is much traffic
let drawn = '';               // the map's text
let missed = 0;
let dirty = false;            // whether something came since the last tick
let newest = 0;               // end of the newest trace, by the veneer's clock
let newestArrived = 0;        // and when it came, by the browser's

const end = (trace) => trace.begin + trace.duration;

/** The veneer's time, as far as it can be told: the browser's clock may differ. */
const now = () => newest + (performance.now() - newestArrived) * 1000;

function listen() {
  const events = new EventSource('events');
  events.addEventListener('topology', (event) => {
    // It comes again with each new connection; a map that is drawn anew would lose the focus.
    if (event.data !== drawn) {
      drawn = event.data;
      map = JSON.parse(drawn);
      begin();
    }
  });
  events.addEventListener('missed', (event) => {
    missed += Number(event.data);
  });
  events.onmessage = (event) => {
    for (const { id, trace } of JSON.parse(event.data)) {
      trace.id = id;
      traces.push(trace);
      recent.push(trace);
      newest = end(trace);
    }
    newestArrived = performance.now();
    if (recent.length > MOST_RECENT) recent = recent.slice(-MOST_RECENT / 2);
    if (traces.length > map.kept_traces) traces = traces.slice(-map.kept_traces);
    dirty = true;
  };
  events.onopen = () => state('live');
  events.onerror = () => state(events.readyState === EventSource.CLOSED
      ? 'refused: open the address that ppp printed' : 'no answer from ppp, trying again');
}

function state(text) {
  if ($('state').textContent !== text) $('state').textContent = text;
  $('state').classList.toggle('live', text === 'live');
}

function begin() {
  $('topology').textContent = map.name;
  document.title = map.name + ' – ppp inspector';
  $('values').hidden = map.values_shown;
  options('tenant', map.tenants.map((tenant) => tenant.name));
  options('shard', map.shards);
  readFilters();
  drawMap();
  dirty = true;
}

function options(name, values) {
  const select = $('filter-' + name);
  const chosen = select.value;
  select.replaceChildren(select.options[0], ...values.map((value) => {
    const option = element('option', { value });
    option.textContent = value;
    return option;
  }));
  select.value = values.includes(chosen) ? chosen : '';
}

// --- filters

const filters = {};
const filter = (name) => filters[name];

function readFilters() {
  for (const name of ['tenant', 'shard', 'waste', 'took', 'when']) {
    filters[name] = $('filter-' + name).value;
    $('filter-' + name).classList.toggle('set', filters[name] !== '');
  }
}

function matches(trace) {
  const tenant = filter('tenant');
  const shard = filter('shard');
  const asked = trace.forwarded.filter((one) => !one.folded);
  return (!tenant || trace.tenant === tenant || asked.some((one) => one.tenant === tenant))
      && (!shard || asked.some((one) => one.shard === shard))
      && (!filter('waste') || (trace.waste !== null && trace.waste >= Number(filter('waste'))))
      && (!filter('took') || trace.duration >= Number(filter('took')))
      && isRecent(trace);
}

const isRecent = (trace) => !filter('when') || end(trace) >= now() - Number(filter('when'));

function filtered() {
  readFilters();
  limit = CARDS;
  rebuild();
  paint();
}

/** From the map: the same again takes it back. */
function toggle(name, value) {
  const select = $('filter-' + name);
  select.value = select.value === value ? '' : value;
  filtered();
}

// --- the map

const parts = new Map();      // its moving parts, by name
let drawnTenants = new Map(); // of each shard

function drawMap() {
  drawnTenants = new Map(map.shards.map((shard) => [shard, tenantsToDraw(shard)]));
  parts.clear();
  let row = 0;
  const rows = new Map();
  for (const shard of map.shards) {
    const { names, more } = drawnTenants.get(shard);
    const size = Math.max(1.35, names.length + (more ? 1 : 0));
    rows.set(shard, { first: row, size });
    row += size + 0.35;
  }
  const lines = Math.max(row - 0.35, map.veneers.length * 1.8);
  const step = Math.max(30, Math.min(44, 220 / lines));
  const height = lines * step + 8;
  const picture = drawing('svg', {
    id: 'map', viewBox: `0 0 366 ${height}`, role: 'group', 'aria-label': 'Map of veneer, shards and tenants',
  });
  const wires = drawing('g', { 'aria-hidden': 'true' });
  picture.append(wires);
  const veneerAt = map.veneers.map((veneer, i) => height * (i + 1) / (map.veneers.length + 1));
  map.veneers.forEach((veneer, i) => picture.append(node('veneer', veneer, 1, veneerAt[i], 58, 42)));
  for (const shard of map.shards) {
    const { first, size } = rows.get(shard);
    const y = (first + size / 2) * step + 4;
    map.veneers.forEach((veneer, i) =>
      wires.append(...wire(`${veneer}>${shard}`, 59, veneerAt[i], 96, y)));
    const { names, more } = drawnTenants.get(shard);
    const height = names.length + (more ? 1 : 0);
    const offset = first + (size - height) / 2;
    names.forEach((tenant, i) => {
      const at = (offset + i + 0.5) * step + 4;
      wires.append(...wire(`${shard}:${tenant}`, 200, y, 226, at));
      picture.append(node('tenant', tenant, 226, at, 139, 26));
    });
    if (more) {
      const text = drawing('text', { x: 236, y: (offset + names.length + 0.5) * step + 8, class: 'figure' });
      text.textContent = `and ${whole.format(more)} more`;
      picture.append(text);
    }
    picture.append(node('shard', shard, 96, y, 104, 42));
  }
  $('map-place').replaceChildren(picture);
}

/** As many as there is room for; those with traffic before those without. */
function tenantsToDraw(shard) {
  const all = map.tenants.filter((tenant) => tenant.shard === shard).map((tenant) => tenant.name);
  const room = Math.max(2, Math.floor(12 / Math.max(1, map.shards.length)));
  if (all.length <= room) return { names: all, more: 0 };
  const busy = new Set();
  for (const trace of traces) for (const one of trace.forwarded) if (one.tenant) busy.add(one.tenant);
  const chosen = new Set([...all.filter((name) => busy.has(name)), ...all.filter((name) => !busy.has(name))]
      .slice(0, room - 1));
  return { names: all.filter((name) => chosen.has(name)), more: all.length - room + 1 };
}

function wire(name, x1, y1, x2, y2) {
  const middle = (x1 + x2) / 2;
  const d = `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
  const flow = drawing('path', { class: 'flow', d, 'stroke-width': 2 });
  parts.set('wire ' + name, flow);
  return [drawing('path', { class: 'wire', d }), flow];
}

function node(kind, name, x, y, width, height) {
  const group = drawing('g', { class: kind });
  group.append(drawing('rect', { x, y: y - height / 2, width, height, rx: 7 }));
  const single = kind === 'tenant';
  const title = drawing('text', { x: x + 9, y: single ? y + 4 : y - 3, class: 'name' });
  const room = kind === 'veneer' ? 8 : 14;
  title.textContent = name.length > room ? name.slice(0, room - 8) + '…' + name.slice(-5) : name;
  const figure = drawing('text', single
    ? { x: x + width - 8, y: y + 4, class: 'figure', 'text-anchor': 'end' }
    : { x: x + 9, y: y + 13, class: 'figure' });
  const full = drawing('title');
  full.textContent = name;
  group.append(full, title, figure);
  if (kind !== 'veneer') {
    fill(group, { role: 'button', tabindex: 0, 'aria-pressed': 'false', 'aria-label': `only ${kind} ${name}` }, []);
    group.addEventListener('click', () => toggle(kind, name));
    group.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault();
        event.stopPropagation();
        toggle(kind, name);
      }
    });
  }
  parts.set(`${kind} ${name}`, { group, figure });
  return group;
}

function paintMap(flowing) {
  const count = new Map();
  const add = (name, calls, rows) => {
    const sum = count.get(name) || { calls: 0, rows: 0 };
    sum.calls += calls;
    sum.rows += rows;
    count.set(name, sum);
  };
  let hidden = false;
  for (const trace of flowing) {
    add('veneer ' + trace.veneer, 1, 0);
    for (const one of trace.forwarded) {
      if (one.folded) continue;
      add('wire ' + trace.veneer + '>' + one.shard, one.executions, one.rows || 0);
      add('shard ' + one.shard, one.executions, one.rows || 0);
      if (!one.tenant) continue;
      add('wire ' + one.shard + ':' + one.tenant, one.executions, one.rows || 0);
      add('tenant ' + one.tenant, one.executions, one.rows || 0);
      hidden ||= !parts.has('tenant ' + one.tenant);
    }
  }
  if (hidden && !$('map-place').contains(document.activeElement)
      && map.shards.some((shard) => String(tenantsToDraw(shard).names) !== String(drawnTenants.get(shard).names))) {
    drawMap();
  }
  for (const [name, part] of parts) {
    const { calls, rows } = count.get(name) || { calls: 0, rows: 0 };
    const rate = calls * 1e6 / WINDOW;
    if (part instanceof SVGElement) {
      part.style.opacity = calls ? 1 : 0;
      if (calls) part.setAttribute('stroke-width', Math.min(6, 2.4 + Math.log10(1 + rate) * 1.5).toFixed(1));
      continue;
    }
    const text = name.startsWith('tenant') ? (calls ? `${rate < 1 ? rate.toFixed(1) : many(Math.round(rate))}/s` : '')
      : name.startsWith('shard') ? (calls ? `${many(rate)}/s · ${many(rows * 1e6 / WINDOW)} rows` : 'idle')
        : `${many(rate)}/s`;
    if (part.figure.textContent !== text) part.figure.textContent = text;
    part.group.classList.toggle('busy', calls > 0);
    const chosen = name === 'shard ' + filter('shard') || name === 'tenant ' + filter('tenant');
    part.group.classList.toggle('chosen', chosen);
    if (part.group.hasAttribute('role')) part.group.setAttribute('aria-pressed', String(chosen));
  }
}

// --- figures and bars

function paint() {
  const shown = traces.filter(matches);
  const since = now() - WINDOW;
  recent = recent.filter((trace) => end(trace) >= since);
  const flowing = recent.filter(matches);
  let duration = 0, onShards = 0, shipped = 0, returned = 0;
  const byShard = new Map(map.shards.map((shard) => [shard, 0]));
  const byTenant = new Map();
  for (const trace of shown) {
    duration += trace.duration;
    onShards += Math.min(trace.time_on_shards, trace.duration);
    for (const one of trace.forwarded) byShard.set(one.shard, (byShard.get(one.shard) || 0) + one.duration);
    if (trace.waste === null) continue;
    shipped += trace.rows_shipped;
    returned += Math.max(1, trace.rows);
    if (trace.tenant) {
      const sum = byTenant.get(trace.tenant) || { shipped: 0, returned: 0 };
      sum.shipped += trace.rows_shipped;
      sum.returned += Math.max(1, trace.rows);
      byTenant.set(trace.tenant, sum);
    }
  }
  $('figure-statements').textContent = many(flowing.length * 1e6 / WINDOW) + '/s';
  $('figure-rows').textContent = many(flowing.reduce((sum, trace) => sum + (trace.rows_shipped || 0), 0) * 1e6 / WINDOW) + '/s';
  $('figure-waste').textContent = times(returned ? shipped / returned : null);
  $('figure-shards').textContent = duration ? percent(onShards / duration) : '–';
  $('count').textContent = (shown.length === traces.length ? `${whole.format(shown.length)} kept`
    : `${whole.format(shown.length)} of ${whole.format(traces.length)} kept`)
    + (missed ? `, ${whole.format(missed)} missed` : '');
  const shares = [...byShard].map(([name, time]) => ({ name, part: duration ? time / duration : 0 }));
  const most = Math.max(1, ...shares.map((share) => share.part));
  bars('shares', [
    ...shares.slice(0, 12).map(({ name, part }) => ({ name, width: part / most, text: percent(part) })),
    { name: 'veneer, network', width: duration ? (1 - onShards / duration) / most : 0,
      text: duration ? percent(1 - onShards / duration) : '–' },
  ]);
  const wastes = [...byTenant].map(([name, sum]) => ({ name, waste: sum.shipped / sum.returned }))
    .sort((a, b) => b.waste - a.waste || (a.name < b.name ? -1 : 1)).slice(0, 6);
  bars('wastes', wastes.map(({ name, waste }) =>
    ({ name, width: waste / Math.max(1, wastes[0].waste), text: times(waste), loud: waste >= LOUD })));
  paintMap(flowing);
  document.body.dataset.last = traces.length ? traces[traces.length - 1].id : 0;
}

/** In place, so that nothing flickers. */
function bars(id, wanted) {
  const list = $(id);
  while (list.children.length > wanted.length) list.lastElementChild.remove();
  wanted.forEach((want, i) => {
    const item = list.children[i] || list.appendChild(element('li', {},
      element('span', { class: 'label' }), element('span', { class: 'track' }, element('span', { class: 'bar' })),
      element('span', { class: 'number' })));
    const [label, track, number] = item.children;
    if (label.textContent !== want.name) label.textContent = want.name;
    label.title = want.name;
    if (number.textContent !== want.text) number.textContent = want.text;
    track.firstElementChild.style.width = Math.max(0, Math.min(1, want.width)) * 100 + '%';
    item.classList.toggle('loud', Boolean(want.loud));
  });
}

// --- the list

const list = $('list');
const cards = new Map();      // by trace
let limit = CARDS;
let listed = 0;               // the newest trace that the list took notice of
let held = false;
let heldByChoice = false;     // by the button or Space: only they let go
let chosen = null;

function card(trace) {
  const loud = trace.waste !== null && trace.waste >= LOUD;
  const asked = trace.forwarded.filter((one) => !one.folded);
  const item = element('li', {
    role: 'option', tabindex: -1, 'aria-selected': String(chosen === trace), 'aria-label': spoken(trace, asked),
  });
  const row = element('div', { class: 'row' });
  row.append(text('time', clock(end(trace))), text('code', oneLine(trace.statement)), text('span', trace.tenant || '–'),
    text('span', trace.rows_shipped === null && trace.rows === null ? '–'
      : `${trace.rows_shipped === null ? '–' : many(trace.rows_shipped)} → ${trace.rows === null ? '–' : many(trace.rows)}`),
    text('span', times(trace.waste), loud ? 'waste loud' : 'waste'),
    meter(0, ratio(trace.time_on_shards, trace.duration), 'on shards'),
    text('span', (trace.exact ? '' : '≈') + took(trace.duration), 'took'));
  item.append(row);
  if (trace.problem) item.append(problemRow(trace.problem));
  for (const one of asked.slice(0, BRANCHES)) item.append(branch(trace, one));
  if (asked.length + trace.left_out > BRANCHES) {
    const rest = element('div', { class: 'row part' });
    rest.append(text('span', '', 'twig'), text('span', counted(asked.length + trace.left_out - BRANCHES, 'more statement')));
    item.append(rest);
  }
  item.trace = trace;
  return item;
}

function branch(trace, one) {
  const row = element('div', { class: 'row part' });
  const statement = element('code', {});
  statement.append(text('span', one.purpose, 'purpose ' + one.purpose), visible(oneLine(one.statement)));
  row.append(text('span', one.shard, 'twig'), statement, text('span', one.tenant || '–'),
    text('span', one.rows === null ? '' : counted(one.rows, 'row')),
    text('span', one.fetches ? counted(one.fetches, 'fetch') : one.executions > 1 ? one.executions + '×' : ''),
    meter(ratio(one.begin - trace.begin, trace.duration), ratio(one.duration, trace.duration), 'when and how long'),
    text('span', took(one.duration), 'took'));
  if (one.fetches) row.children[4].title = 'FETCH round trips';
  if (one.problem) row.children[1].prepend(text('span', '✕ ' + one.problem.sql_state + ' ', 'problem'));
  return row;
}

function problemRow(problem) {
  const row = element('div', { class: 'row part' });
  row.append(text('span', ''), text('span', `✕ ${problem.sql_state} ${oneLine(problem.message)}`, 'problem'));
  return row;
}

function text(name, content, className) {
  const made = element(name, className ? { class: className } : {});
  made.textContent = visible(content);
  return made;
}

function meter(from, size, title) {
  const made = element('span', { class: 'meter', title: `${title}: ${percent(size || 0)}` }, element('i'));
  place(made.firstElementChild, from, size);
  return made;
}

function place(bar, from, size) {
  const left = Math.max(0, Math.min(0.98, from || 0));
  bar.style.left = left * 100 + '%';
  bar.style.width = Math.max(0, Math.min(1 - left, size || 0)) * 100 + '%';
}

function spoken(trace, asked) {
  return `${oneLine(trace.statement).slice(0, 200)}, ${trace.tenant ? 'tenant ' + trace.tenant : 'no single tenant'}, `
    + `${took(trace.duration)}, ${asked.length + trace.left_out} forwarded`
    + (trace.waste === null ? '' : `, ${counted(trace.rows_shipped, 'row')} shipped for ${trace.rows} returned`)
    + (trace.problem ? `, failed: ${oneLine(trace.problem.message)}` : '');
}

/** New ones on top, old ones off the end: never more than the limit, however many came. */
function extend() {
  const fresh = traces.filter((trace) => trace.id > listed && matches(trace)).slice(-limit).reverse();
  if (traces.length) listed = traces[traces.length - 1].id;
  list.prepend(...fresh.map(make));
  while (list.children.length > limit) forget(list.lastElementChild);
  afterwards();
}

function make(trace) {
  const made = card(trace);
  cards.set(trace, made);
  return made;
}

function forget(item) {
  cards.delete(item.trace);
  item.remove();
}

function rebuild() {
  cards.clear();
  listed = traces.length ? traces[traces.length - 1].id : 0;
  list.replaceChildren(...traces.filter(matches).slice(-limit).reverse().map(make));
  afterwards();
}

function afterwards() {
  // Exactly one of them is in the order of Tab: the chosen one, or the first.
  const stop = cards.get(chosen) || (list.contains(document.activeElement) ? document.activeElement : list.firstElementChild);
  for (const other of list.querySelectorAll('[tabindex="0"]')) if (other !== stop) other.tabIndex = -1;
  if (stop) stop.tabIndex = 0;
  $('more').hidden = list.children.length < limit || limit >= map.kept_traces;
  $('empty').textContent = traces.length ? 'No statement fits the filters.'
    : 'Nothing yet. Statements appear here as the veneer ends them.';
}

function hold(on) {
  held = on;
  if (!on) heldByChoice = false;
  label();
}

function label() {
  const waiting = traces.filter((trace) => trace.id > listed && matches(trace)).length;
  const wanted = held ? (waiting ? `Resume · ${whole.format(waiting)} new` : 'Resume') : 'Pause';
  if ($('hold').textContent !== wanted) $('hold').textContent = wanted;
  $('hold').classList.toggle('held', held);
}

function pause() {
  heldByChoice = !held;
  hold(!held);
  dirty = true;
  tick();
}

// --- one trace, and its plan

let asking = null;

function open(item) {
  const trace = item.trace;
  cards.get(chosen)?.setAttribute('aria-selected', 'false');
  chosen = trace;
  item.setAttribute('aria-selected', 'true');
  hold(true);
  focusOn(item);
  $('detail').hidden = false;
  const loud = trace.waste !== null && trace.waste >= LOUD;
  facts([
    ['', trace.tenant || 'no single tenant'], ['as', trace.user || '–'], ['took', took(trace.duration)],
    ['on shards', trace.duration ? percent(trace.time_on_shards / trace.duration) : '–'],
    ['returned', trace.rows === null ? '–' : counted(trace.rows, 'row')],
    ['shipped', trace.rows_shipped === null ? '–' : counted(trace.rows_shipped, 'row')],
    ['waste', times(trace.waste), loud], ['session', trace.session],
  ]);
  tree(trace);
  item.scrollIntoView({ block: 'nearest' });
  askPlan(trace.id);
}

function facts(pairs) {
  $('facts').replaceChildren(...pairs.map(([name, value, loud]) => {
    const pair = element('div', {});
    pair.append(text('dt', name), text('dd', value, loud ? 'loud' : ''));
    return pair;
  }));
}

function tree(trace) {
  const place = $('detail-tree');
  place.replaceChildren(text('pre', trace.statement));
  if (trace.parameters) place.append(text('pre', trace.parameters));
  if (trace.problem) place.append(text('p', `${trace.problem.sql_state} ${trace.problem.message}`, 'problem'));
  if (!trace.exact) place.append(text('p', 'What follows was tied to the statement by its time: a guess.', 'problem'));
  const asked = trace.forwarded.filter((one) => !one.folded);
  const folded = trace.forwarded.filter((one) => one.folded);
  place.append(...asked.map((one) => askedPart(trace, one)));
  if (trace.left_out) place.append(text('p', `and ${counted(trace.left_out, 'statement')} more`));
  if (folded.length) {
    const rest = element('details', {});
    rest.append(text('summary', `${counted(folded.length, 'statement')} of transaction control and connection set-up`),
      ...folded.map((one) => askedPart(trace, one)));
    place.append(rest);
  }
  place.scrollTop = 0;
}

function askedPart(trace, one) {
  const made = element('div', { class: 'asked' });
  const head = text('h3', '');
  head.append(text('span', one.shard), text('small', [one.purpose, one.tenant,
    one.rows === null ? null : counted(one.rows, 'row'), one.fetches ? counted(one.fetches, 'fetch') : null,
    one.executions > 1 ? one.executions + ' times' : null].filter(Boolean).join(' · ')), text('span', took(one.duration)));
  const span = element('div', { class: 'span', 'aria-hidden': 'true' }, element('i'));
  place(span.firstElementChild, ratio(one.begin - trace.begin, trace.duration), ratio(one.duration, trace.duration));
  made.append(head, span, text('pre', one.statement));
  if (one.parameters) made.append(text('pre', one.parameters));
  if (one.problem) made.append(text('p', `${one.problem.sql_state} ${one.problem.message}`, 'problem'));
  return made;
}

async function askPlan(id) {
  asking?.abort();
  asking = new AbortController();
  const { signal } = asking;
  const plan = $('plan');
  plan.classList.remove('failed');
  plan.textContent = 'asking the servers …';
  try {
    const answer = await fetch('plan?id=' + id, { signal });
    const content = await answer.text();
    if (signal.aborted) return;
    plan.replaceChildren(...content.trimEnd().split('\n').flatMap((line, i) => i ? ['\n', planLine(line)] : [planLine(line)]));
    plan.classList.toggle('failed', !answer.ok);
  } catch (problem) {
    if (signal.aborted) return;
    plan.textContent = 'ppp does not answer.';
    plan.classList.add('failed');
  }
}

/** What a shard does stands back, what the veneer has to do itself stands out. */
function planLine(line) {
  return text('span', line, /^[\s│├└┃]*- on the veneer/.test(line) ? 'on-veneer' : line.includes('┃') ? 'on-shard' : '');
}

function close() {
  if (!chosen) return false;
  const item = cards.get(chosen);
  asking?.abort();
  chosen = null;
  $('detail').hidden = true;
  item?.setAttribute('aria-selected', 'false');
  if (item) focusOn(item);
  return true;
}

// --- keys and clicks

function focusOn(item) {
  for (const other of list.querySelectorAll('[tabindex="0"]')) other.tabIndex = -1;
  item.tabIndex = 0;
  item.focus({ preventScroll: true });
  item.scrollIntoView({ block: 'nearest' });
}

const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -Infinity, End: Infinity };

list.addEventListener('keydown', (event) => {
  const item = document.activeElement.closest('#list > li');
  if (!item || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key in STEPS) {
    event.preventDefault();
    const items = [...list.children];
    const next = Math.max(0, Math.min(items.length - 1, items.indexOf(item) + STEPS[event.key]));
    focusOn(items[next]);
    if (chosen) open(items[next]);
  } else if (event.key === 'Enter') {
    event.preventDefault();
    open(item);
  }
});

list.addEventListener('click', (event) => {
  const item = event.target.closest('#list > li');
  if (item) open(item);
});

// Whoever is in the list does not want it to move away.
list.addEventListener('focusin', () => hold(true));
list.addEventListener('focusout', (event) => {
  const to = event.relatedTarget;
  if (to !== $('hold') && !list.contains(to) && !chosen && !heldByChoice) hold(false);
});

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !close()) {
    document.activeElement.blur();
    hold(false);
  } else if (event.key === ' ' && !event.target.closest('button, select, summary, [role=button], [role=region]')) {
    event.preventDefault();
    pause();
  }
});

$('hold').addEventListener('click', pause);
$('close').addEventListener('click', close);
$('filters').addEventListener('change', filtered);
$('filters').addEventListener('submit', (event) => event.preventDefault());
$('more').addEventListener('click', () => {
  limit = Math.min(limit + 200, map.kept_traces);
  rebuild();
});

// --- the beat

function tick() {
  if (held) {
    label();
  } else if (dirty) {
    extend();
    label();
    dirty = false;
  }
  if (!held && filter('when')) {
    while (list.lastElementChild && !isRecent(list.lastElementChild.trace)) forget(list.lastElementChild);
    afterwards();
  }
  paint();
}

readFilters();
setInterval(tick, TICK);
listen();
