// @ts-check
/**
 * The wire: `Live` keeps one link to a room, whatever happens to networks and servers, and feeds a Store
 * (live_polls/polls); `Outbox` keeps each ballot until the server has acknowledged it; `keepAwake` the device.
 */

const PROTOCOL = 'live-polls.v1';
const SILENCE_MS = 45_000;
const GREETING_MS = 10_000;
const PROBE_MS = 4_000;
const STEADY_MS = 10_000;
const BEHIND_MS = 2_000;
const SHORTEST_MS = 500;
const LONGEST_MS = 30_000;
const SOCKETS_BEFORE_TWIN = 3;

/** Closes after which there is no coming back; the other 44xx are met with patience. */
const FINAL = new Set([4400, 4401, 4403, 4404, 4409]);

/** @import {Change, Entry, Link} from 'live_polls/types/polls' */

/**
 * @typedef {{code: string, store: import('live_polls/polls').Store, role?: string, stageToken?: string,
 *   onChange: (change: Change) => void, onAnswer?: (message: any) => void,
 *   onLink?: (link: Link, code: number) => void}} LiveOptions
 */

export class Live {
  /** @type {Link} */ link = 'connecting';
  /** @type {WebSocket | null} */ #socket = null;
  /** @type {import('live_polls/long_poll').LongPoll | null} */ #twin = null;
  #attempt = 0;
  #failures = 0;
  #rejoined = false;
  #retryMs = 0;
  /** @type {Record<string, ReturnType<typeof setTimeout> | undefined>} */ #timers = {};
  /** @type {LiveOptions} */ #options;

  /** @param {LiveOptions} options */
  constructor(options) {
    this.#options = options;
  }

  start() {
    addEventListener('online', () => this.probe());
    addEventListener('pageshow', (event) => event.persisted && this.probe());
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.probe());
    this.#connect();
  }

  /** Send now if there is a link; whether it was handed to one. */
  send(/** @type {any} */ message) {
    if (this.link !== 'live') return false;
    if (this.#twin) return this.#twin.send(message);
    this.#socket?.send(JSON.stringify(message));
    return true;
  }

  /** Ask for a fresh snapshot: something was missed. */
  resync() {
    if (this.#twin || this.link !== 'live') return;
    this.#socket?.send(JSON.stringify(this.#hello()));
  }

  /** The device woke up, or its network came back: a link that does not answer soon is none. */
  probe() {
    if (this.link === 'over') return;
    if (this.link === 'live' && !this.#twin) {
      this.send({ type: 'ping' });
      this.#after('silence', PROBE_MS, () => this.#drop());
    } else if (this.#timers.retry !== undefined) {
      this.#attempt = 0;
      this.#connect();
    }
  }

  #hello() {
    const { role = 'audience', stageToken, store } = this.#options;
    return {
      type: 'hello',
      role,
      ...(stageToken && { stage_token: stageToken }),
      ...(store.epoch && { since: { epoch: store.epoch, version: store.version } }),
    };
  }

  #connect() {
    this.#clear('retry');
    const address = new URL(`/ws/rooms/${this.#options.code}`, location.href);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address, PROTOCOL);
    this.#socket = socket;
    this.#after('silence', GREETING_MS, () => this.#drop());
    socket.onopen = () => socket.send(JSON.stringify(this.#hello()));
    socket.onmessage = (event) => {
      this.#after('silence', SILENCE_MS, () => this.#drop());
      this.#receive(JSON.parse(event.data));
    };
    socket.onclose = (event) => this.#closed(event.code);
  }

  /** @param {any} message */
  #receive(message) {
    const { store, onChange, onAnswer } = this.#options;
    if (message.type === 'ack' || message.type === 'error') onAnswer?.(message);
    else if (message.type === 'bye') this.#retryMs = message.retry_ms;
    else {
      const change = store.apply(message);
      if (message.type === 'snapshot') this.#greeted();
      if (change.resync) this.resync();
      else if (change.behind) this.#after('behind', BEHIND_MS, () => store.isBehind && this.resync());
      onChange(change);
    }
  }

  #greeted() {
    this.#failures = 0;
    if (this.link === 'live') return;
    this.#after('steady', STEADY_MS, () => {
      this.#attempt = 0;
      this.#rejoined = false;
    });
    this.#setLink('live');
  }

  /** Give up a socket without waiting for a network that may never answer its close. */
  #drop() {
    const socket = this.#socket;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    this.#closed(1006);
  }

  /** @param {number} code */
  #closed(code) {
    if (this.link !== 'live') this.#failures += 1;
    this.#socket = null;
    for (const name of ['silence', 'steady', 'behind']) this.#clear(name);
    if (code === 4401 && !this.#rejoined) this.#rejoin();
    else if (FINAL.has(code)) this.#setLink('over', code);
    else if (this.#failures >= SOCKETS_BEFORE_TWIN) this.#startTwin();
    else this.#retry(code);
  }

  /** @param {number} code */
  #retry(code) {
    this.#setLink('lost', code);
    if (code === 4429) this.#attempt = Math.max(this.#attempt, 6);
    const ceiling = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** this.#attempt);
    this.#attempt += 1;
    const wait = this.#retryMs || Math.random() * ceiling;
    this.#retryMs = 0;
    this.#after('retry', wait, () => this.#connect());
  }

  /** The page itself hands out the cookie that says who we are; once, until it has lasted a while, so that a refusal cannot go round in circles. */
  async #rejoin() {
    this.#rejoined = true;
    await fetch(location.pathname, { cache: 'no-store' }).catch(() => undefined);
    this.#connect();
  }

  /** Sockets fail here (some networks kill them): the same room over plain requests, loaded only now. */
  async #startTwin() {
    this.#setLink('lost');
    try {
      const { LongPoll } = await import('live_polls/long_poll');
      const onLink = (/** @type {Link} */ link) => this.#setLink(link);
      this.#twin = new LongPoll({ ...this.#options, onLink, onMessage: (message) => this.#receive(message) });
      await this.#twin.run();
    } catch {
      this.#failures = 0;
    }
    this.#twin = null;
    if (this.link !== 'over') this.#retry(1006);
  }

  /** @param {Link} link */
  #setLink(link, code = 0) {
    if (this.link === link) return;
    this.link = link;
    this.#options.onLink?.(link, code);
  }

  /** @param {string} name @param {number} ms @param {() => void} deed */
  #after(name, ms, deed) {
    this.#clear(name);
    this.#timers[name] = setTimeout(() => {
      this.#timers[name] = undefined;
      deed();
    }, ms);
  }

  /** @param {string} name */
  #clear(name) {
    clearTimeout(this.#timers[name]);
    this.#timers[name] = undefined;
  }
}

/**
 * Ballots on their way, at most one a poll, kept over reloads. An entry goes out again and again until it is
 * acknowledged or finally refused; the same `seq` and answer can count only once.
 */
export class Outbox {
  /** @type {Map<string, Entry>} */ #entries = new Map();
  /** @type {{storage: Storage | null, key: string}} */ #place;

  /** @param {string} key @param {Storage | null} storage */
  constructor(key, storage = tabStorage()) {
    this.#place = { storage, key };
    try {
      const kept = JSON.parse(storage?.getItem(key) ?? '[]');
      for (const entry of kept) this.#entries.set(entry.poll, entry);
    } catch {
      storage?.removeItem(key);
    }
  }

  /** @param {string} poll */
  get(poll) {
    return this.#entries.get(poll);
  }

  /** What to send, now and again, until each is settled. */
  messages() {
    return [...this.#entries.values()].map(({ answer, ...entry }) =>
      answer ? { type: 'ballot.cast', ...entry, answer } : { type: 'ballot.withdraw', ...entry },
    );
  }

  /**
   * Keep a ballot; a null answer withdraws. Its `seq` is above the one in force and above one still on its way,
   * which may have been counted without our knowing.
   * @param {{poll: string, round: number, inForce: number, answer: object | null}} ballot
   */
  put({ poll, round, inForce, answer }) {
    const before = this.#entries.get(poll);
    const seq = Math.max(inForce, before?.round === round ? before.seq : 0) + 1;
    const id = `${poll}.${round}.${seq}.${Math.random().toString(36).slice(2, 10)}`;
    this.#entries.set(poll, { poll, round, seq, id, answer });
    this.#save();
  }

  /**
   * Take in an `ack` or `error`. Returns the entry it settles; nothing for one that is not waited for any more,
   * or that has to be sent again.
   * @param {any} message
   */
  settle(message) {
    const entry = [...this.#entries.values()].find(({ id }) => id === message.id);
    if (!entry || isPassing(message)) return undefined;
    this.#entries.delete(entry.poll);
    this.#save();
    return entry;
  }

  #save() {
    try {
      this.#place.storage?.setItem(this.#place.key, JSON.stringify([...this.#entries.values()]));
    } catch {
      // A full or forbidden storage: the ballots then live as long as the page.
    }
  }
}

/** The tab's own storage, where the browser allows one. */
function tabStorage() {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}

/** Whether an error says "not now": the same ballot is to be sent again later. @param {any} message */
export function isPassing(message) {
  return message.type === 'error' && ['busy', 'rate_limited', 'internal'].includes(message.code);
}

/** @type {{release: () => Promise<void>, released: boolean} | null} */ let lock = null;

/** Keep the screen on, where the browser can and the page may: a phone on plain http cannot. @param {boolean} on */
export async function keepAwake(on) {
  if (!on) {
    await lock?.release();
    lock = null;
  } else if (!lock || lock.released) {
    lock = (await navigator.wakeLock?.request('screen').catch(() => null)) ?? null;
  }
}
