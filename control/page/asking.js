// How the status page asks the server, what becomes of a refusal, and whether the server is there at all.

import { byId, clock, lasting, say } from './parts.js';

const GIVE_UP_MS = 15000;      // for one answer
const SEARCH_MS = 120000;      // for one that may look at every lease
const ANSWER_MAX = 16 << 20;   // octets of an answer that are read

/** Read out by a screen reader, once it has said what it is saying. */
const speak = (text) => say('spoken', text);

/** The server is not there: no answer came at all. */
export class Unreachable extends Error {}
/** It answered, and refused. */
export class Refused extends Error {}

/** `location` without a user and password that may stand in it. */
export const address = (path) => new URL(path, location.origin).href;

async function read(response) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '', size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.length;
    text += decoder.decode(value, { stream: true });
    if (size <= ANSWER_MAX) continue;
    await reader.cancel();
    throw new Refused('The answer is too long to be shown: narrow the search, or ask with leasehold ctl.');
  }
}

export const forbidden = (what) => `Not permitted: this user may not use ${what}.`;

async function send(command, given, signal) {
  const request = { command };
  if (given) request.arguments = given;
  const limit = AbortSignal.timeout(signal ? SEARCH_MS : GIVE_UP_MS);
  const response = await fetch(address('/'), {
    method: 'POST', cache: 'no-store', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(request), signal: signal ? AbortSignal.any([signal, limit]) : limit,
  });
  return [response, await read(response)];
}

/**
 * One command.
 * @returns its answer {result, text, arguments}, with the `size` of its text
 */
export async function ask(command, given, signal) {
  let response, text;
  try {
    [response, text] = await send(command, given, signal);
  } catch (error) {
    if (error instanceof Refused || signal?.aborted) throw error;
    if (signal && error.name === 'TimeoutError') throw new Refused('The search took too long: narrow it, or ask with leasehold ctl.');
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error;  // the page's own fault
    link.lose();
    throw new Unreachable(error.message);
  }
  link.find();
  if (response.status === 401) throw new Refused('The server does not accept this user and password (any more): load the page again to sign in.');
  if (response.status === 403) throw new Refused(forbidden(`the command ${command}`));
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Refused(`${command} was answered ${response.status}, with something that is not JSON.`);
  }
  if (response.status !== 200) throw new Refused(`${command} was answered ${response.status}: ${answer.text}`);
  return { ...answer[0], size: text.length };
}

/** Whether the server is there, and since when it is not. */
export const link = {
  lostAt: 0, updatedAt: 0, tries: 0, nextAt: 0,
  found: () => {},  // called when it is there again
  lose() {
    this.tries += 1;
    this.nextAt = Date.now() + Math.min(30000, 1000 * 2 ** Math.min(this.tries - 1, 5));
    if (this.lostAt !== 0) return this.show();
    this.lostAt = Date.now();
    speak(`The server is not reachable since ${clock(this.lostAt)}.`);
    this.show();
  },
  find() {
    const back = this.lostAt !== 0;
    this.lostAt = this.tries = this.nextAt = 0;
    if (!back) return;
    speak('The server is reachable again.');
    this.found();
    this.show();
  },
  update() {
    this.updatedAt = Date.now();
    this.show();
  },
  show() {
    const lost = this.lostAt !== 0;
    document.body.classList.toggle('old', lost);
    byId('lost').hidden = !lost;
    say('updated', this.updatedAt === 0 ? '' : `${lost ? 'Old: as of' : 'Updated'} ${clock(this.updatedAt)}`);
    if (!lost) return;
    const from = this.updatedAt === 0 ? '' : ` What is shown is from ${clock(this.updatedAt)}.`;
    say('lost-said', `Not reachable since ${clock(this.lostAt)}.${from} Trying again in ${lasting((this.nextAt - Date.now()) / 1000)}.`);
    health('lost', 'Not reachable');
    document.title = 'Not reachable \u2013 Leasehold';
  },
};

export function health(level, text) {
  byId('health').dataset.level = level;
  if (byId('health').textContent === text) return;
  if (level !== 'lost' && link.updatedAt !== 0) speak(text);
  say('health', text);
}
