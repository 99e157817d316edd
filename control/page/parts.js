// What the status page is made of: elements, numbers and times as people read them, charts, addresses as numbers. Knows
// nothing of a server.

export const byId = (id) => document.getElementById(id);

// --- elements

/** An element. @param children  nodes, or what becomes text */
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return node;
}

export function say(id, text) {
  const node = typeof id === 'string' ? byId(id) : id;
  if (node.textContent !== text) node.textContent = text;
}

/** Puts `wanted` in the place of the children, and leaves alone what is the same: a text that somebody selects stays so. */
export function settle(parent, wanted) {
  wanted.forEach((node, index) => {
    const old = parent.children[index];
    if (!old) return parent.append(node);
    if (old.isEqualNode(node)) return;
    if (old.tagName === 'TR' && old.children.length === node.children.length) return settle(old, [...node.children]);
    old.replaceWith(node);
  });
  while (parent.children.length > wanted.length) parent.lastElementChild.remove();
}

/** Names and values. @param long  characters from which on a value has a line of its own */
export function facts(id, rows, long = 25) {
  settle(byId(id), rows.filter((row) => row && row[1] !== '' && row[1] !== undefined)
    .map(([name, value, level]) => make('div', { ...(level && { 'data-level': level }), ...(String(value).length >= long && { class: 'long' }) },
      make('dt', {}, name), make('dd', {}, value))));
}

/** The rows of a table; `cells` of each are nodes or text, and null is a cell with nothing in it. */
export function fill(id, rows, columns, nothing) {
  const body = byId(id);
  if (rows.length === 0) return settle(body, [make('tr', { class: 'nothing' }, make('td', { colspan: columns }, nothing))]);
  settle(body, rows.map((cells) => make('tr', {}, ...cells.map((cell) => {
    if (cell === null || cell === undefined || cell === '') return make('td', {}, '\u2013');
    return cell instanceof HTMLTableCellElement ? cell : make('td', {}, cell);
  }))));
}

export const numberCell = (text) => make('td', { class: 'number' }, text);
export const code = (text) => make('code', {}, text);

export function count(value) {
  if (Math.abs(value) < 1e7) return value.toLocaleString('en');
  if (Math.abs(value) < 1e15) return new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 }).format(value);
  return `2^${Math.round(Math.log2(value))}`;
}

export const counted = (value, one, many) => `${count(value)} ${value === 1 ? one : many}`;

export function lasting(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 120) return `${s} s`;
  if (s < 7200) return `${Math.floor(s / 60)} min`;
  if (s < 172800) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86400)} days`;
}

export function octets(value) {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  const unit = Math.min(3, Math.floor(Math.log2(Math.max(1, value)) / 10));
  return `${(value / 1024 ** unit).toFixed(unit === 0 ? 0 : 1)} ${units[unit]}`;
}

export const clock = (ms) => new Date(ms).toLocaleTimeString('en-GB');
const moment = (ms) => (Math.abs(Date.now() - ms) < 20 * 3600e3 ? clock(ms)
  : `${new Date(ms).toLocaleDateString('en-CA')} ${clock(ms)}`);
export const timeNode = (ms) => make('time', { datetime: new Date(ms).toISOString(), title: new Date(ms).toISOString() }, moment(ms));
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1).replaceAll('-', ' ').replaceAll('_', ' ');

// --- charts

/** The next value that reads well on an axis, and whose half does. */
export function ceiling(value) {
  const unit = 10 ** Math.floor(Math.log10(value));
  return Math.max(2, [1, 2, 4, 6, 8, 10].find((step) => step * unit >= value) * unit);
}

export function bar(share) {
  const percent = share * 100;
  const text = percent > 0 && percent < 0.1 ? '<0.1 %' : `${percent < 10 && percent > 0 ? percent.toFixed(1) : Math.floor(percent)} %`;
  const filled = make('span', { class: 'filled', 'data-level': share >= 0.95 ? 'bad' : share >= 0.8 ? 'warn' : 'good' });
  filled.style.width = `${Math.min(100, percent)}%`;
  return make('td', {}, make('span', { class: 'use' }, make('span', { class: 'bar', 'aria-hidden': 'true' }, filled), make('span', { class: 'number' }, text)));
}

export function shape(tag, attributes) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

const SLOPE_MS = 15e3;  // what changed between two samples that are so near may have changed at any time between

/** A line through samples { at, value }, the oldest first: in steps where they are far from each other, since a count stays
    until it changes. */
export function draw(svg, samples, { width, height }, from, to, top, said) {
  const x = (at) => (Math.max(0, (at - from) / Math.max(1, to - from)) * width).toFixed(1);
  const y = (value) => (height - 1 - (value / top) * (height - 3)).toFixed(1);
  let line = '', first = 0, before = null;
  samples.forEach((sample, index) => {
    if (samples[index + 1]?.at < from) return;
    if (before === null) {
      first = x(sample.at);
      line = `M${first} ${y(sample.value)}`;
    } else if (sample.at - before.at <= SLOPE_MS) {
      line += `L${x(sample.at)} ${y(sample.value)}`;
    } else {
      line += `H${x(sample.at)}V${y(sample.value)}`;
    }
    before = sample;
  });
  svg.setAttribute('aria-label', said);
  line += line === '' ? '' : `H${x(to)}`;
  svg.replaceChildren(...(line === '' ? [] : [
    shape('path', { class: 'area', d: `${line}V${height}H${first}Z` }), shape('path', { class: 'line', d: line })]));
}

// --- addresses as numbers, to know where a subnet begins and ends

export function numberOf(text) {
  if (!text.includes(':')) return text.split('.').reduce((value, part) => value * 256n + BigInt(part), 0n);
  const [head, tail] = text.split('::').map((half) => half.split(':').filter((part) => part !== ''));
  const parts = tail === undefined ? head : [...head, ...Array(8 - head.length - tail.length).fill('0'), ...tail];
  return parts.reduce((value, part) => value * 65536n + BigInt(`0x${part}`), 0n);
}
/** @param family  4 or 6 */
export function textOf(value, family) {
  const step = family === 6 ? 16n : 8n, parts = [];
  for (let i = family === 6 ? 7n : 3n; i >= 0n; i -= 1n) parts.push((value >> (i * step)) & ((1n << step) - 1n));
  return family === 6 ? parts.map((part) => part.toString(16)).join(':') : parts.join('.');
}
export function rangeOf(prefix) {
  const [text, length] = prefix.split('/');
  const size = 1n << (BigInt(text.includes(':') ? 128 : 32) - BigInt(length));
  const first = (numberOf(text) / size) * size;
  return { first, last: first + size - 1n };
}
