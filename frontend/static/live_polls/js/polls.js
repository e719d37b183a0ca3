// @ts-check
/** The polls of a room: `Store` knows what is true of them, the rest shows it. Shared by phones, stage and remote. */

/** @import {Ballot, Change, Option, Poll, Room, Tally} from 'live_polls/types/polls' */

/** The state of a room. Each object (room, a poll, its tally, my ballot) keeps its own version; older news is dropped. */
export class Store {
  epoch = '';
  version = 0;
  /** Server's clock minus ours, in milliseconds. */
  skew = 0;
  /** @type {Room | null} */ room = null;
  /** @type {{type: string, code: string} | null} */ current = null;
  presence = 0;
  /** Of the quiz: who I am, the board while it is on stage, who plays. @type {any} */ player = null;
  /** @type {any} */ board = null;
  /** @type {any} */ players = null;
  /** Of the last minute: how many people said what about the pace. @type {Record<string, number>} */ pulse = {};
  /** Taps since the last message of them. @type {Record<string, number>} */ reactions = {};
  /** @type {Map<string, Poll>} */ polls = new Map();
  /** @type {string[]} */ order = [];
  /** @type {Map<string, number>} */ #places = new Map();
  /** @type {Map<string, {round: number, tally: Tally}>} */ #tallies = new Map();
  /** @type {Map<string, Ballot>} */ #ballots = new Map();
  /** @type {Map<string, number>} */ #versions = new Map();
  /** Extra time of one's own. @type {Map<string, Time>} */ times = new Map();
  /** Of the audience; and my own, held ones too, and those I am for. @type {Map<string, any>} */ questions = new Map();
  /** @type {Map<string, any>} */ asked = new Map();
  /** @type {Set<string>} */ upvotes = new Set();
  #heard = 0;

  /** Whether the server has spoken of a version that has not arrived. */
  get isBehind() {
    return this.#heard > this.version;
  }

  /** The tally of the poll's current round. @param {string} code */
  tally(code) {
    const held = this.#tallies.get(code);
    return held?.round === this.polls.get(code)?.round ? held?.tally : undefined;
  }

  /** My ballot in the poll's current round; its answer is null when it was withdrawn. @param {string} code */
  ballot(code) {
    const held = this.#ballots.get(code);
    return held?.round === this.polls.get(code)?.round ? held : undefined;
  }

  /** My extra time in the poll's current round. @param {string} code */
  time(code) {
    const held = this.times.get(code);
    return held?.round === this.polls.get(code)?.round ? held : undefined;
  }

  /** Take in any message of state. @param {any} message @returns {Change} */
  apply(message) {
    const change = { room: false, presence: false, reactions: false, player: false, questions: false, polls: new Set(), resync: false, behind: false };
    if (message.type === 'snapshot') this.#start(message, change);
    else if (message.epoch && message.epoch !== this.epoch) return { ...change, resync: true };
    this.#handlers[message.type]?.(message, change);
    return change;
  }

  /** What was just acknowledged is in force, whatever arrives first. @param {Ballot} ballot @param {number} version */
  counted(ballot, version) {
    if ((this.ballot(ballot.poll)?.seq ?? 0) <= ballot.seq && this.#isNews(`me ${ballot.poll}`, version)) {
      this.#ballots.set(ballot.poll, ballot);
    }
  }

  /** @type {Record<string, (message: any, change: Change) => void>} */
  #handlers = {
    snapshot: (message, change) => {
      const { version, polls, me } = message;
      const codes = new Set(polls.map((/** @type {Poll} */ poll) => poll.code));
      for (const code of this.order) if (!codes.has(code)) this.#remove(code, version, change);
      for (const { tally, ...poll } of polls) {
        this.#keep(poll, version, change);
        this.#count(poll.code, poll.round, tally, version, change);
        this.#mine(poll.code, poll.round, me.ballots, version, change);
      }
      this.#places = new Map([...codes].map((code, place) => [code, place]));
      this.order = [...codes, ...this.order.filter((code) => !codes.has(code))];
      this.#setRoom(message, change);
      this.#setPlayer(me.player, version, change);
      this.#setQuestions(message, change);
      if (message.players) this.#handlers['players.changed'](message, change);
      this.#handlers['presence.changed'](message, change);
      this.times = new Map((me.times ?? []).map((/** @type {Time} */ time) => [time.poll, time]));
      this.skew = message.now * 1000 - Date.now();
    },
    'room.changed': (message, change) => this.#setRoom(message, change),
    'poll.changed': ({ poll, position, version }, change) => {
      if (!this.#keep(poll, version, change)) return;
      const { order } = this;
      // Sorted and not inserted: who moves makes others move, and each is told of in a message of its own.
      const place = (/** @type {string} */ code) => this.#places.get(code) ?? order.length;
      this.#places.set(poll.code, position ?? place(poll.code));
      this.order = [poll.code, ...order.filter((code) => code !== poll.code)].sort((a, b) => place(a) - place(b));
    },
    'poll.removed': ({ poll, version }, change) => this.#remove(poll, version, change),
    'tally.changed': ({ poll, round, tally, version }, change) => this.#count(poll, round, tally, version, change),
    'me.changed': ({ poll, round, ballots, tallies = {}, times, version }, change) => {
      if (times && this.#isNews(`time ${poll}`, version)) {
        this.times.delete(poll);
        for (const time of times) this.times.set(time.poll, time);
        change.polls.add(poll);
      }
      this.#mine(poll, round, ballots, version, change);
      for (const code in tallies) this.#count(code, round, tallies[code], version, change);
    },
    'question.changed': ({ question, version }, change) => this.#setQuestion(question.code, question, version, change),
    'question.removed': ({ question, into, version }, change) => {
      if (into && this.upvotes.has(question)) this.upvotes.add(into);
      this.#setQuestion(question, null, version, change);
    },
    'upvotes.changed': ({ upvotes, version }, change) => {
      for (const code in upvotes) {
        const question = this.questions.get(code);
        if (question) this.#setQuestion(code, { ...question, n_upvotes: upvotes[code] }, version, change);
      }
    },
    'voice.changed': ({ question, upvoted, own, version }, change) => {
      if (!this.#isNews(`voice ${question}`, version)) return;
      this.upvotes[upvoted ? 'add' : 'delete'](question);
      if (own) this.asked.set(question, own);
      else this.asked.delete(question);
      change.questions = true;
    },
    'player.changed': ({ player, version }, change) => this.#setPlayer(player, version, change),
    'players.changed': ({ players, version }, change) => {
      if (!this.#isNews('players', version)) return;
      this.players = players;
      change.presence = true;
    },
    'presence.changed': ({ presence }, change) => {
      change.presence = presence !== this.presence;
      this.presence = presence;
    },
    'reactions.changed': ({ counts, pulse = {} }, change) => {
      Object.assign(this, { reactions: counts, pulse });
      change.reactions = true;
    },
    heartbeat: ({ version, now }, change) => {
      this.#heard = version;
      this.skew = now * 1000 - Date.now();
      change.behind = version > this.version;
      change.resync = version < this.version;
    },
  };

  /** @param {any} message @param {Change} change */
  #start({ epoch, version }, change) {
    if (epoch === this.epoch) return;
    for (const code of this.order) change.polls.add(code);
    for (const held of [this.questions, this.polls, this.#tallies, this.#ballots, this.#versions]) held.clear();
    Object.assign(this, { epoch, version, order: [] });
  }

  /** @param {string} object @param {number} version */
  #isNews(object, version) {
    this.version = Math.max(this.version, version);
    if (version < (this.#versions.get(object) ?? 0)) return false;
    this.#versions.set(object, version);
    return true;
  }

  /** @param {any} player @param {number} version @param {Change} change */
  #setPlayer(player, version, change) {
    if (!this.#isNews('player', version)) return;
    this.player = player ?? null;
    change.player = true;
  }

  /** Of a snapshot. @param {any} message @param {Change} change */
  #setQuestions({ questions = [], me, version }, change) {
    const now = new Map(questions.map((/** @type {any} */ question) => [question.code, question]));
    for (const code of this.questions.keys()) if (!now.has(code)) this.#setQuestion(code, null, version, change);
    for (const [code, question] of now) this.#setQuestion(code, question, version, change);
    this.asked = new Map((me.questions ?? []).map((/** @type {any} */ own) => [own.code, own]));
    this.upvotes = new Set(me.upvotes ?? []);
    change.questions = true;
  }

  /** @param {string} code @param {any} question null: it is gone @param {number} version @param {Change} change */
  #setQuestion(code, question, version, change) {
    if (!this.#isNews(`question ${code}`, version)) return;
    if (question) this.questions.set(code, question);
    else this.questions.delete(code);
    change.questions = true;
  }

  /** @param {any} message @param {Change} change */
  #setRoom({ room, current, board = null, version }, change) {
    if (!this.#isNews('room', version)) return;
    this.board = board;
    if (this.current && this.current.code !== current?.code) change.polls.add(this.current.code);
    Object.assign(this, { room, current });
    change.room = true;
  }

  /** @param {Poll} poll @param {number} version @param {Change} change */
  #keep(poll, version, change) {
    if (!this.#isNews(`poll ${poll.code}`, version)) return false;
    this.polls.set(poll.code, poll);
    change.polls.add(poll.code);
    return true;
  }

  /** @param {string} code @param {number} version @param {Change} change */
  #remove(code, version, change) {
    if (!this.#isNews(`poll ${code}`, version)) return;
    this.polls.delete(code);
    this.order = this.order.filter((other) => other !== code);
    change.polls.add(code);
  }

  /** @param {string} code @param {number} round @param {Tally | undefined} tally @param {number} version @param {Change} change */
  #count(code, round, tally, version, change) {
    if (!tally || !this.#isNews(`tally ${code}`, version)) return;
    this.#tallies.set(code, { round, tally });
    change.polls.add(code);
  }

  /** @param {string} code @param {number} round @param {Ballot[]} ballots @param {number} version @param {Change} change */
  #mine(code, round, ballots, version, change) {
    if (!this.#isNews(`me ${code}`, version)) return;
    const mine = ballots.find((ballot) => ballot.poll === code && ballot.round === round);
    if (mine) this.#ballots.set(code, mine);
    else this.#ballots.delete(code);
    change.polls.add(code);
  }
}

const numbers = new Intl.NumberFormat(document.documentElement.lang || 'en');
const percents = new Intl.NumberFormat(document.documentElement.lang || 'en', { style: 'percent' });
const plurals = new Intl.PluralRules(document.documentElement.lang || 'en');

export const count = (/** @type {number} */ n) => numbers.format(n);
const tenths = new Intl.NumberFormat(document.documentElement.lang || 'en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
/** Half up in tenths, as the server rounds. @param {number} part */
export const average = (part) => tenths.format(Math.floor(part * 10 + 0.5) / 10);
export const share = (/** @type {number} */ part) => percents.format(part);
export const stillness = matchMedia('(prefers-reduced-motion: reduce)');

/** Data that the template left for scripts. @param {string} id */
export const data = (id) => JSON.parse(document.getElementById(id)?.textContent ?? '{}');

/** Fill %(name)s in a sentence. @param {string} sentence @param {Record<string, any>} values */
export const say = (sentence, values) => sentence.replace(/%\((\w+)\)s/g, (all, name) => values[name] ?? all);

/** A sentence about n things, in the language's plural. @param {Record<string, string>} forms @param {number} n */
export const sayMany = (forms, n) => say(forms[plurals.select(n)] ?? forms.other, { n: count(n) });

/** Who could vote, and how many ballots a host has set aside. @param {Poll} poll @param {any} words */
export const sayEntry = ({ entry = 'open', aside = 0 }, words) =>
  [words.entry[entry], aside && sayMany(words.aside, aside)].filter(Boolean).join(' ');

/** How many contributions wait, and how many were held back. @param {Room} room @param {any} words */
export const sayHeldBack = ({ waiting = 0, held_back: hidden = 0 }, words) =>
  [waiting && sayMany(words.waiting, waiting), hidden && sayMany(words.held_back, hidden)].filter(Boolean).join(' ');

/** The key of an option: A to Z, then AA, AB … @param {number} number @returns {string} */
export const letter = (number) =>
  (number > 26 ? letter(Math.floor((number - 1) / 26)) : '') + String.fromCharCode(65 + ((number - 1) % 26));

/** The colour class of an option; beyond eight, letters tell them apart. @param {number} number @param {number} n */
export const colour = (number, n) => (n <= 8 ? `o${number}` : 'o0');

/** The option numbers an answer names, in its order. @param {any} answer @returns {number[]} */
export const chosen = (answer) => answer?.options ?? (answer?.option ? [answer.option] : Object.keys(answer?.points ?? {}).map(Number));

/** Fill {name} in all text and attributes of a mould. @param {Element} mould @param {Record<string, any>} values */
export function fill(mould, values) {
  const set = (/** @type {string} */ text) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  for (const element of [mould, ...mould.querySelectorAll('*')]) {
    for (const attribute of element.attributes) {
      if (attribute.value.includes('{')) attribute.value = set(attribute.value);
    }
    for (const node of element.childNodes) {
      if (node.nodeType === Node.TEXT_NODE && node.nodeValue?.includes('{')) node.nodeValue = set(node.nodeValue);
    }
  }
}

/** Repeat what a mould holds for one option, for each option; without options once, as number 0, for the question itself. @param {Element} mould @param {Option[]} options */
export function fillOptions(mould, options) {
  for (const row of mould.querySelectorAll('[data-option], [data-row]:not([data-row="0"])')) {
    const made = (options.length ? options : [{ number: 0, text: '' }]).map(({ number, text, picture }) => {
      const copy = /** @type {Element} */ (row.cloneNode(true));
      const values = { number, text, letter: number ? letter(number) : '', colour: colour(number, options.length) };
      if (!picture) copy.querySelector('[data-picture]')?.remove();
      fill(copy, { ...values, picture: picture?.url, width: picture?.width, height: picture?.height });
      return copy;
    });
    row.replaceWith(...made);
  }
}

/** The picture of a poll, and why the right answer is right. @param {Element} root @param {Poll} poll */
export function showDetails(root, { picture, picture_alt: alt = '', explanation = '' }) {
  const frame = /** @type {HTMLElement | null} */ (root.querySelector('[data-poll-picture]'));
  const why = /** @type {HTMLElement | null} */ (root.querySelector('[data-explanation]'));
  if (frame && frame.querySelector('img')?.getAttribute('src') !== picture?.url) {
    const { url: src, width, height } = picture ?? {};
    frame.hidden = !picture;
    frame.replaceChildren(...(src ? [Object.assign(new Image(width, height), { className: 'picture', alt, src })] : []));
  }
  if (why) why.hidden = !explanation;
  setText(why, explanation);
}

/** Mark what is right, where that may be known: before, nothing here knows it. @param {Element} figure @param {Poll} poll */
function markRight(figure, { options }) {
  const right = new Set(options.filter((option) => option.right).map(({ number }) => String(number)));
  for (const row of /** @type {NodeListOf<HTMLElement>} */ (figure.querySelectorAll('[data-row]'))) {
    const isRight = right.has(row.dataset.row ?? '');
    const mark = /** @type {HTMLElement | null} */ (row.querySelector('[data-right]'));
    row.classList.toggle('right', isRight);
    if (mark) mark.hidden = !isRight;
  }
}

/** @type {Record<string, any>} */ let kept;
/** The sentences that every chart needs. */
const words = () => (kept ??= data('words'));

/** @param {number} n */
export const sayVotes = (n) => (n ? sayMany(words().votes, n) : words().none);

/** The ballots that shares are of: those that say something. @param {Tally} tally */
export const nSaid = ({ n_ballots: nBallots, abstained = 0 }) => nBallots - abstained;

/** @typedef {{poll?: Poll, mine?: any, say?: boolean, reveal?: boolean}} Context */
/** @typedef {(figure: HTMLElement, tally: Tally, context: Context) => void} Draw */
/** @type {Map<string, Draw>} */ const charts = new Map([['bars', drawBars]]);
/** What a figure is to show as soon as its script is there. @type {WeakMap<HTMLElement, [Tally, Context]>} */ const awaited = new WeakMap();

/**
 * Draw a tally into a figure of any chart: at once, or as soon as the script of its chart has come. Without counts
 * the figure is to show none. `mine` is my own answer; with `say` the tally is read out.
 * @param {HTMLElement} figure @param {Tally} tally @param {Context} [context]
 */
export function drawChart(figure, tally, context = {}) {
  const name = figure.dataset.chartName ?? 'bars';
  const draw = charts.get(name);
  if (!draw) {
    const isAwaited = awaited.has(figure);
    awaited.set(figure, [tally, context]);
    if (!isAwaited) awaitChart(figure, name);
    return;
  }
  draw(figure, tally, context);
  if (context.poll) markRight(figure, context.poll);
  const note = /** @type {HTMLElement | null} */ (figure.querySelector('[data-abstained]'));
  if (note) note.hidden = !tally.abstained;
  setText(note, tally.abstained ? sayMany(words().abstained, tally.abstained) : '');
  if (context.say) announce(figure.querySelector('[data-lead]')?.textContent ?? '');
}

/** @param {HTMLElement} figure @param {string} name */
async function awaitChart(figure, name) {
  try {
    charts.set(name, (await import(`live_polls/charts/${name}`)).draw);
  } catch {
    // No network: what is drawn stays, and the next tally tries again.
    awaited.delete(figure);
    return;
  }
  const [tally, context] = awaited.get(figure) ?? [];
  awaited.delete(figure);
  if (tally) drawChart(figure, tally, context);
}

/**
 * Move the bars of a figure to a tally and set its numbers, sentence and table.
 * @type {Draw}
 */
function drawBars(figure, tally, { mine: answer }) {
  const { first = {}, other } = tally;
  // What people name besides the options is row 0, which other polls do not have.
  const counts = other === undefined ? (tally.counts ?? {}) : { ...tally.counts, 0: other };
  const mine = answer?.other ? [...chosen(answer), 0] : chosen(answer);
  const nBallots = nSaid(tally);
  const most = Math.max(1, ...Object.values(counts));
  const isSorted = ['points', 'averages'].includes(figure.dataset.unit ?? '');
  for (const row of /** @type {NodeListOf<HTMLElement>} */ (figure.querySelectorAll('[data-row]'))) {
    const number = row.dataset.row ?? '';
    const n = counts[number] ?? 0;
    row.hidden = number === '0' && other === undefined;
    row.classList.toggle('mine', mine.includes(Number(number)));
    setFigures(row, {
      count: count(n),
      share: share(nBallots ? n / nBallots : 0),
      average: average(nBallots ? n / nBallots : 0),
      points: sayMany(words().points, n),
      first: first[number] ? sayMany(words().first, first[number]) : '',
      first_count: count(first[number] ?? 0),
      place: String(mine.indexOf(Number(number)) + 1),
    });
    const bar = /** @type {SVGRectElement | null} */ (row.querySelector('.fill'));
    bar?.setAttribute('x', '0');
    bar?.style.setProperty('transform', `translateX(${(n / most - 1) * 100}%)`);
  }
  setText(figure.querySelector('[data-lead]'), lead(figure, tally, counts));
  if (isSorted) sortRows(figure, counts);
  const others = /** @type {HTMLElement | null} */ (figure.querySelector('[data-others]'));
  // Only where something else may be named, which is rare.
  if (others && (other !== undefined || !others.hidden)) {
    import('live_polls/charts/texts').then(({ showOther }) => showOther(figure, others, tally), () => {});
  }
  // After the first drawing only: a page that opens shows the tally as it is, without a play.
  requestAnimationFrame(() => figure.querySelector('.bars')?.classList.add('moving'));
}

/** The tally in one sentence. @param {HTMLElement} figure @param {Tally} tally @param {Record<string, number>} counts */
function lead(figure, tally, counts) {
  const most = Math.max(0, ...Object.values(counts));
  if (!most) return words().none;
  const names = Object.keys(counts)
    .sort((a, b) => Number(a === '0') - Number(b === '0'))
    .filter((number) => counts[number] === most)
    .map((number) => figure.querySelector(`[data-row="${number}"] [data-text]`)?.textContent ?? number);
  if (names.length > 1) return say(words().level, { options: names.join(', ') });
  const { unit } = figure.dataset;
  const mean = most / nSaid(tally);
  const figureText = unit === 'points' ? sayMany(words().points, most) : unit === 'averages' ? average(mean) : share(mean);
  return say(words().leads, { option: names[0], figure: figureText });
}

/** @param {HTMLElement} figure @param {Record<string, number>} counts */
function sortRows(figure, counts) {
  for (const list of figure.querySelectorAll('.bars, tbody')) {
    const rows = /** @type {HTMLElement[]} */ ([...list.children]);
    const order = rows.slice().sort((a, b) => rank(a, counts) - rank(b, counts));
    reorder(list, order);
  }
}

/** By points, ties in the order of the poll. @param {HTMLElement} row @param {Record<string, number>} counts */
const rank = (row, counts) => Number(row.dataset.row) / 1000 - (counts[row.dataset.row ?? ''] ?? 0);

/** Put children in this order; each glides from where it was. @param {Element} list @param {HTMLElement[]} order */
export function reorder(list, order) {
  const before = [...list.children].filter((child) => order.includes(/** @type {HTMLElement} */ (child)));
  if (order.every((child, i) => child === before[i])) return;
  const tops = new Map(order.map((child) => [child, child.getBoundingClientRect().top]));
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  list.append(...order);
  if (focused && focused !== document.activeElement && list.contains(focused)) focused.focus({ preventScroll: true });
  if (stillness.matches) return;
  for (const child of order) {
    const way = (tops.get(child) ?? 0) - child.getBoundingClientRect().top;
    const frames = [{ transform: `translateY(${way}px)` }, { transform: 'none' }];
    if (way) child.animate(frames, { duration: 420, easing: 'cubic-bezier(0.2, 0.8, 0.2, 1)' });
  }
}

/** @param {Element} row @param {Record<string, string>} figures */
function setFigures(row, figures) {
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll('[data-figure]'))) {
    setText(element, figures[element.dataset.figure ?? '']);
  }
}

/** Touch the page only when something is new: a screen reader's place and a selection stay. @param {Element | null} element @param {string} text */
export function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** Show the seconds left until each countdown's deadline, by the server's clock. @param {number} skew */
export function tickCountdowns(skew) {
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-deadline]:not([hidden])'))) {
    const left = Math.max(0, Math.ceil(Number(element.dataset.deadline) - (Date.now() + skew) / 1000));
    setText(element, `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`);
    element.classList.toggle('last', left <= 5);
      if (left !== Number(element.dataset.left) && [30, 10].includes(left)) announce(sayMany(words().seconds, left), true);
    element.dataset.left = String(left);
  }
}

const QUIET_MS = 10_000;
let lastSaid = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */ let later;

/**
 * Tell screen readers, politely and at most every 10 s; `now` is for what must not wait (open, closed, counted, error).
 * Of several sentences that wait the newest is said.
 * @param {string} sentence
 */
export function announce(sentence, now = false) {
  clearTimeout(later);
  const speak = () => {
    lastSaid = Date.now();
    setText(document.getElementById('announcer'), sentence);
  };
  const wait = now ? 0 : lastSaid + QUIET_MS - Date.now();
  // At once means before the next message, which may have something to say, too.
  if (wait <= 0) speak();
  else later = setTimeout(speak, wait);
}
