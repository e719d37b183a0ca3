// @ts-check
/** The audience page: takes over the forms that the server rendered, and shows what changes as it changes. */

import { isPassing, keepAwake, Live, Outbox } from 'live_polls/live';
import {
  announce, chosen, colour, data, drawChart, fill, fillOptions, letter, reorder, say, sayEntry, sayHeldBack, sayMany, sayVotes,
  setText, showDetails,
  stillness, Store, tickCountdowns,
} from 'live_polls/polls';

/** @import {Change, Link, Poll} from 'live_polls/types/polls' */

const RESEND_MS = 5_000;
const PATIENCE_MS = 2_000;

const words = data('room-words');
const code = document.body.dataset.joinCode ?? '';
const place = /** @type {HTMLElement} */ (document.getElementById('polls'));
const banner = /** @type {HTMLElement} */ (document.getElementById('banner'));
const store = new Store();
const outbox = new Outbox(`ballots ${code}`);
const live = new Live({ code, store, onChange: show, onAnswer: settle, onLink: showLink });
/** @type {ReturnType<typeof setTimeout> | undefined} */ let patience;

/** @type {(root: ParentNode, selector: string) => any} */
const find = (root, selector) => root.querySelector(selector);
/** @type {(root: ParentNode, selector: string) => any[]} */
const findAll = (root, selector) => [...root.querySelectorAll(selector)];
const cardOf = (/** @type {string} */ poll) => find(place, `[data-poll="${poll}"]`);
const isOpen = (/** @type {string} */ poll) =>
  store.polls.get(poll)?.state === 'open' && store.room?.state !== 'ended' && !isMyTimeOver(poll);

/** @type {typeof import('live_polls/extra_time') | undefined} */ let extraTime;
/** Whether my time is over, though others have some left. @param {string} poll */
const isMyTimeOver = (poll) =>
  extraTime?.isOver(store.polls.get(poll) ?? { deadline: null }, store.time(poll)?.seconds ?? 0, (Date.now() + store.skew) / 1000);

/** Ask for more time. @param {HTMLFormElement} form */
async function askForTime(form) {
  const poll = /** @type {any} */ (form.elements).poll.value;
  extraTime ??= await import('live_polls/extra_time');
  const { time, refused, code: why = '' } = await extraTime.ask(code, form, words.refused.unsent);
  if (time) store.times.set(poll, time);
  notice(cardOf(poll), time ? '' : (words.refused[why] ?? refused));
  if (time) announce(sayMany(words.more_time, Math.round(time.seconds)), true);
  showPoll(poll);
}

/** My time ends while the poll goes on for others: nobody tells me then. */
async function watchMyTime() {
  const late = store.order.filter((poll) => store.polls.get(poll)?.last_deadline);
  if (late.length) extraTime ??= await import('live_polls/extra_time');
  for (const poll of late) if ((cardOf(poll)?.dataset.state === 'open') !== isOpen(poll)) showPoll(poll);
}

/** @type {Promise<typeof import('live_polls/player')> | undefined} */ let playing;

/** Who I am in the quiz; what shows it is loaded when there is one. */
function showPlayer() {
  find(document, '#player').hidden = !store.room?.quiz;
  if (!store.room?.quiz) return;
  playing ??= import('live_polls/player');
  playing.then(
    (player) => player.show(store, { code, words }),
    () => (playing = undefined),
  );
}

const taps = find(document, '#reactions');

function showReactions() {
  taps.hidden = !store.room?.reactions || store.room.state === 'ended';
}

taps.addEventListener('submit', (/** @type {any} */ event) => {
  if (!store.room || live.link === 'over') return;
  event.preventDefault();
  const button = event.submitter;
  import('live_polls/reactions').then(
    ({ tap }) => tap(button, (message) => live.send(message), words.reactions),
    () => announce(words.reactions.unsent, true),
  );
});

/** @type {Promise<any> | undefined} */ let asking;

/** What the audience asks; what shows it is loaded where somebody may ask. */
function showQuestions() {
  find(document, '#questions').hidden = find(document, '#parts').hidden = !store.room?.asking;
  if (!store.room?.asking) return;
  asking ??= import('live_polls/questions');
  asking.then(
    (questions) => questions.show(store, { live, words }),
    () => (asking = undefined),
  );
}

/** @param {Change} change */
function show(change) {
  if (change.questions || change.room) showQuestions();
  if (change.room) showReactions();
  if (change.player || change.room) showPlayer();
  // When the room changes it may have ended, which closes every form.
  for (const poll of new Set([...(change.room ? store.order : []), ...change.polls])) showPoll(poll);
  arrange();
}

/** @param {string} pollCode */
function showPoll(pollCode) {
  const poll = store.polls.get(pollCode);
  const card = cardOf(pollCode);
  if (poll && isHere(poll) && isReady(poll)) updateCard(card && isSame(card, poll) ? card : makeCard(poll, card), poll);
}

/**
 * Scripts that know a way to answer which this one does not: read(form, poll) gives the answer (null: none yet, or
 * {error: sentence}), choose(form, answer, poll) shows one, build(form, poll) completes a mould, limit(form, poll)
 * shows what is possible now, sum(answer, poll) says an answer in a few signs. All but read may be missing.
 * @type {Map<string, any>}
 */
const readers = new Map();
const OWN_READERS = ['option', 'options', 'places'];
const readerName = (/** @type {Poll} */ { kind }) =>
  find(find(document, `template[data-kind="${kind}"]`).content, '[data-answer]')?.dataset.answer ?? 'option';
const readerOf = (/** @type {Poll} */ poll) => readers.get(readerName(poll));

/** Whether we know how this poll is answered; if not, we shall. Until then the card stays as it is. @param {Poll} poll */
function isReady(poll) {
  const name = readerName(poll);
  if (OWN_READERS.includes(name) || readers.get(name)) return true;
  if (!readers.has(name)) {
    readers.set(name, null);
    import(`live_polls/answers/${name}`).then(
      (reader) => {
        readers.set(name, reader);
        for (const other of store.order) showPoll(other);
        arrange();
      },
      () => {
        // No network: later, and only if the poll is still there.
        readers.delete(name);
        setTimeout(() => showPoll(poll.code), RESEND_MS);
      },
    );
  }
  return false;
}

/** A slide, which has no form, is there while it is on stage; of what was asked, the results stay. @param {Poll} poll */
function isHere({ code: pollCode, kind }) {
  const mould = find(document, `template[data-kind="${kind}"]`);
  return pollCode === store.current?.code || Boolean(find(mould.content, 'form'));
}

/** Whether a card still shows this poll: the same round, the same words. @param {HTMLElement} card @param {Poll} poll */
function isSame(card, poll) {
  const texts = new Set(findAll(card, '.chart [data-row]:not([data-row="0"]) [data-text]').map((text) => text.textContent).filter(Boolean));
  const wanted = poll.options.map(({ text }) => text);
  const pictures = findAll(card, '.chart [data-picture]').map((picture) => picture.getAttribute('src'));
  const wantedPictures = poll.options.map(({ picture }) => picture?.url).filter(Boolean);
  if (pictures.sort().join() !== wantedPictures.sort().join()) return false;
  if (card.dataset.round !== String(poll.round) || find(card, 'h2').textContent !== poll.prompt) return false;
  return [...texts].sort().join('\n') === wanted.sort().join('\n') && (!isOpen(poll.code) || find(card, 'form'));
}

/** @param {Poll} poll @param {HTMLElement | null} old */
function makeCard(poll, old) {
  const card = find(document, `template[data-kind="${poll.kind}"]`).content.firstElementChild.cloneNode(true);
  fillOptions(card, poll.options);
  fill(card, { ...poll.settings, code: poll.code, prompt: poll.prompt, round: poll.round });
  if (!poll.settings.abstain) find(card, '.abstain')?.remove();
  if (!poll.settings.other) find(card, '.other-field')?.remove();
  else if (!poll.settings.hold) find(card, '[data-hold]')?.remove();
  for (const promise of findAll(card, '[data-promise]')) promise.hidden = (promise.dataset.promise === 'quiz') !== Boolean(poll.points);
  readerOf(poll)?.build?.(find(card, 'form'), poll);
  const rule = ruleOf(poll);
  for (const sentence of findAll(card, '[data-rule]')) if (sentence.dataset.rule !== rule) sentence.remove();
  for (const select of findAll(card, '.ranked select')) {
    for (let n = 1; n <= poll.settings.max_choices; n += 1) select.append(new Option(String(n), String(n)));
  }
  card.classList.add('new');
  if (old) old.replaceWith(card);
  else place.append(card);
  if (isOpen(poll.code)) announce(say(words.opened, { prompt: poll.prompt }), true);
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
  const ballot = store.ballot(poll.code);
  const entry = outbox.get(poll.code);
  const pending = entry?.round === poll.round ? entry : undefined;
  const mine = (pending ?? ballot)?.answer ?? null;
  const open = isOpen(poll.code);
  const sending = live.link === 'live' ? 'sending' : 'waiting';
  const standing = pending ? sending : mine ? 'counted' : open ? 'asks' : 'closed';
  if (card.dataset.state === 'open' && !open) announce(say(words.closed, { prompt: poll.prompt }), true);
  card.dataset.state = open ? 'open' : 'closed';
  card.classList.toggle('asking', standing === 'asks');
  const stamp = find(card, '[data-standing]');
  stamp.dataset.standing = standing;
  setText(stamp, standing === 'counted' && !open ? words.standing.closed_counted : words.standing[standing]);
  showMine(card, poll, mine);
  showNotShown(card, pending ? undefined : ballot);
  if (open) updateForm(card, poll, { standing, mine, seq: ballot?.seq ?? 0 });
  else closeForm(card);
  showResults(card, poll, ballot?.answer ?? null);
  showDetails(card, poll);
}

/** @param {HTMLElement} card @param {Poll} poll @param {any} mine my answer, null without one */
function showMine(card, poll, mine) {
  const yours = find(card, '[data-yours]');
  const said = find(card, '[data-said]');
  const sum = mine?.abstain ? words.abstained : mine ? (readerOf(poll)?.sum?.(mine, poll) ?? mine.other ?? '') : '';
  // Letters, or a few signs where letters do not say it.
  const keys = (sum && !mine?.other ? [] : chosen(mine)).map((number) => {
    const key = document.createElement('span');
    key.className = `key ${colour(number, poll.options.length)}`;
    key.textContent = letter(number);
    return key;
  });
  setText(said, sum);
  said.hidden = !sum;
  yours.hidden = !mine;
  yours.replaceChildren(yours.firstElementChild, ...keys, said);
}

/** Which of my texts are on no screen. @param {HTMLElement} card @param {any} ballot */
function showNotShown(card, ballot) {
  for (const sentence of findAll(card, '[data-not-shown]')) {
    const texts = ballot?.[sentence.dataset.notShown] ?? [];
    sentence.hidden = !texts.length;
    setText(sentence, say(words.not_shown[sentence.dataset.notShown], { texts: texts.join(', ') }));
  }
}

/** @param {HTMLElement} card @param {Poll} poll @param {{standing: string, mine: any, seq: number}} vote */
function updateForm(card, poll, { standing, mine, seq }) {
  const form = find(card, 'form');
  const countdown = find(card, '[data-countdown]');
  countdown.hidden = !poll.deadline;
  const own = store.time(poll.code);
  countdown.dataset.deadline = (poll.deadline ?? 0) + (own?.seconds ?? 0);
  const more = find(card, '.more-time');
  more.hidden = !poll.deadline || (own?.n_asked ?? 0) >= 2;
  more.elements.round.value = poll.round;
  more.elements.nth.value = (own?.n_asked ?? 0) + 1;
  const now = `${standing} ${seq} ${JSON.stringify(mine)}`;
  if (card.dataset.vote === now) return;
  const isFirst = !card.dataset.vote;
  const hadFocus = form.contains(document.activeElement);
  card.dataset.vote = now;
  form.noValidate = true;
  form.elements.seq.value = seq + 1;
  const ballot = find(card, '.ballot');
  // Who was quicker than this script keeps what they have opened, and perhaps changed.
  const isChanging = isFirst && ballot.open && !('asks' in ballot.dataset);
  // What is half chosen stays until something has been sent; from then on the form shows what was.
  if (!isChanging && (standing !== 'asks' || !isFirst)) choose(form, mine, poll);
  limit(form, poll);
  if (!isChanging) ballot.open = standing === 'asks';
  if (hadFocus && standing !== 'asks') find(card, 'summary').focus({ preventScroll: true });
}

/** @param {HTMLElement} card */
function closeForm(card) {
  const ballot = find(card, '.ballot');
  const heading = find(card, 'h2');
  if (ballot?.contains(document.activeElement)) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
  ballot?.remove();
}

/** @param {HTMLElement} card @param {Poll} poll @param {any} mine */
function showResults(card, poll, mine) {
  const tally = store.tally(poll.code) ?? { n_ballots: 0 };
  const figure = find(card, '.chart');
  const hint = find(card, '[data-results-hint]');
  const isHosts = poll.shown === false || poll.results === 'host';
  const why = isHosts ? 'host' : poll.results === 'after_vote' && !mine ? 'after_vote' : 'after_close';
  setText(find(card, '[data-turnout]'), sayVotes(tally.n_ballots));
  setText(find(card, '[data-integrity]'), sayEntry(poll, words));
  // What a slide says is there whatever may be seen of results.
  const isAlways = 'always' in figure.dataset;
  figure.hidden = !isAlways && !(tally.counts && tally.n_ballots);
  hint.hidden = isAlways || Boolean(tally.counts);
  setText(hint, words.results[why]);
  if (!tally.counts && !isAlways) return;
  drawChart(figure, tally, { poll, mine, say: Boolean(mine) || card.dataset.state === 'closed' });
}

/** Open polls first, then the one on stage, then the rest, newest first; the lobby where none asks. */
function arrange() {
  if (!store.room) return;
  for (const card of findAll(place, '[data-poll]')) {
    const poll = store.polls.get(card.dataset.poll);
    if (!poll || !isHere(poll)) card.remove();
  }
  const closed = store.order.filter((poll) => !isOpen(poll)).reverse();
  const onStage = closed.filter((poll) => poll === store.current?.code);
  const order = [...store.order.filter(isOpen), ...onStage, ...closed.filter((poll) => !onStage.includes(poll))];
  reorder(place, order.map(cardOf).filter(Boolean));
  keepAwake(order.some(isOpen));
  const asking = findAll(place, '.asking').length;
  const scene = store.room.state === 'ended' ? 'ended' : order.length ? 'between' : 'before';
  const lobby = find(document, '#lobby');
  document.body.dataset.asking = String(asking);
  lobby.hidden = asking > 0;
  lobby.dataset.scene = scene;
  for (const part of ['title', 'text']) setText(find(lobby, `[data-lobby="${part}"]`), words.lobby[scene][part]);
  const presence = find(lobby, '#presence');
  presence.hidden = store.presence < 2;
  setText(presence, sayMany(words.here, store.presence));
  setText(find(document, '#room-title'), store.room.title);
  setText(find(document, '#held-back'), sayHeldBack(store.room, words));
}

/** @param {Link} link @param {number} closeCode */
function showLink(link, closeCode) {
  document.body.dataset.link = link;
  clearTimeout(patience);
  banner.hidden = link !== 'over' && (link === 'live' || banner.hidden);
  if (link === 'live') send();
  else if (link === 'over') tell({ 4404: 'gone', 4409: 'replaced' }[closeCode] ?? 'refused');
  // Most breaks heal before anybody would have noticed.
  else patience = setTimeout(() => tell('lost'), PATIENCE_MS);
  for (const { poll } of outbox.messages()) showPoll(poll);
}

/** @param {string} name */
function tell(name) {
  banner.hidden = false;
  setText(banner, words.link[name]);
}

function send() {
  for (const message of outbox.messages()) live.send(message);
}

/** @param {any} message */
function settle(message) {
  asking?.then((questions) => questions.settle(message));
  const entry = outbox.settle(message);
  if (isPassing(message)) setTimeout(send, message.retry_ms ?? RESEND_MS);
  if (!entry) return;
  const { poll, round, seq, answer } = entry;
  if (message.type === 'ack') {
    store.counted({ poll, round, seq, answer, receipt: message.receipt }, message.version);
    announce(answer ? words.counted : words.withdrawn, true);
    if (!stillness.matches) navigator.vibrate?.(10);
  } else {
    if (message.code === 'stale') store.counted({ ...entry, seq: message.seq, answer: message.answer }, store.version);
    notice(cardOf(poll), words.refused[message.code] ?? message.message);
  }
  showPoll(entry.poll);
  arrange();
}

/** @param {HTMLElement | null} card @param {string} sentence */
function notice(card, sentence) {
  const element = card && find(card, '[data-notice]');
  if (!element) return;
  element.hidden = !sentence;
  setText(element, sentence);
}

place.addEventListener('submit', (event) => {
  const form = /** @type {any} */ (event.target);
  const poll = store.polls.get(form.elements.poll.value);
  // Before the first snapshot, and after a final refusal, the form goes its plain way.
  if (!poll || live.link === 'over' || !isReady(poll)) return;
  event.preventDefault();
  if (form.matches('.more-time')) {
    askForTime(form);
    return;
  }
  const isWithdrawal = event.submitter?.getAttribute('value') === 'withdraw';
  const isAbstention = event.submitter?.getAttribute('name') === 'abstain';
  const answer = isWithdrawal ? null : isAbstention ? { abstain: true } : read(form, poll);
  const sentence = isWithdrawal ? '' : answer ? answer.error : sayMany(words.choose, poll.settings.min_choices ?? 1);
  const error = find(form, '[data-error]');
  error.hidden = !sentence;
  setText(error, sentence ?? '');
  if (sentence) {
    find(form, ':is([aria-invalid=true], [data-answer] :is(input, select, textarea))').focus();
    return;
  }
  outbox.put({ poll: poll.code, round: poll.round, inForce: store.ballot(poll.code)?.seq ?? 0, answer });
  notice(cardOf(poll.code), '');
  send();
  showPoll(poll.code);
  arrange();
  // The form has folded away: what became of the vote is to be seen, not what stands below.
  if (cardOf(poll.code).getBoundingClientRect().top < 0) cardOf(poll.code).scrollIntoView();
});

/** The answer that a form holds; null when there is too little for one. @param {HTMLFormElement} form @param {Poll} poll */
function read(form, poll) {
  const reader = readerOf(poll);
  if (reader) return reader.read(form, poll);
  const numbers = picked(form);
  const other = find(form, '[name="other"]')?.value.trim();
  const isOther = find(form, '[value="other"]')?.checked;
  if (isOther) return other ? { other } : null;
  if (numbers.length + (other && isOther === undefined ? 1 : 0) < (poll.settings.min_choices ?? 1)) return null;
  if (other && isOther === undefined) return { options: numbers, other };
  return readerName(poll) === 'option' ? { option: numbers[0] } : { options: numbers };
}

/** The options picked in a form, in their order: its controls are the answer, a select holds an option's place. @param {HTMLFormElement} form @returns {number[]} */
function picked(form) {
  const rows = findAll(form, '[data-option]').map((row) => {
    const control = find(row, 'input, select');
    return { number: Number(row.dataset.option), at: Number(control.matches('select') ? control.value : control.checked) };
  });
  return rows.filter(({ at }) => at).sort((a, b) => a.at - b.at).map(({ number }) => number);
}

/** Let a form show an answer. @param {HTMLFormElement} form @param {any} answer @param {Poll} poll */
function choose(form, answer, poll) {
  const reader = readerOf(poll);
  if (reader) reader.choose?.(form, answer, poll);
  else tick(form, chosen(answer));
  const other = find(form, '[name="other"]');
  if (other && other !== document.activeElement) other.value = answer?.other ?? '';
  const isOther = find(form, '[value="other"]');
  if (isOther) isOther.checked = Boolean(answer?.other);
}

/** @param {HTMLFormElement} form @param {number[]} numbers */
function tick(form, numbers) {
  for (const row of findAll(form, '[data-option]')) {
    const at = numbers.indexOf(Number(row.dataset.option)) + 1;
    const control = find(row, 'input, select');
    if (control.matches('select')) control.value = at || '';
    else control.checked = at > 0;
  }
}

/** Show what is possible now: no more ticks than allowed, arrows where there is a way to go. @param {HTMLFormElement} form @param {Poll} poll */
function limit(form, poll) {
  const reader = readerOf(poll);
  if (reader) return void reader.limit?.(form, poll);
  const { max_choices: most } = poll.settings;
  const numbers = picked(form);
  for (const box of findAll(form, '[type="checkbox"]')) box.disabled = !box.checked && numbers.length >= most;
  const rows = findAll(form, '.ranked').map((row) => ({ row, at: numbers.indexOf(Number(row.dataset.option)) }));
  for (const { row, at } of rows) {
    row.classList.toggle('placed', at >= 0);
    find(row, '.moves').hidden = at < 0;
    find(row, '[data-move="-1"]').disabled = at === 0;
    find(row, '[data-move="1"]').disabled = at === numbers.length - 1;
  }
  const rank = ({ row, at }) => (at < 0 ? 999 : at) * 1000 + Number(row.dataset.option);
  if (rows.length) reorder(find(form, 'fieldset'), rows.sort((a, b) => rank(a) - rank(b)).map(({ row }) => row));
}

place.addEventListener('change', ({ target }) => {
  const control = /** @type {any} */ (target);
  const poll = store.polls.get(control.form?.elements.poll.value);
  if (!poll) return;
  if (readerOf(poll)) return;
  find(control.form, '[data-error]').hidden = true;
  if (control.matches('select')) rerank(control.form, poll, Number(control.name.split('_')[1]), Number(control.value));
  else limit(control.form, poll);
  const most = poll.settings.max_choices;
  if (most) announce(say(words.chosen, { n: picked(control.form).length, most }), true);
});

// A slider tells while it moves, a field while it is typed into.
place.addEventListener('input', ({ target }) => {
  const { form } = /** @type {any} */ (target);
  const poll = store.polls.get(form?.elements.poll.value);
  if (!poll || !readerOf(poll)) return;
  // Not on change: a field changes when it is left for the button, which would move away under the finger.
  find(form, '[data-error]').hidden = true;
  limit(form, poll);
});

place.addEventListener('click', ({ target }) => {
  const touched = /** @type {any} */ (target);
  const row = touched.closest('.ranked');
  const form = row?.closest('form');
  const poll = store.polls.get(form?.elements.poll.value);
  if (!poll || touched.closest('select')) return;
  const number = Number(row.dataset.option);
  const at = picked(form).indexOf(number) + 1;
  const move = Number(touched.closest('button')?.dataset.move ?? 0);
  // A tap on the row gives it the next place, or takes its place away.
  rerank(form, poll, number, move ? at + move : at ? 0 : picked(form).length + 1);
});

/** Give an option another place (0: none); the others close up. @param {HTMLFormElement} form @param {Poll} poll @param {number} number @param {number} at */
function rerank(form, poll, number, at) {
  const others = picked(form).filter((other) => other !== number);
  if (at) others.splice(at - 1, 0, number);
  tick(form, others.slice(0, poll.settings.max_choices));
  limit(form, poll);
}

setInterval(() => tickCountdowns(store.skew), 250);
setInterval(watchMyTime, 1_000);
setInterval(send, RESEND_MS);
live.start();
