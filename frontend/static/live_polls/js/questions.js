// @ts-check
/** What the audience asks, on phones: takes over the forms that the server rendered. Loaded where somebody may ask. */

import { isPassing } from 'live_polls/live';
import { announce, count, reorder, say, sayMany, setText } from 'live_polls/polls';
import { inOrder } from 'live_polls/question_order';

/** @import {Live} from 'live_polls/live' */
/** @import {Store} from 'live_polls/polls' */

const RESEND_MS = 5_000;
const STILL_MS = 3_000;
const MAX_SEQ = 2 ** 53;

/** @type {(root: ParentNode, selector: string) => any} */
const find = (root, selector) => root.querySelector(selector);
const section = find(document, '#questions');
const list = find(section, '#question-list');
const form = find(section, '#ask');
const sorting = find(section, '#question-order');
/** What was said and not answered yet, by id. @type {Map<string, any>} */
const unanswered = new Map();
/** @type {Store} */ let store;
/** @type {Live} */ let live;
/** @type {any} */ let words;
let n_said = 0;
let touchedAt = 0;
let shownOrder = '';
/** @type {ReturnType<typeof setTimeout> | undefined} */ let later;

/** @param {Store} newStore @param {{live: Live, words: any}} page */
export function show(newStore, page) {
  if (!store) {
    store = newStore;
    ({ live, words } = page);
    begin();
  }
  const { room } = store;
  if (!room?.asking) return;
  const isOver = room.state === 'ended';
  form.hidden = isOver || room.asking === 'paused';
  find(section, '#ask-paused').hidden = room.asking !== 'paused' || isOver;
  find(form, '[data-held-hint]').hidden = !room.hold_questions;
  const name = find(form, '[data-name-field]');
  name.hidden = room.names === 'none';
  form.elements.name.required = room.names === 'required';
  setText(find(name, '[data-optional]'), room.names === 'required' ? '' : words.questions.optional);
  showList();
}

function begin() {
  form.noValidate = true;
  form.addEventListener('submit', ask);
  list.addEventListener('submit', vote);
  for (const sign of ['pointermove', 'pointerdown', 'keydown', 'focusin']) list.addEventListener(sign, () => (touchedAt = Date.now()));
  sorting.addEventListener('click', choose);
  form.elements.text.addEventListener('input', () => fail(''));
  setInterval(() => {
    for (const message of unanswered.values()) live.send(message);
  }, RESEND_MS);
}

/** The links work without scripts; with one, what is half written stays. @param {MouseEvent} event */
function choose(event) {
  const link = /** @type {Element} */ (event.target).closest('a');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  find(sorting, '[aria-current]').removeAttribute('aria-current');
  link.setAttribute('aria-current', 'true');
  history.replaceState(null, '', link.getAttribute('href'));
  showList();
  setText(find(document, '#announcer'), link.textContent ?? '');
}

/** Send until it is answered: what is sent twice happens once. @param {any} message */
function send(message) {
  message.id = `question ${(n_said += 1)}`;
  unanswered.set(message.id, message);
  live.send(message);
}

/** @param {SubmitEvent} event */
function ask(event) {
  if (live.link === 'over') return;
  event.preventDefault();
  const text = form.elements.text.value.trim();
  const name = form.elements.name.value.trim();
  if (!text || (form.elements.name.required && !name)) {
    fail(text ? words.questions.name_needed : words.questions.empty);
    find(form, text ? '[name="name"]' : '[name="text"]').focus();
    return;
  }
  // By a number of its own, so that two tabs never ask under the same.
  const seq = Math.floor(Math.random() * (MAX_SEQ - 1)) + 1;
  send({ type: 'question.ask', seq, text, name: store.room?.names === 'none' ? '' : name });
  setText(find(form, '[data-sending]'), live.link === 'live' ? words.standing.sending : words.questions.waiting_network);
}

/** @param {SubmitEvent} event */
function vote(event) {
  if (live.link === 'over') return;
  event.preventDefault();
  const card = /** @type {any} */ (event.target).closest('[data-question]');
  const question = card.dataset.question;
  if (/** @type {any} */ (event.target).matches('.withdraw')) {
    send({ type: 'question.withdraw', question });
    return;
  }
  const on = !store.upvotes.has(question);
  const known = store.questions.get(question);
  // At once on this screen; whatever is true comes back.
  store.upvotes[on ? 'add' : 'delete'](question);
  if (known) store.questions.set(question, { ...known, n_upvotes: Math.max(0, known.n_upvotes + (on ? 1 : -1)) });
  send({ type: 'question.upvote', question, on });
  showCard(question, card);
}

/** @param {any} message an ack or an error */
export function settle(message) {
  const said = unanswered.get(message.id);
  if (!said || isPassing(message)) return;
  unanswered.delete(message.id);
  if (said.type === 'question.ask') settleAsk(said, message);
  else if (message.type === 'error') {
    if (said.type === 'question.upvote') {
      store.upvotes[said.on ? 'delete' : 'add'](said.question);
      const known = store.questions.get(said.question);
      if (known) store.questions.set(said.question, { ...known, n_upvotes: Math.max(0, known.n_upvotes + (said.on ? -1 : 1)) });
    }
    announce(refusal(message), true);
    const card = find(list, `[data-question="${said.question}"]`);
    if (card) showCard(said.question, card);
  } else if (said.type === 'question.withdraw') announce(words.questions.withdrawn, true);
}

/** @param {any} said @param {any} message */
function settleAsk(said, message) {
  setText(find(form, '[data-sending]'), '');
  if (message.type === 'ack') {
    if (form.elements.text.value.trim() === said.text) form.elements.text.value = '';
    fail('');
    const sentence = message.state === 'held' ? words.questions.held : words.questions.asked;
    setText(find(form, '[data-sending]'), sentence);
    announce(sentence, true);
  } else fail(refusal(message));
}

const refusal = (/** @type {any} */ { code, message }) => words.questions.refused[code] ?? message;

/** @param {string} sentence */
function fail(sentence) {
  const error = find(form, '[data-error]');
  error.hidden = !sentence;
  setText(error, sentence);
  form.elements.text.setAttribute('aria-invalid', String(Boolean(sentence)));
}

function showList() {
  const { order } = find(sorting, '[aria-current]').dataset;
  // What I asked and nobody sees stands first; what is on stage before the rest, what is answered last.
  const unseen = [...store.asked.values()].filter(({ code, state, into }) => !store.questions.has(code) && !into && state !== 'archived');
  const onStage = store.current?.type === 'question' ? store.current.code : '';
  const seen = inOrder(store.questions.values(), { order, now: (Date.now() + store.skew) / 1000, onStage });
  const codes = [...unseen, ...seen].map(({ code }) => code);
  for (const card of list.querySelectorAll('[data-question]')) if (!codes.includes(card.dataset.question)) card.remove();
  const cards = codes.map((code) => {
    let card = find(list, `[data-question="${code}"]`);
    if (!card) {
      card = find(document, '#question-mould').content.firstElementChild.cloneNode(true);
      card.dataset.question = code;
    }
    showCard(code, card);
    return card;
  });
  // Nothing jumps under a finger or a cursor: the order waits until the list has been left alone for a while.
  const isNew = cards.filter((card) => !card.isConnected);
  const wait = touchedAt + STILL_MS - Date.now();
  if (isNew.length === 0 && (wait > 0 || find(list, ':focus-visible')) && shownOrder === order) {
    clearTimeout(later);
    later = setTimeout(showList, Math.max(wait, STILL_MS));
    return counted();
  }
  shownOrder = order;
  for (const card of isNew) list.append(card);
  reorder(list, cards);
  counted();
}

function counted() {
  const n = store.questions.size;
  for (const place of document.querySelectorAll('[data-n-questions]')) setText(/** @type {HTMLElement} */ (place), n ? count(n) : '');
  find(section, '#question-none').hidden = list.childElementCount > 0;
  sorting.hidden = n < 2;
}

/** @param {string} code @param {any} card */
function showCard(code, card) {
  const question = store.questions.get(code);
  const own = store.asked.get(code);
  const shown = question ?? own;
  if (!shown) return;
  const isOn = store.upvotes.has(code);
  const n = question?.n_upvotes ?? 0;
  card.classList.toggle('answered', Boolean(shown.answered));
  card.classList.toggle('own', Boolean(own));
  card.classList.toggle('unseen', !question);
  card.classList.toggle('on-stage', store.current?.type === 'question' && store.current.code === code);
  setText(find(card, '[data-text]'), shown.text);
  const name = find(card, '[data-name]');
  setText(name, shown.name ?? '');
  name.hidden = !shown.name;
  for (const field of find(card, '.upvote-form').querySelectorAll('[name="question"]')) field.value = code;
  find(card, '.upvote-form [name="deed"]').value = isOn ? 'unvote' : 'upvote';
  const button = find(card, '.upvote');
  button.setAttribute('aria-pressed', String(isOn));
  button.disabled = Boolean(own) || !question || store.room?.state === 'ended';
  setText(find(button, '[data-n]'), count(n));
  setText(find(button, '[data-upvote-words]'), sayMany(words.questions.upvotes, n));
  find(card, '[data-badge="answered"]').hidden = !shown.answered;
  find(card, '[data-badge="edited"]').hidden = !shown.edited;
  find(card, '[data-badge="own"]').hidden = !own;
  find(card, '[data-badge="held"]').hidden = own?.state !== 'held';
  find(card, '[data-badge="hidden"]').hidden = own?.state !== 'hidden';
  find(card, '[data-badge="on-stage"]').hidden = !card.classList.contains('on-stage');
  const reply = find(card, '[data-reply]');
  reply.hidden = !shown.reply;
  setText(find(reply, '[data-reply-text]'), shown.reply ?? '');
  const withdraw = find(card, '.withdraw');
  withdraw.hidden = !own || store.room?.state === 'ended';
  find(withdraw, '[name="question"]').value = code;
  find(withdraw, 'button').setAttribute('aria-label', say(words.questions.withdraw, { text: shown.text }));
}
