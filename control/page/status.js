// The status page. It asks by the commands that everybody may give, and shows what they answer. Whatever comes from the
// server, and so from clients, becomes a text node: nothing here makes markup of it, and the policy of the page forbids it.

import { address, ask, forbidden, health, link, Refused, Unreachable } from './asking.js';
import {
  bar, byId, capital, ceiling, clock, code, count, counted, draw, facts, fill, lasting, make, numberCell, numberOf, octets,
  rangeOf, say, settle, shape, textOf, timeNode,
} from './parts.js';

const EVERY_MS = 1000;         // the state is asked for
const POOLS_EVERY_MS = 5000;   // the pools are
const HEAVY_EVERY_MS = 30000;  // they are where the answer is long
const REFUSED_EVERY_MS = 60000;  // what this user may not do is tried: each time is a line in the server's log
const HEAVY_SIZE = 200000;     // characters
const LEASES_A_PAGE = 25, SUBNETS_A_PAGE = 8, EVENTS_SHOWN = 100;
const SHORTEST_MS = 60e3, REMEMBER_MS = 3600e3;  // that a chart shows
const SAMPLES_MAX = 720, SUBNETS_REMEMBERED = 500;
const CHART = { width: 600, height: 120 }, SPARK = { width: 120, height: 24 };

let family = 0;          // 4 or 6, once known
let zoneAhead = 0;       // seconds that the server's local time is ahead of UTC

/** Why a section shows nothing; '': it does. */
function refusal(section, text) {
  byId(section).classList.toggle('refused', text !== '');
  byId(`${section}-notice`).hidden = text === '';
  say(`${section}-notice`, text);
}

// --- state

const SERVICE_WORDS = { open: 'Open', 'open-without-backend': 'In an outage', closed: 'Closed' };
function levelOf(status) {
  if (status.service.state === 'closed') return ['bad', 'Not serving'];
  const wrong = status.service.state !== 'open' || status['database-status'].state !== 'serving'
    || status.sockets.status !== 'ready' || status['database-status'].journal?.leases > 0;
  return wrong ? ['warn', 'Serving, with trouble'] : ['good', 'Serving'];
}

function word(id, text, level) {
  say(id, text);
  byId(id).dataset.level = level;
}

function disabledBy(state) {
  const who = [];
  if (state['disabled-by-user']) who.push('a user\u2019s command');
  if (state['disabled-by-local-command']?.length || state['disabled-by-remote-command']?.length) who.push('a command');
  if (state['disabled-by-db-connection']?.length) who.push('the database');
  return who.join(', ');
}

function showService(status) {
  word('service-word', SERVICE_WORDS[status.service.state] ?? capital(status.service.state), levelOf(status)[0]);
  const { limits, service } = status, error = status['database-status']['last-error'];
  facts('service-facts', [
    ['Why', error && service.reason?.includes(error) ? 'its database is away' : service.reason, 'warn'],
    ['Meanwhile', service['outage-service']],
    ['Disabled by', disabledBy(status['dhcp-state'])],
    ['Running for', lasting(status.uptime)],
    ['Configured', `${lasting(status.reload)} ago`],
    ['Packets waiting', count(limits['packets-parked'] + limits['decisions-with-store'])],
    ['Dropped', count(limits['queue-full'] + limits['packets-stale'] + limits['replies-too-old'])],
  ]);
}

function showDatabase(status) {
  const database = status['database-status'], journal = database.journal;
  const attempts = database.attempt === undefined ? ''
    : `${count(database.attempt)}${database['attempts-max'] ? ` of ${count(database['attempts-max'])}` : ''}`
      + (database['next-attempt-in'] === undefined ? '' : `, next in ${lasting(database['next-attempt-in'])}`);
  word('database-word', capital(database.state), database.state === 'serving' ? 'good' : 'warn');
  facts('database-facts', [
    ['Last error', database['last-error'] ?? '', database.state === 'serving' ? '' : 'warn'],
    ['Attempt', attempts],
    ['Away for', database['away-for'] === undefined ? '' : lasting(database['away-for'])],
    ['Open for', database['open-for'] === undefined ? '' : lasting(database['open-for'])],
    ['Journal', journal && `${capital(journal.state)}: ${counted(journal.leases, 'lease', 'leases')}, ${octets(journal.octets)} of ${octets(journal['octets-max'])}${journal.full ? ', full' : ''}`,
      journal?.leases > 0 ? 'warn' : ''],
    ['Journal\u2019s error', journal?.['last-error'], 'warn'],
    ['Where', database.where],
    ['When away', database['on-fail']],
    ['Conflicts', journal?.conflicts ? count(journal.conflicts) : ''],
    ['Credentials', database.credentials?.refused, 'warn'],
  ], 45);
}

function showInterfaces({ sockets }) {
  word('interfaces-word', sockets.status === 'ready' ? `${counted(sockets.listening.length, 'interface', 'interfaces')}` : capital(sockets.status),
    sockets.status !== 'ready' ? 'warn' : sockets.listening.length === 0 ? 'warn' : 'good');
  settle(byId('interfaces-list'), [...sockets.listening.map((text) => make('li', {}, text)),
    ...(sockets.errors ?? []).map((text) => make('li', { 'data-level': 'warn' }, text))]);
}

function showLoad({ leases, limits, 'ping-check': ping }) {
  say('load-word', count(leases.stored));
  facts('load-facts', [
    ['In memory', octets(leases['table-octets'])],
    ['Set aside', leases['set-aside'] ? count(leases['set-aside']) : '', 'warn'],
    ['Offers held', count(limits['offers-held'])],
    ['Looked for', ping.looked ? `${count(ping.looked)}, ${count(ping.answered)} in use` : ''],
    ['Log lines lost', limits['log-lines-lost'] ? count(limits['log-lines-lost']) : '', 'warn'],
  ]);
}

const WAITS = { 'kernel-queue': 'its turn', 'ping-check': 'a ping', 'stored-leases': 'stored leases', commit: 'the database' };

function showSlowest(status) {
  const slowest = status['slowest-exchanges'] ?? [];
  fill('slowest-rows', slowest.map((one) => [
    numberCell(`${one.milliseconds < 10 ? one.milliseconds.toFixed(2) : count(Math.round(one.milliseconds))} ms`),
    one.message.replace(/^DHCP(?=.)/, ''), code(one.client), one.address && code(one.address),
    WAITS[one['waited-for']] ?? one['waited-for'], timeNode(Date.parse(one.time)),
  ]), 6, 'Nobody has been answered lately.');
}

function show(status) {
  family = status.family === 'DHCPv6' ? 6 : 4;
  zoneAhead = status['utc-offset'] ?? 0;
  say('family', status.family);
  document.title = `${levelOf(status)[1]} \u2013 Leasehold ${status.family}`;
  health(...levelOf(status));
  showService(status);
  showDatabase(status);
  showInterfaces(status);
  showLoad(status);
  showSlowest(status);
}

/** For a user who may not ask for the status. */
async function findFamily() {
  if (family !== 0) return;
  try {
    family = (await ask('lease4-get-page', { from: 'start', limit: 1 })).result === 2 ? 6 : 4;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    family = 4;
  }
  say('family', `DHCPv${family}`);
}

let stateRefusedUntil = 0;

async function pollState() {
  if (Date.now() < stateRefusedUntil) return;
  try {
    show((await ask('status-get')).arguments);
    refusal('state', '');
    refusal('slowest', '');
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    stateRefusedUntil = Date.now() + REFUSED_EVERY_MS;
    health('unknown', 'Not shown');
    refusal('state', error.message);
    refusal('slowest', error.message);
    await findFamily();
  }
}

// --- pools: counts of each subnet, and what they were

const COLUMNS = {
  4: [{ kind: 'addresses', total: 'total-addresses', used: 'assigned-addresses', declined: 'declined-addresses' }],
  6: [{ kind: 'addresses', total: 'total-nas', used: 'assigned-nas', declined: 'declined-addresses' },
    { kind: 'prefixes', total: 'total-pds', used: 'assigned-pds' }],
};

class History {
  samples = [];  // { at, value }, the oldest first

  add(at, value) {
    const last = this.samples.at(-1);
    // A value that stays is a line between two samples.
    if (last && last.value === value && this.samples.at(-2)?.value === value) last.at = at;
    else this.samples.push({ at, value });
    while (this.samples.length > SAMPLES_MAX || (this.samples.length > 2 && this.samples[1].at < at - REMEMBER_MS)) this.samples.shift();
  }
  /** What the server remembers, before what was seen here. */
  precede(samples) {
    const first = this.samples[0]?.at ?? Infinity;
    this.samples.unshift(...samples.filter((sample) => sample.at < first && sample.at > Date.now() - REMEMBER_MS));
  }
}

const pools = {
  page: 0, rows: [], prefixes: new Map(), histories: new Map(), remembered: new Set(), nextAt: 0, namesRefused: false, historyRefused: false,

  history(key) {
    if (!this.histories.has(key)) this.histories.set(key, new History());
    return this.histories.get(key);
  },

  async poll() {
    if (Date.now() < this.nextAt) return;
    try {
      const answer = await ask(`stat-lease${family}-get`);
      this.nextAt = Date.now() + (answer.size > HEAVY_SIZE ? HEAVY_EVERY_MS : POOLS_EVERY_MS);
      await this.take(answer.arguments?.['result-set'] ?? { columns: [], rows: [] });
      refusal('pools', '');
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.nextAt = Date.now() + REFUSED_EVERY_MS;
      refusal('pools', error.message);
    }
  },

  async take({ columns, rows }) {
    const at = Date.now();
    const column = (name) => columns.indexOf(name);
    this.rows = rows.flatMap((row) => COLUMNS[family].map((of) => ({
      key: `${row[0]} ${of.kind}`, id: row[0], kind: of.kind, stat: of.used, used: row[column(of.used)], total: row[column(of.total)],
      declined: of.declined ? row[column(of.declined)] : 0,
    }))).filter((row) => row.total > 0 || row.used > 0);
    this.rows.sort((a, b) => b.used / (b.total || 1) - a.used / (a.total || 1) || a.id - b.id || (a.kind < b.kind ? -1 : 1));
    for (const row of new Set([...this.rows.slice(0, SUBNETS_REMEMBERED), ...this.shown()])) this.history(row.key).add(at, row.used);
    this.history('all').add(at, this.rows.reduce((sum, row) => sum + row.used, 0));
    if (!this.namesRefused && rows.some(([id]) => !this.prefixes.has(id))) await this.learnPrefixes();
    this.show();
    await this.remember();
  },

  async learnPrefixes() {
    try {
      for (const subnet of (await ask(`subnet${family}-list`)).arguments?.subnets ?? []) this.prefixes.set(subnet.id, subnet.subnet);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.namesRefused = true;  // their ids alone are shown
    }
  },

  /** Asks once for what the server remembers of what is on the screen. */
  async remember() {
    const global = COLUMNS[family].length === 1 ? [['all', COLUMNS[family][0].used]] : [];
    const wanted = [...global, ...this.shown().map((row) => [row.key, `subnet[${row.id}].${row.stat}`])];
    const fresh = wanted.filter(([key]) => !this.remembered.has(key));
    for (const [key, name] of this.historyRefused ? [] : fresh) {
      this.remembered.add(key);
      try {
        const samples = (await ask('statistic-get', { name })).arguments?.[name] ?? [];
        this.history(key).precede(samples.map(([value, when]) => ({ at: serverTime(when), value })).reverse());
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        this.historyRefused = true;  // charts begin with what is seen here
      }
    }
    if (fresh.length > 0) this.show();
  },

  shown() {
    this.page = Math.min(this.page, Math.max(0, Math.ceil(this.rows.length / SUBNETS_A_PAGE) - 1));
    return this.rows.slice(this.page * SUBNETS_A_PAGE, (this.page + 1) * SUBNETS_A_PAGE);
  },

  show() {
    const shown = this.shown();
    fill('pools-rows', shown.map((row) => {
      const share = row.total > 0 ? row.used / row.total : 0;
      return [make('th', { scope: 'row' }, code(this.prefixes.get(row.id) ?? `subnet ${row.id}`)), numberCell(row.id), row.kind,
        bar(share), numberCell(count(row.used)), numberCell(count(row.total)), numberCell(count(row.declined)),
        make('td', {}, spark(this.history(row.key), row))];
    }), 8, 'No subnet has a pool.');
    byId('pools-pager').hidden = this.rows.length <= SUBNETS_A_PAGE;
    pager('pools', this.page > 0, (this.page + 1) * SUBNETS_A_PAGE < this.rows.length,
      `${this.page * SUBNETS_A_PAGE + 1} to ${this.page * SUBNETS_A_PAGE + shown.length} of ${count(this.rows.length)}`);
    this.showAll();
  },

  showAll() {
    const history = this.history('all'), total = this.rows.reduce((sum, row) => sum + row.total, 0);
    const now = Date.now();
    const from = Math.min(now - SHORTEST_MS, Math.max(history.samples[0]?.at ?? now, now - REMEMBER_MS));
    const values = history.samples.map((sample) => sample.value);
    const top = ceiling(Math.max(1, ...values));
    const used = values.at(-1) ?? 0;
    draw(byId('chart'), history.samples, CHART, from, now, top, `${count(used)} in use; from ${count(Math.min(...values))} to ${count(Math.max(...values))} since ${clock(from)}`);
    say('chart-note', `${count(used)} of ${count(total)}`);
    say('chart-top', count(top));
    say('chart-middle', count(top / 2));
    say('chart-bottom', '0');
    say('chart-from', clock(from));
    say('chart-to', 'now');
  },
};

/** "2026-01-31 13:59:00.123456" in the server's time zone. */
const serverTime = (text) => Date.parse(`${text.slice(0, 10)}T${text.slice(11, 23)}Z`) - zoneAhead * 1000;

function spark(history, row) {
  const svg = shape('svg', { class: 'spark', role: 'img', viewBox: `0 0 ${SPARK.width} ${SPARK.height}`, preserveAspectRatio: 'none' });
  const now = Date.now(), values = history.samples.map((sample) => sample.value);
  const from = Math.min(now - SHORTEST_MS, history.samples[0]?.at ?? now);
  draw(svg, history.samples, SPARK, from, now, Math.max(1, ...values) * 1.05, values.length === 0 ? 'no samples'
    : `from ${count(Math.min(...values))} to ${count(Math.max(...values))} of ${count(row.total)} since ${clock(from)}`);
  return svg;
}

// --- leases

/** Buttons stay where they are and keep the focus, so they are never disabled but in name. */
function pager(name, back, on, where) {
  byId(`${name}-back`).setAttribute('aria-disabled', String(!back));
  byId(`${name}-on`).setAttribute('aria-disabled', String(!on));
  say(`${name}-where`, where);
}

function onPress(id, action) {
  byId(id).addEventListener('click', (event) => {
    if (event.currentTarget.getAttribute('aria-disabled') !== 'true') action();
  });
}

const STATES = ['assigned', 'declined', 'expired, kept for its client', 'released', 'registered'];
const leaseName = (lease) => lease['ip-address'] + (lease['prefix-len'] !== undefined && !lease['ip-address'].includes('/') ? `/${lease['prefix-len']}` : '');
const clientOf = (lease) => lease.duid || lease['hw-address'] || lease['client-id'] || '';

function leaseRow(lease) {
  const ends = (lease.cltt + lease['valid-lft']) * 1000, left = (ends - Date.now()) / 1000;
  const other = family === 6 ? lease['hw-address'] : lease['client-id'];
  const client = make('td', {}, code(clientOf(lease)));
  // Most clients' identifier is their hardware address with its type before it.
  if (other && !other.endsWith(clientOf(lease))) client.append(' ', make('small', { class: 'quiet' }, code(other)));
  const forEver = lease['valid-lft'] === 0xffffffff;
  return [make('th', { scope: 'row' }, code(leaseName(lease))), client, lease.hostname, numberCell(lease['subnet-id']),
    STATES[lease.state] ?? lease.state,
    forEver ? 'never' : make('td', {}, left > 0 ? `in ${lasting(left)}` : `${lasting(-left)} ago`, ' ', make('small', { class: 'quiet' }, timeNode(ends)))];
}

/** What is asked for in a search, in the words of the commands. */
const SEARCHES = {
  address: { hint: () => (family === 6 ? 'An address such as 2001:db8::9, or a prefix such as 2001:db8:5::/56.' : 'An address, such as 192.0.2.9.'),
    run: (text, signal) => {
      const [ip, length] = text.split('/');
      const given = { 'ip-address': ip };
      if (length !== undefined) Object.assign(given, { type: 'IA_PD', 'prefix-len': Number(length) });
      return ask(`lease${family}-get`, given, signal);
    } },
  hardware: { hint: () => 'Octets in hexadecimal, such as 08:00:2b:02:3f:4e.', run: (text, signal) => ask(`lease${family}-get-by-hw-address`, { 'hw-address': text }, signal) },
  client: { hint: () => `Octets in hexadecimal: the ${family === 6 ? 'DUID' : 'client identifier'}, such as 01:08:00:2b:02:3f:4e.`,
    run: (text, signal) => (family === 6 ? ask('lease6-get-by-duid', { duid: text }, signal) : ask('lease4-get-by-client-id', { 'client-id': text }, signal)) },
  hostname: { hint: () => 'The whole name; upper and lower case are the same.', run: (text, signal) => ask(`lease${family}-get-by-hostname`, { hostname: text }, signal) },
  subnet: { hint: () => `Its id, or its prefix as it is configured.${family === 6 ? ' Delegated prefixes are found by their client.' : ''}` },
};

const leases = {
  list: [],        // of a search that is answered whole
  subnet: null,    // { id, bounds }: paged, within it
  starts: [],      // the "from" of each page so far; empty: a list is shown
  page: 0, more: false, running: null,

  /** One at a time: a later one takes the place of one that is under way. */
  async run(action) {
    this.running?.abort();
    const mine = this.running = new AbortController();
    byId('leases').setAttribute('aria-busy', 'true');
    const slow = setTimeout(() => say('leases-said', 'Searching.'), 800);
    try {
      await action(mine.signal);
    } catch (error) {
      if (mine.signal.aborted) return;
      say('leases-said', error instanceof Unreachable ? 'The server did not answer. What is shown is old.' : error.message);
      if (!(error instanceof Refused) && !(error instanceof Unreachable)) throw error;
      if (error instanceof Refused) this.clear();
    } finally {
      clearTimeout(slow);
      if (this.running === mine) byId('leases').removeAttribute('aria-busy');
    }
  },

  clear() {
    this.list = [];
    this.starts = [];
    this.show([], false, false, '');
  },

  show(rows, back, on, where) {
    fill('leases-rows', rows.map(leaseRow), 6, 'No lease.');
    pager('leases', back, on, where);
  },

  showAll() {
    this.subnet = null;
    return this.showFrom('start');
  },
  showFrom(start) {
    this.starts = [start];
    return this.run((signal) => this.showPage(0, signal));
  },

  /** A page of the table in order of address. */
  async showPage(page, signal) {
    const answer = await ask(`lease${family}-get-page`, { from: this.starts[page], limit: LEASES_A_PAGE }, signal);
    if (answer.result !== 0 && answer.result !== 3) throw new Refused(answer.text);
    const all = answer.arguments?.leases ?? [];
    const rows = this.subnet ? all.filter((lease) => lease['subnet-id'] === this.subnet.id && this.subnet.has(lease['ip-address'])) : all;
    const left = all.length > 0 && this.subnet && !this.subnet.has(all.at(-1)['ip-address']);
    this.page = page;
    this.more = all.length === LEASES_A_PAGE && !left;
    if (this.more) this.starts[page + 1] = all.at(-1)['ip-address'];
    const what = this.subnet ? ` of subnet ${this.subnet.id}` : '';
    say('leases-said', rows.length === 0 ? (page > 0 ? 'No more leases.' : `No leases${what}.`)
      : `${counted(rows.length, 'lease', 'leases')}${what}, ${leaseName(rows[0])} to ${leaseName(rows.at(-1))}`);
    this.show(rows, page > 0, this.more, `Page ${page + 1}`);
  },

  showList(page) {
    const rows = this.list.slice(page * LEASES_A_PAGE, (page + 1) * LEASES_A_PAGE);
    this.page = page;
    say('leases-said', this.list.length === 0 ? 'No lease was found.' : `${counted(this.list.length, 'lease was', 'leases were')} found.`);
    const pages = Math.max(1, Math.ceil(this.list.length / LEASES_A_PAGE));
    this.show(rows, page > 0, page + 1 < pages, `Page ${page + 1} of ${pages}`);
  },

  turn(by) {
    if (this.starts.length === 0) return this.showList(this.page + by);
    return this.run((signal) => this.showPage(this.page + by, signal));
  },

  async search() {
    const by = byId('search-by').value, text = byId('search-text').value.trim();
    if (text === '') return this.showAll();
    if (by === 'subnet') return this.run((signal) => this.searchSubnet(text, signal));
    await this.run(async (signal) => {
      const answer = await SEARCHES[by].run(text, signal);
      if (answer.result !== 0 && answer.result !== 3) throw new Refused(answer.text);
      this.subnet = null;
      this.starts = [];
      const found = answer.arguments;
      this.list = found?.leases ?? (found?.['ip-address'] ? [found] : []);
      this.showList(0);
    });
  },

  async searchSubnet(text, signal) {
    if (pools.prefixes.size === 0) await pools.learnPrefixes();
    const found = [...pools.prefixes].find(([id, prefix]) => String(id) === text || prefix === text.toLowerCase());
    if (!found) throw new Refused(`There is no subnet ${text}.`);
    const range = rangeOf(found[1]);
    this.subnet = { id: found[0], has: (ip) => { const value = numberOf(ip); return value >= range.first && value <= range.last; } };
    this.starts = [range.first === 0n ? 'start' : textOf(range.first - 1n, family)];
    await this.showPage(0, signal);
  },
};

// --- events

const events = {
  source: null, newest: [], since: 0, waiting: false, shownAt: 0, held: false, nextAt: 0,

  open() {
    if (family === 0 || Date.now() < this.nextAt || (this.source && this.source.readyState !== EventSource.CLOSED)) return;
    this.source = new EventSource(address(`/events?family=${family}`));
    this.source.addEventListener('open', () => { refusal('events', ''); say('events-said', 'Listening.'); });
    this.source.addEventListener('error', () => this.failed());
    this.source.addEventListener('lease', (event) => this.take(event.data));
    this.source.addEventListener('gap', (event) => this.gap(event.data));
  },

  /** A browser tries again by itself unless it was refused; why is not told to it, so it is asked for. */
  async failed() {
    if (this.source.readyState !== EventSource.CLOSED) {
      say('events-said', 'Interrupted; trying again.');
      if (link.lostAt === 0) poll();  // is the server there at all?
      return;
    }
    this.nextAt = Date.now() + REFUSED_EVERY_MS;
    try {
      const { status } = await fetch(address('/events'), { method: 'HEAD', cache: 'no-store' });
      if (status === 403) return refusal('events', forbidden('the event stream'));
      if (status === 401) return say('events-said', 'The server does not accept this user and password (any more).');
      say('events-said', 'The server has no room for another event stream; trying again.');
    } catch {
      say('events-said', 'Interrupted; trying again.');
    }
    this.nextAt = Date.now() + 10000;
  },

  take(data) {
    this.since += 1;
    this.keep({ at: Date.now(), data });
  },
  gap(data) {
    const { missing } = JSON.parse(data);
    this.keep({ at: Date.now(), gap: missing === null ? 'Some events are missing' : `${counted(missing, 'event is', 'events are')} missing` });
  },
  /** Drawn a few times a second at most, however many there are; only what is drawn is parsed. */
  keep(event) {
    this.newest.unshift(event);
    if (this.newest.length > 2 * EVENTS_SHOWN) this.newest.length = EVENTS_SHOWN;
    if (this.waiting || this.held) return;
    this.waiting = true;
    setTimeout(() => { this.waiting = false; this.shownAt = Date.now(); this.show(); }, Math.max(0, this.shownAt + 250 - Date.now()));
  },

  show() {
    if (this.held) return;
    fill('events-rows', this.newest.slice(0, EVENTS_SHOWN).map(({ at, data, gap }) => {
      if (gap) return [timeNode(at), make('td', { colspan: 4, 'data-level': 'warn' }, gap)];
      const { cause, before, after } = JSON.parse(data), lease = after ?? before;
      return [timeNode(at), make('td', {}, make('span', { class: 'tag', 'data-cause': cause }, cause.replaceAll('-', ' '))),
        code(leaseName(lease)), code(clientOf(lease)), lease.hostname];
    }), 5, 'None yet: they appear here as they happen.');
  },

  hold() {
    this.held = !this.held;
    byId('events-hold').setAttribute('aria-pressed', String(this.held));
    this.show();
  },

  rate(ms) {
    const rate = this.since / (ms / 1000);
    this.since = 0;
    say('events-rate', rate === 0 ? '' : `${rate < 10 ? rate.toFixed(1) : count(Math.round(rate))} a second`);
  },
};

// --- the page's own round

let polling = null, begun = false;

async function round() {
  await pollState();
  await pools.poll();
  link.update();
  events.open();
  if (begun) return;
  begun = true;
  say('search-hint', SEARCHES[byId('search-by').value].hint());
  if (family === 6) byId('search-by').options[2].textContent = 'DUID';
  await leases.showAll();
}

function poll() {
  polling ??= round().catch((error) => {
    if (!(error instanceof Unreachable)) throw error;
  }).finally(() => { polling = null; });
  return polling;
}

/** What waits for its time is looked at often; nothing is asked while nobody looks at the page. */
let lastPoll = 0, lastRate = performance.now();
function tick() {
  if (document.hidden) return;
  if (link.lostAt !== 0) link.show();
  if (Date.now() < link.nextAt || (link.lostAt === 0 && performance.now() - lastPoll < EVERY_MS)) return;
  lastPoll = performance.now();
  events.rate(lastPoll - lastRate);
  lastRate = lastPoll;
  poll();
}

link.found = () => events.open();
say('place', location.host);
fill('events-rows', [], 5, 'None yet: they appear here as they happen.');
byId('search').addEventListener('submit', (event) => { event.preventDefault(); leases.search(); });
byId('search-by').addEventListener('change', () => say('search-hint', SEARCHES[byId('search-by').value].hint()));
byId('search-all').addEventListener('click', () => { byId('search-text').value = ''; leases.showAll(); });
byId('events-hold').addEventListener('click', () => events.hold());
byId('lost-try').addEventListener('click', () => poll());
onPress('leases-back', () => leases.turn(-1));
onPress('leases-on', () => leases.turn(1));
onPress('pools-back', () => { pools.page -= 1; pools.show(); pools.remember(); });
onPress('pools-on', () => { pools.page += 1; pools.show(); pools.remember(); });
document.addEventListener('visibilitychange', tick);
setInterval(tick, 250);
lastPoll = performance.now();
poll();
