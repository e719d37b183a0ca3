// @ts-check
/** The audience page: takes over the forms that the server rendered, and shows what changes as it changes. */

import { keepAwake, isPassing, Live, Outbox } from 'live_polls/live';
import {
  announce, chosen, colour, data, drawBars, fill, fillOptions, lead, letter, reorder, say, sayMany, sayVotes, setText, stillness,
  Store, tickCountdowns,
} from 'live_polls/polls';

/** @import {Answer, Change, Entry, Link, Poll} from 'live_polls/types/polls' */

const RESEND_MS = 5_000;
const PATIENCE_MS = 2_000;

const words = data('room-words');
const code = document.body.dataset.joinCode ?? '';
const place = /** @type {HTMLElement} */ (document.getElementById('polls'));
const banner = /** @type {HTMLElement} */ (document.getElementById('banner'));
const store = new Store();
const outbox = new Outbox(storage(), `ballots ${code}`);
const live = new Live({ code, store, onChange: show, onAnswer: settle, onLink: showLink });
/** @type {ReturnType<typeof setTimeout> | undefined} */ let patience;

/** The tab's own storage, where the browser allows one. */
function storage() {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}

/** @type {(root: ParentNode, selector: string) => any} */
const find = (root, selector) => root.querySelector(selector);
/** @type {(root: ParentNode, selector: string) => any[]} */
const findAll = (root, selector) => [...root.querySelectorAll(selector)];
/** @type {(pollCode: string) => any} */
const cardOf = (pollCode) => find(place, `[data-poll="${pollCode}"]`);
/** @type {(pollCode: string) => boolean} */
const isOpen = (pollCode) => store.polls.get(pollCode)?.state === 'open' && store.room?.state !== 'ended';

// What comes in

/** @param {Change} change */
function show(change) {
  for (const poll of change.polls) showPoll(poll);
  if (change.polls.size || change.room) arrangeCards();
  if (change.room || change.presence || change.polls.size) showLobby();
}

/** @param {string} pollCode */
function showPoll(pollCode) {
  const poll = store.polls.get(pollCode);
  const card = cardOf(pollCode);
  if (!poll) card?.remove();
  else updateCard(card && isSame(card, poll) ? card : makeCard(poll, card), poll);
}

/** Whether a card still shows this poll: not another round, not edited words. @param {HTMLElement} card @param {Poll} poll */
function isSame(card, poll) {
  const texts = findAll(card, '.bars [data-text]').map((text) => text.textContent);
  const wanted = poll.options.map(({ text }) => text);
  const isOld = card.dataset.round !== String(poll.round) || find(card, 'h2').textContent !== poll.prompt;
  return !isOld && texts.sort().join('\n') === wanted.sort().join('\n') && (!isOpen(poll.code) || find(card, 'form'));
}

/** @param {Poll} poll @param {HTMLElement | null} old */
function makeCard(poll, old) {
  const mould = find(document, `template[data-kind="${poll.kind}"]`);
  const card = mould.content.firstElementChild.cloneNode(true);
  fillOptions(card, poll.options);
  fill(card, { code: poll.code, prompt: poll.prompt, round: poll.round, ...poll.settings });
  const rule = ruleOf(poll);
  for (const sentence of findAll(card, '[data-rule]')) if (sentence.dataset.rule !== rule) sentence.remove();
  for (const select of findAll(card, '.ranked select')) {
    for (let n = 1; n <= poll.settings.max_choices; n += 1) select.append(new Option(String(n), String(n)));
  }
  card.classList.add('new');
  if (old) old.replaceWith(card);
  else place.append(card);
  if (poll.state === 'open') announce(say(words.opened, { prompt: poll.prompt }), true);
  return card;
}

/** Which sentence says how many to choose; as the server decides it. @param {Poll} poll */
function ruleOf({ settings: { min_choices: least, max_choices: most }, options }) {
  if (least === most) return 'exact';
  if (least > 1) return 'range';
  return most >= options.length ? 'any' : 'up_to';
}

/** @param {HTMLElement} card @param {Poll} poll */
function updateCard(card, poll) {
  const open = isOpen(poll.code);
  const entry = outbox.get(poll.code);
  const pending = entry?.round === poll.round ? entry : undefined;
  const ballot = store.ballot(poll.code);
  const answer = pending ? pending.answer : ballot?.answer;
  const mine = chosen(answer);
  const sending = live.link === 'live' ? 'sending' : 'waiting';
  const standing = pending ? sending : answer ? 'counted' : open ? 'asks' : 'closed';
  const stamp = find(card, '[data-standing]');
  const before = stamp.dataset.standing;
  if (card.dataset.state === 'open' && !open) announce(say(words.closed, { prompt: poll.prompt }), true);
  card.dataset.state = open ? 'open' : 'closed';
  card.classList.toggle('asking', standing === 'asks');
  stamp.dataset.standing = standing;
  setText(stamp, words.standing[standing]);
  showMine(card, poll, mine);
  const isEditing = before === 'counted' && standing === 'counted' && find(card, '.ballot')?.open;
  if (!open) closeForm(card);
  else if (!isEditing) setForm(card, poll, { standing, before, mine, seq: ballot?.seq ?? 0 });
  showCountdown(card, open ? poll.deadline : null);
  showResults(card, poll, chosen(ballot?.answer));
}

/** @param {HTMLElement} card @param {Poll} poll @param {number[]} mine */
function showMine(card, poll, mine) {
  const yours = find(card, '[data-yours]');
  yours.hidden = !mine.length;
  const keys = mine.map((number) => {
    const key = document.createElement('span');
    key.className = `key ${colour(number, poll.options.length)}`;
    key.textContent = letter(number);
    return key;
  });
  yours.replaceChildren(yours.firstElementChild, ...keys);
}

/** @param {HTMLElement} card @param {Poll} poll @param {{standing: string, before: string, mine: number[], seq: number}} state */
function setForm(card, poll, { standing, before, mine, seq }) {
  const form = find(card, 'form');
  form.noValidate = true;
  form.elements.seq.value = seq + 1;
  const hasFocus = form.contains(document.activeElement);
  // Half-made choices stay while nothing has been sent; afterwards the form shows what was.
  if (standing !== 'asks' || before !== 'asks') choose(form, mine);
  limit(form, poll);
  if (standing !== before || before !== 'asks') find(card, '.ballot').open = standing === 'asks';
  if (hasFocus && standing !== 'asks') find(card, 'summary').focus({ preventScroll: true });
}

/** @param {HTMLElement} card */
function closeForm(card) {
  const ballot = find(card, '.ballot');
  if (!ballot) return;
  const heading = find(card, 'h2');
  if (ballot.contains(document.activeElement)) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
  ballot.remove();
}

/** @param {HTMLElement} card @param {number | null} deadline */
function showCountdown(card, deadline) {
  const countdown = find(card, '[data-countdown]');
  if (!countdown) return;
  countdown.hidden = deadline === null;
  if (deadline === null) delete countdown.dataset.deadline;
  else countdown.dataset.deadline = String(deadline);
  tickCountdowns(store.skew);
}

/** @param {HTMLElement} card @param {Poll} poll @param {number[]} mine */
function showResults(card, poll, mine) {
  const tally = store.tally(poll.code);
  if (!tally) return;
  const figure = find(card, '.chart');
  const hint = find(card, '[data-results-hint]');
  setText(find(card, '[data-turnout]'), sayVotes(tally.n_ballots));
  figure.hidden = !tally.counts;
  hint.hidden = Boolean(tally.counts);
  if (tally.counts) {
    drawBars(figure, tally, mine);
    if (mine.length || card.dataset.state === 'closed') announce(lead(figure, tally));
  } else {
    const isHosts = poll.shown === false || poll.results === 'host';
    setText(hint, words.results[isHosts ? 'host' : poll.results === 'after_vote' && !mine.length ? 'after_vote' : 'after_close']);
  }
}

/** Open polls first, then the one on stage, then the rest, newest first. */
function arrangeCards() {
  const closed = store.order.filter((poll) => !isOpen(poll)).reverse();
  const onStage = closed.filter((poll) => poll === store.current?.code);
  const order = [...store.order.filter(isOpen), ...onStage, ...closed.filter((poll) => !onStage.includes(poll))];
  reorder(place, order.map(cardOf).filter(Boolean));
  keepAwake(order.some(isOpen));
}

function showLobby() {
  const lobby = find(document, '#lobby');
  const asking = findAll(place, '.asking').length;
  const scene = store.room?.state === 'ended' ? 'ended' : place.children.length ? 'between' : 'before';
  document.body.dataset.asking = String(asking);
  lobby.hidden = asking > 0;
  lobby.dataset.scene = scene;
  setText(find(lobby, '[data-lobby="title"]'), words.lobby[scene].title);
  setText(find(lobby, '[data-lobby="text"]'), words.lobby[scene].text);
  setText(find(document, '#room-title'), store.room?.title ?? '');
  const presence = find(document, '#presence');
  presence.hidden = store.presence < 2;
  setText(presence, sayMany(words.here, store.presence));
}

/** @param {Link} link @param {number} closeCode */
function showLink(link, closeCode) {
  document.body.dataset.link = link;
  clearTimeout(patience);
  if (link === 'live') {
    banner.hidden = true;
    send();
  } else if (link === 'over') {
    tell({ 4404: 'gone', 4409: 'replaced' }[closeCode] ?? 'refused');
  } else {
    // Most breaks heal before anybody would have noticed.
    patience = setTimeout(() => tell('lost'), PATIENCE_MS);
  }
  for (const { poll } of outbox.messages()) if (store.polls.has(poll)) showPoll(poll);
}

/** @param {string} name */
function tell(name) {
  banner.hidden = false;
  setText(banner, words.link[name]);
}

// What goes out

function send() {
  for (const message of outbox.messages()) live.send(message);
}

/** @param {any} message */
function settle(message) {
  if (message.type === 'error' && isPassing(message)) {
    setTimeout(send, message.retry_ms ?? RESEND_MS * Math.random());
    return;
  }
  const entry = outbox.settle(message);
  if (!entry) return;
  if (message.type === 'ack') accepted(entry, message);
  else refused(entry, message);
  showPoll(entry.poll);
  showLobby();
}

/** @param {Entry} entry @param {any} ack */
function accepted({ poll, round, seq, answer }, { receipt, version }) {
  store.counted({ poll, round, seq, answer, receipt }, version);
  announce(answer ? words.counted : words.withdrawn, true);
  if (!stillness.matches) navigator.vibrate?.(10);
}

/** @param {Entry} entry @param {any} error */
function refused({ poll, round }, error) {
  if (error.code === 'stale') store.counted({ poll, round, seq: error.seq, answer: error.answer }, store.version);
  const card = cardOf(poll);
  if (card) notice(card, words.refused[error.code] ?? error.message);
}

/** @param {HTMLElement} card @param {string} sentence */
function notice(card, sentence) {
  const element = find(card, '[data-notice]');
  element.hidden = !sentence;
  setText(element, sentence);
}

place.addEventListener('submit', (event) => {
  const form = /** @type {any} */ (event.target);
  const poll = store.polls.get(form.elements.poll.value);
  // Before the first snapshot the form goes its plain way.
  if (!poll) return;
  event.preventDefault();
  const isWithdrawal = /** @type {SubmitEvent} */ (event).submitter?.getAttribute('value') === 'withdraw';
  const numbers = picked(form);
  const least = poll.settings.min_choices ?? 1;
  const error = find(form, '[data-error]');
  error.hidden = isWithdrawal || numbers.length >= least;
  if (!error.hidden) {
    setText(error, sayMany(words.choose, least));
    find(form, '[data-option] :is(input, select)').focus();
    return;
  }
  const card = form.closest('[data-poll]');
  notice(card, '');
  const answer = isWithdrawal ? null : answerOf(form, numbers);
  outbox.put({ poll: poll.code, round: poll.round, inForce: store.ballot(poll.code)?.seq ?? 0, answer });
  send();
  showPoll(poll.code);
  showLobby();
});

// Forms: the controls are the answer; data-answer says which shape it has

/** The options picked in a form, in their order. @param {HTMLFormElement} form @returns {number[]} */
function picked(form) {
  const rows = findAll(form, '[data-option]').map((row) => {
    const control = find(row, 'input, select');
    return { number: Number(row.dataset.option), place: control.matches('select') ? Number(control.value) : Number(control.checked) };
  });
  return rows.filter((row) => row.place).sort((a, b) => a.place - b.place).map((row) => row.number);
}

/** @param {HTMLFormElement} form @param {number[]} numbers @returns {Answer} */
function answerOf(form, numbers) {
  return find(form, '[data-answer]').dataset.answer === 'option' ? { option: numbers[0] } : { options: numbers };
}

/** @param {HTMLFormElement} form @param {number[]} numbers */
function choose(form, numbers) {
  for (const row of findAll(form, '[data-option]')) {
    const place = numbers.indexOf(Number(row.dataset.option)) + 1;
    const control = find(row, 'input, select');
    if (control.matches('select')) control.value = place || '';
    else control.checked = place > 0;
  }
}

/** Show what is possible now: no more ticks than allowed, arrows where there is a place to go. @param {HTMLFormElement} form @param {Poll} poll */
function limit(form, { settings: { max_choices: most } }) {
  const numbers = picked(form);
  for (const box of findAll(form, 'input[type="checkbox"]')) box.disabled = !box.checked && numbers.length >= most;
  const rows = findAll(form, '.ranked');
  for (const row of rows) {
    const at = numbers.indexOf(Number(row.dataset.option));
    row.classList.toggle('placed', at >= 0);
    find(row, '.moves').hidden = at < 0;
    find(row, '[data-move="-1"]').disabled = at === 0;
    find(row, '[data-move="1"]').disabled = at === numbers.length - 1;
  }
  const rank = (/** @type {any} */ row) => (numbers.indexOf(Number(row.dataset.option)) + 1 || 999) * 1000 + Number(row.dataset.option);
  if (rows.length) reorder(rows[0].parentElement, rows.sort((a, b) => rank(a) - rank(b)));
}

/** Give an option another place (0: none); the others close up. @param {HTMLFormElement} form @param {number} number @param {number} at */
function rerank(form, number, at) {
  const poll = /** @type {Poll} */ (store.polls.get(form.elements.poll.value));
  const others = picked(form).filter((other) => other !== number);
  if (at) others.splice(at - 1, 0, number);
  choose(form, others.slice(0, poll.settings.max_choices));
  limit(form, poll);
}

place.addEventListener('change', ({ target: control }) => {
  const form = /** @type {any} */ (control).form;
  const poll = store.polls.get(form?.elements.poll.value);
  if (!poll) return;
  find(form, '[data-error]').hidden = true;
  if (control.matches('select')) rerank(form, Number(control.name.split('_')[1]), Number(control.value));
  limit(form, poll);
});

place.addEventListener('click', (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  const row = /** @type {HTMLElement | null} */ (target.closest('.ranked'));
  const form = row?.closest('form');
  if (!row || !form || target.closest('select') || !store.polls.has(form.elements.poll.value)) return;
  const number = Number(row.dataset.option);
  const at = picked(form).indexOf(number) + 1;
  const move = Number(target.closest('button')?.dataset.move ?? 0);
  // A tap on the row gives it the next place, or takes its place away.
  rerank(form, number, move ? at + move : at ? 0 : picked(form).length + 1);
});

setInterval(() => tickCountdowns(store.skew), 250);
setInterval(() => live.link === 'live' && send(), RESEND_MS);
live.start();
