// @ts-check
/** The socket's twin over plain requests: the state by waiting for it, ballots by POST. Loaded when sockets fail. */

const MIN_PAUSE_MS = 1_000;
const MAX_FAILURES = 3;
/** Where messages are posted that are no ballots. @type {Record<string, string>} */
const PATHS = {
  'reaction.send': 'reactions',
  'question.ask': 'questions',
  'question.upvote': 'upvotes',
  'question.withdraw': 'withdrawals',
};
/** After this long a socket is tried again: the network may be another one by then. */
const TRY_SOCKET_AFTER_MS = 5 * 60_000;

/**
 * @typedef {{code: string, store: import('live_polls/polls').Store, role?: string, stageToken?: string,
 *   onMessage: (message: any) => void, onLink: (link: import('live_polls/types/polls').Link) => void}} Options
 */

export class LongPoll {
  /** @type {Options} */ #options;
  /** What the last snapshot was of. Not the store's version: an ack raises that to a state never seen here. */
  #seen = '';

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
  }

  /** Follow the room until it is time to try a socket again; throws when this way fails too. */
  async run() {
    const end = Date.now() + TRY_SOCKET_AFTER_MS;
    let failures = 0;
    while (Date.now() < end && failures < MAX_FAILURES) {
      const began = Date.now();
      try {
        await this.#state();
        failures = 0;
        this.#options.onLink('live');
      } catch {
        failures += 1;
        this.#options.onLink('lost');
      }
      const spent = Date.now() - began;
      if (spent < MIN_PAUSE_MS) await new Promise((go) => setTimeout(go, MIN_PAUSE_MS * (0.5 + Math.random())));
    }
    if (failures) throw new Error('the room cannot be reached');
  }

  /** @param {any} message */
  send(message) {
    this.#post(message).then(this.#options.onMessage, () => undefined);
    return true;
  }

  async #state() {
    const { role = 'audience', stageToken = '', onMessage } = this.#options;
    const query = new URLSearchParams({ role, ...(this.#seen && { since: this.#seen }) });
    const headers = stageToken ? { 'X-Stage-Token': stageToken } : undefined;
    const response = await fetch(`${this.#base}/state?${query}`, { cache: 'no-store', headers });
    if (!response.ok) throw new Error(String(response.status));
    const snapshot = await response.json();
    onMessage(snapshot);
    this.#seen = `${snapshot.epoch}.${snapshot.version}`;
  }

  /** @param {any} body */
  async #post(body) {
    const headers = { 'content-type': 'application/json' };
    const path = PATHS[body.type] ?? 'ballots';
    const response = await fetch(`${this.#base}/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return response.json();
  }

  get #base() {
    return `/api/v1/rooms/${this.#options.code}`;
  }
}
