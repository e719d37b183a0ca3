// @ts-check
/**
 * The moderation desk. The server renders it and does every deed; this script keeps the queue live, entry by entry, so
 * that several moderators see each other's work at once, and offers each deed's undoing for five seconds.
 *
 * The list never moves under a hand: what comes in goes to its end, or waits behind a button where the order would put
 * it elsewhere; what is decided stays in its place, greyed, until somebody asks for a tidy list.
 */

import { Live } from 'live_polls/live';
import { data, sayMany, setText, Store } from 'live_polls/polls';

/**
 * @typedef {{id: string, sort: string, state: string, text: string, original?: string, name?: string, prompt?: string,
 *   hint?: string, n?: number, answered?: boolean, pinned?: boolean, reply?: string, merged_into?: string,
 *   silenced?: string, has_author?: boolean}} Contribution
 */

const PATIENCE_MS = 2_000;
const UNDO_MS = 5_000;
const SAY_MS = 5_000;
const AGAIN_MS = 5_000;
/** @type {Record<string, string[]>} */
const SHOWS = {
  waiting: ['held'],
  shown: ['shown'],
  hidden: ['hidden'],
  archived: ['archived'],
  all: ['held', 'shown', 'hidden', 'archived'],
};

const words = data('moderation-words');
const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const queue = byId('queue');
const filter = /** @type {HTMLFormElement} */ (byId('filter'));
const bulk = /** @type {HTMLFormElement} */ (byId('bulk'));
const undoForm = /** @type {HTMLFormElement} */ (byId('undo'));
const mould = /** @type {HTMLTemplateElement} */ (byId('mould'));

/* What is known, and what is on the page. */

/** @type {Map<string, Contribution>} In the order in which they came. */
const known = new Map();
/** @type {Map<string, number>} */
const versions = new Map();
let listed = 0;

/** @param {string} id @param {number} version */
function isNews(id, version) {
  if (version < Math.max(listed, versions.get(id) ?? 0)) return false;
  versions.set(id, version);
  return true;
}

class DeskStore extends Store {
  /** @override @param {any} message */
  apply(message) {
    const change = super.apply(message);
    if (!change.resync) handlers[message.type]?.(message);
    return change;
  }
}

/** @type {Record<string, (message: any) => void>} */
const handlers = {
  'contributions.changed': ({ contributions, version }) => {
    listed = version;
    known.clear();
    versions.clear();
    for (const each of contributions) known.set(each.id, each);
    if (isFresh()) arrange();
    else drawAll();
  },
  'contribution.changed': ({ contribution, version }) => {
    if (!isNews(contribution.id, version)) return;
    known.set(contribution.id, contribution);
    drawOne(contribution.id);
  },
  'contribution.removed': ({ contribution, version }) => {
    if (!isNews(contribution, version)) return;
    known.delete(contribution);
    drawOne(contribution);
  },
  'contributions.counted': ({ n, version }) => {
    for (const [id, each] of known) {
      if (version < (versions.get(id) ?? 0)) continue;
      each.n = n[id] ?? 0;
      const entry = entryOf(id);
      if (entry) drawNumber(entry, each);
    }
  },
};

/** Whether the page shows only what the server has rendered: nothing to keep in its place. */
let touched = false;
const isFresh = () => !touched && !queue.matches(':hover, :focus-within');

/** @param {string} name */
const chosen = (name) => String(new FormData(filter).get(name) ?? '');
/** @param {Contribution} each */
const passes = (each) =>
  SHOWS[chosen('show')]?.includes(each.state) && (!chosen('only') || chosen('only') === each.sort);
/** @param {string} id */
const entryOf = (id) => /** @type {HTMLElement | null} */ (id ? document.getElementById(id) : null);
const entries = () => /** @type {HTMLElement[]} */ ([...queue.children]);
const arrivals = () => [...known.values()].filter((each) => passes(each) && !entryOf(each.id));
const settled = () => entries().filter((entry) => entry.classList.contains('settled'));

/** Every entry anew, in order: only when somebody asks for it, or when nobody has touched the list. */
function arrange() {
  const passing = [...known.values()].filter(passes);
  if (chosen('order') === 'newest') passing.reverse();
  if (chosen('order') === 'most') passing.sort((one, other) => (other.n ?? 0) - (one.n ?? 0));
  const focused = document.activeElement?.closest('.contribution')?.id;
  queue.replaceChildren(...passing.map((each) => draw(entryOf(each.id) ?? make(), each)));
  if (focused) (entryOf(focused) ?? queue.querySelector('.contribution'))?.focus({ preventScroll: true });
  drawAround();
}

/** What is on the page as it is now, each in its place; new ones as the order allows. */
function drawAll() {
  for (const entry of entries()) drawEntry(entry, known.get(entry.id));
  for (const each of arrivals()) append(each);
  drawAround();
}

/** @param {string} id */
function drawOne(id) {
  const entry = entryOf(id);
  const each = known.get(id);
  if (entry) drawEntry(entry, each);
  else if (each && passes(each)) append(each);
  drawAround();
}

/** At the end it moves nothing; anywhere else it waits for the button. @param {Contribution} each */
function append(each) {
  if (chosen('order') === 'oldest' || !queue.children.length) {
    queue.append(draw(make(), each));
    setText(byId('announcer'), `${words.sorts[each.sort]}: ${each.text}`);
  }
}

/** @param {HTMLElement} entry @param {Contribution | undefined} each */
function drawEntry(entry, each) {
  if (each) draw(entry, each);
  entry.classList.toggle('settled', !each || !passes(each));
  entry.classList.toggle('gone', !each);
}

const make = () => /** @type {HTMLElement} */ (document.importNode(mould.content, true).querySelector('.contribution'));

/** @param {HTMLElement} entry @param {string} part @returns {any} */
const partOf = (entry, part) => entry.querySelector(`[data-part="${part}"]`);

/** Fill an entry: words as text, never as markup. @param {HTMLElement} entry @param {Contribution} each */
function draw(entry, each) {
  const { id, sort, state, text, original = '', hint = '', silenced = '' } = each;
  entry.id = id;
  entry.setAttribute('aria-labelledby', `${id}-text`);
  entry.dataset.state = state;
  entry.dataset.sort = sort;
  entry.classList.remove('settled', 'gone');
  partOf(entry, 'text').id = `${id}-text`;
  for (const button of entry.querySelectorAll('button[aria-describedby]')) button.setAttribute('aria-describedby', `${id}-text`);
  partOf(entry, 'pick').value = id;
  for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (entry.querySelectorAll('[data-part="id"]'))) field.value = id;
  show(entry, 'sort', words.sorts[sort]);
  show(entry, 'state', words.states[state]);
  show(entry, 'hint', state === 'held' ? (words.hints[hint] ?? '') : '');
  show(entry, 'silenced', words.silences[silenced] ?? '');
  show(entry, 'text', text);
  show(entry, 'again', text);
  show(entry, 'name', each.name ?? '');
  show(entry, 'prompt', each.prompt ?? '');
  for (const [part, on] of Object.entries({ pinned: each.pinned, answered: each.answered, edited: original, merged: each.merged_into })) {
    partOf(entry, part).hidden = !on;
  }
  setText(partOf(entry, 'original-text'), original);
  partOf(entry, 'original').hidden = !original;
  setText(partOf(entry, 'reply-text'), each.reply ?? '');
  partOf(entry, 'reply').hidden = !each.reply;
  drawNumber(entry, each);
  drawDeeds(entry, each);
  return entry;
}

/** @param {HTMLElement} entry @param {string} part @param {string} text */
function show(entry, part, text) {
  const element = partOf(entry, part);
  setText(element, text);
  element.hidden = !text;
}

/** @param {HTMLElement} entry @param {Contribution} each */
function drawNumber(entry, { sort, n = 0 }) {
  show(entry, 'n', sort === 'name' ? '' : sayMany(sort === 'question' ? words.votes : words.given, n));
}

/** The deeds that make sense now, and fields for them that nobody is writing in. @param {HTMLElement} entry @param {Contribution} each */
function drawDeeds(entry, { sort, state, text, reply = '', answered, pinned, merged_into, silenced = '', has_author = true }) {
  const isQuestion = sort === 'question';
  const isArchived = state === 'archived';
  const onShow = isQuestion && state === 'shown';
  /** @type {Record<string, unknown>} */
  const makesSense = {
    approve: state !== 'shown' && !isArchived,
    hide: state !== 'hidden' && !isArchived,
    pin: onShow && !pinned && !merged_into,
    unpin: pinned,
    answer: onShow && !answered,
    reopen: answered,
    archive: onShow,
    split: merged_into,
    mute: silenced !== 'muted',
    exclude: silenced !== 'excluded',
    lift: silenced,
  };
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (entry.querySelectorAll('button[name="verb"]'))) {
    if ('restore' in button.dataset) button.hidden = !isArchived;
    else if (button.value in makesSense) button.hidden = !makesSense[button.value];
  }
  /** @type {HTMLElement} */ (entry.querySelector('.write')).hidden = !isQuestion;
  /** @type {HTMLElement} */ (entry.querySelector('.person')).hidden = !has_author;
  if (!entry.querySelector('details')?.open) {
    partOf(entry, 'edit').value = partOf(entry, 'seen').value = text;
    partOf(entry, 'write').value = reply;
  }
}

function drawAround() {
  setText(byId('waiting'), sayMany(words.waiting, [...known.values()].filter(({ state }) => state === 'held').length));
  const [nNew, nDone] = [arrivals().length, settled().length];
  const button = byId('arrivals');
  const parts = [nNew && sayMany(words.new, nNew), nDone && sayMany(words.decided, nDone)].filter(Boolean);
  setText(button, parts.join(' · '));
  button.hidden = !parts.length;
  byId('nothing').hidden = queue.children.length > 0;
  drawSelection();
}

function drawSelection() {
  const n = queue.querySelectorAll('[data-part="pick"]:checked').length;
  bulk.hidden = !n;
  setText(byId('selected'), sayMany(words.selected, n));
}

/* Deeds. */

/** @type {ReturnType<typeof setTimeout> | undefined} */ let saidTimer;
/** @type {ReturnType<typeof setTimeout> | undefined} */ let undoTimer;

/** @param {string} text */
function tell(text) {
  clearTimeout(saidTimer);
  const said = byId('said');
  said.textContent = text;
  said.hidden = !text;
  saidTimer = setTimeout(() => (said.hidden = true), SAY_MS);
}

/** Offer to undo for five seconds, and as long as somebody is about to. @param {string} done @param {string} token */
function offerUndo(done, token) {
  const button = /** @type {HTMLButtonElement} */ (undoForm.querySelector('button'));
  button.value = token;
  setText(byId('undo-said'), done);
  undoForm.hidden = false;
  clearTimeout(undoTimer);
  undoTimer = setTimeout(closeUndo, UNDO_MS);
}

function closeUndo() {
  if (undoForm.matches(':hover, :focus-within')) undoTimer = setTimeout(closeUndo, 1_000);
  else undoForm.hidden = true;
}

/** Post a form as it is. Never throws. @param {HTMLFormElement} form @param {HTMLElement | null} button */
async function post(form, button) {
  const body = new URLSearchParams(/** @type {any} */ (new FormData(form, button)));
  try {
    const response = await fetch(form.action, { method: 'POST', body, headers: { accept: 'application/json' } });
    if (!response.headers.get('content-type')?.startsWith('application/json')) return { message: words.over };
    return await response.json();
  } catch {
    return { message: words.unsent };
  }
}

addEventListener('submit', async (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form === filter || form.method !== 'post' || !form.closest('#queue, #bulk, #undo, #room')) return;
  event.preventDefault();
  const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
  if (button?.ariaBusy === 'true') return;
  if (button) button.ariaBusy = 'true';
  touched = true;
  const { done = '', undo = '', message = '' } = await post(form, button);
  if (button) button.ariaBusy = 'false';
  if (undo) offerUndo(done, undo);
  tell(message || (undo ? '' : done));
  if (form === undoForm) undoForm.hidden = true;
  if (done && form === bulk) unselect();
  if (done && form.closest('#queue')) moveOn(form);
  if (form.closest('#room') || live.link !== 'live') await refresh();
});

/** The hand goes to the next one that waits, so that A, A, A reads a queue. @param {HTMLElement} form */
function moveOn(form) {
  const entry = /** @type {HTMLElement} */ (form.closest('.contribution'));
  entry.querySelector('details')?.removeAttribute('open');
  if (!entry.contains(document.activeElement) && document.activeElement !== document.body) return;
  const isDeed = form.classList.contains('deeds') && !form.classList.contains('person');
  const after = entries().slice(entries().indexOf(entry) + 1).find((other) => !other.classList.contains('settled'));
  focusOn(isDeed && chosen('show') === 'waiting' ? (after ?? entry) : entry);
}

function unselect() {
  for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (queue.querySelectorAll('[data-part="pick"]'))) box.checked = false;
  drawSelection();
}

/* The page, again: what the socket does not tell, and all of it where there is no socket. */

/** Not by fetch(): only this way does the browser parse it without trusting it. @returns {Promise<Document | null>} */
function fetchPage() {
  return new Promise((answer) => {
    const request = new XMLHttpRequest();
    request.open('GET', `${location.pathname}?${new URLSearchParams(/** @type {any} */ (new FormData(filter)))}`);
    request.responseType = 'document';
    request.onload = () => {
      const isElsewhere = new URL(request.responseURL).pathname !== location.pathname;
      if (isElsewhere || (request.status >= 400 && request.status < 500)) location.reload();
      answer(request.status === 200 ? request.responseXML : null);
    };
    request.onerror = () => answer(null);
    request.send();
  });
}

async function refresh() {
  const page = await fetchPage();
  const room = page?.getElementById('room');
  // Never take a word out of somebody's hand.
  if (room && !(document.activeElement?.matches('input, textarea') && byId('room').contains(document.activeElement))) {
    const unfolded = [...document.querySelectorAll('#room[open], #room details[open]')].map(({ id }) => id);
    byId('room').replaceWith(document.importNode(room, true));
    for (const id of unfolded) byId(id)?.setAttribute('open', '');
  }
  if (page && live.link !== 'live' && !queue.matches(':hover, :focus-within')) {
    queue.replaceChildren(...[...(page.getElementById('queue')?.children ?? [])].map((entry) => document.importNode(entry, true)));
    drawSelection();
  }
}

/* Hands. */

byId('arrivals').addEventListener('click', arrange);
byId('unselect').addEventListener('click', unselect);
byId('show-keys').addEventListener('click', () => /** @type {HTMLDialogElement} */ (byId('keys')).showModal());
queue.addEventListener('change', drawSelection);
queue.addEventListener('focusin', () => (touched = true));
filter.addEventListener('change', () => {
  history.replaceState(null, '', `?${new URLSearchParams(/** @type {any} */ (new FormData(filter)))}`);
  for (const hidden of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('input[type="hidden"]'))) {
    if (['show', 'order', 'only'].includes(hidden.name)) hidden.value = chosen(hidden.name);
  }
  if (live.link === 'live') arrange();
  else location.reload();
});

/** @param {HTMLElement | null | undefined} entry */
function focusOn(entry) {
  entry?.focus({ preventScroll: true });
  entry?.scrollIntoView({ block: 'nearest' });
}

/** @param {number} by */
function step(by) {
  const all = entries();
  const place = all.indexOf(/** @type {HTMLElement} */ (document.activeElement?.closest('.contribution')));
  focusOn(all[place < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, place + by))]);
}

/** Press the first of these buttons that makes sense. @param {HTMLElement | null} entry @param {string[]} verbs */
function press(entry, ...verbs) {
  for (const verb of verbs) {
    const button = /** @type {HTMLButtonElement | null} */ (entry?.querySelector(`.deeds button[value="${verb}"]:not([hidden])`));
    if (button) return button.click();
  }
}

/** @param {HTMLElement | null} entry @param {string} part */
function write(entry, part) {
  const field = entry && partOf(entry, part);
  if (!field || field.form.hidden) return;
  entry.querySelector('details')?.setAttribute('open', '');
  field.focus();
}

/** @type {Record<string, (entry: HTMLElement | null) => void>} */
const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  a: (entry) => press(entry, 'approve'),
  h: (entry) => press(entry, 'hide'),
  p: (entry) => press(entry, 'pin', 'unpin'),
  d: (entry) => press(entry, 'answer', 'reopen'),
  e: (entry) => write(entry, 'edit'),
  r: (entry) => write(entry, 'write'),
  x: (entry) => entry && partOf(entry, 'pick').click(),
  u: () => undoForm.hidden || /** @type {HTMLElement} */ (undoForm.querySelector('button:not([hidden])'))?.click(),
  n: () => byId('arrivals').hidden || byId('arrivals').click(),
  '?': () => /** @type {HTMLDialogElement} */ (byId('keys')).showModal(),
};

/** Keys are off for who dictates or types with one finger: a check in the list of keys. */
const keysOn = /** @type {HTMLInputElement} */ (byId('keys-on'));

addEventListener('keydown', (event) => {
  const { key, ctrlKey, metaKey, altKey, target } = event;
  const place = /** @type {HTMLElement} */ (target);
  if (key === 'Escape' && place.matches('textarea')) {
    const entry = /** @type {HTMLElement | null} */ (place.closest('.contribution'));
    entry?.querySelector('details')?.removeAttribute('open');
    return focusOn(entry);
  }
  if (ctrlKey || metaKey || altKey || !keysOn.checked || place.closest('dialog') || place.matches('textarea, select')) return;
  if (place.matches('input:not([type="checkbox"], [type="radio"])')) return;
  const deed = KEYS[key.toLowerCase()];
  if (!deed) return;
  event.preventDefault();
  deed(/** @type {HTMLElement | null} */ (document.activeElement?.closest('.contribution') ?? null));
});

/* The link. */

/** @type {ReturnType<typeof setTimeout> | undefined} */ let lostTimer;

/** @param {string} text */
function showBanner(text) {
  clearTimeout(lostTimer);
  const banner = byId('banner');
  if (!text) banner.hidden = true;
  else
    lostTimer = setTimeout(() => {
      banner.textContent = text;
      banner.hidden = false;
    }, PATIENCE_MS);
}

const store = new DeskStore();
let room = '';
const live = new Live({
  code: document.body.dataset.joinCode ?? '',
  store,
  role: 'moderator',
  onChange: (change) => {
    const now = JSON.stringify([store.room, store.current]);
    if (change.room && room && room !== now) refresh();
    room = now;
  },
  onLink: (link) => {
    document.body.dataset.link = link;
    showBanner(link === 'over' ? words.over : link === 'lost' ? words.lost : '');
    // Whoever has lost the right sees no more of it.
    if (link === 'over') queue.replaceChildren();
  },
});

document.body.classList.add('scripted');
byId('show-keys').hidden = byId('unselect').hidden = false;
bulk.hidden = true;
setInterval(() => live.link !== 'live' && live.link !== 'over' && refresh(), AGAIN_MS);
live.start();
