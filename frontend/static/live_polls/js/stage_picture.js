// @ts-check
/** Draws what a Store knows on the big screen. Knows the page, not where the state comes from. */

import { announce, drawChart, fill, fillOptions, say, sayEntry, sayHeldBack, sayMany, setText, showDetails, stillness, tickCountdowns } from 'live_polls/polls';

import { drawBoard, drawLobby } from 'live_polls/stage_board';
import { drawQuestions } from 'live_polls/stage_questions';

/** @import {Poll, Room, Tally} from 'live_polls/types/polls' */
/** @import {Store} from 'live_polls/polls' */

/** As in views/stage_scene.py. @type {[number, string][]} */
const LENGTHS = [
  [36, 'short'],
  [84, 'medium'],
  [160, 'long'],
];
/** @type {[number, string][]} */
const CROWDS = [
  [3, 'couple'],
  [5, 'few'],
  [8, 'several'],
  [14, 'many'],
];
const SMALLEST_FIT = 0.4;
const STAGGER_MS = 60;

/** @param {[number, string][]} table @param {number} n @param {string} beyond */
const nameFor = (table, n, beyond) => table.find(([most]) => n <= most)?.[1] ?? beyond;

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

export class Picture {
  /** A scene that only this screen shows: for stages that may not run the room. @type {string | null} */ own = null;
  /** Draws rounds compared, where a host shows them. @type {import('live_polls/stage_rounds').Rounds | null} */ rounds = null;
  #words;
  #drawn = '';
  #said = '';
  /** @type {HTMLElement | null} */ #poll = document.querySelector('#poll > .stage-poll');
  /** @type {Store} */ #store;

  /** @param {Store} store @param {Record<string, any>} words */
  constructor(store, words) {
    this.#store = store;
    this.#words = words;
    new ResizeObserver(() => this.fit()).observe(byId('poll'));
    new ResizeObserver(() => fitQuestion()).observe(byId('asked-slot'));
    document.fonts?.ready.then(() => this.fit());
    setInterval(() => this.#tick(), 250);
  }

  /** The poll on stage that this screen may show. */
  get current() {
    const code = this.#store.current?.code;
    return code ? this.#store.polls.get(code) : undefined;
  }

  /** Show the state as it is now. */
  draw() {
    const { room, presence } = this.#store;
    if (!room) return;
    for (const title of document.querySelectorAll('[data-title]')) setText(title, room.title);
    byId('stage').dataset.scene = this.#scene(room);
    const here = sayMany(this.#words.here, presence);
    setText(byId('held-back'), sayHeldBack(room, this.#words));
    for (const id of ['here', 'here-large']) setText(byId(id), presence ? here : '');
    byId('between').hidden = !presence;
    this.#drawStep(room);
    drawLobby(this.#store, this.#words);
    drawBoard(this.#store.board, this.#words);
    if (!this.current) setText(byId('integrity'), '');
    if (this.current) this.#drawPoll(this.current);
    this.#drawQuestion();
    drawQuestions(this.#store, this.#words, byId('stage').dataset.scene === 'questions');
  }

  /** The question on stage, if this screen may show one. */
  get question() {
    const { current, questions } = this.#store;
    return current?.type === 'question' ? questions.get(current.code) : undefined;
  }

  #drawQuestion() {
    const { question } = this;
    const texts = { text: question?.text ?? '', name: question?.name ?? '', reply: question?.reply ?? '' };
    const isNew = byId('asked-text').textContent !== texts.text;
    byId('asked').dataset.length = nameFor(LENGTHS, [...texts.text].length, 'huge');
    for (const [part, text] of Object.entries(texts)) {
      setText(byId(`asked-${part}`), text);
      byId(`asked-${part}`).hidden = !text;
    }
    setText(byId('asked-n'), question ? sayMany(this.#words.upvotes, question.n_upvotes) : '');
    fitQuestion();
    if (isNew && question && this.#said) announce(`${texts.name ? `${texts.name}: ` : ''}${texts.text}`, true);
    if (question) this.#said = question.code;
    // What was hidden is not among what is read aloud either.
    else if (isNew) announce('', true);
  }

  /** Shrink the poll until it fits. */
  fit() {
    const slot = byId('poll');
    for (let scale = 1; this.#poll && slot.clientHeight; scale -= 0.04) {
      this.#poll.style.setProperty('--fit', scale.toFixed(2));
      if (scale <= SMALLEST_FIT || fits(this.#poll, slot)) return;
    }
  }

  /** @param {Room} room */
  #scene(room) {
    if (room.state === 'ended') return 'ended';
    if (this.own && (this.own !== 'questions' || room.asking)) return this.own;
    if (room.screen === 'blank') return 'blank';
    if (room.screen === 'board') return 'board';
    if (room.screen === 'questions' && room.asking) return 'questions';
    if (this.question && room.screen === 'content') return 'question';
    if (this.current && room.screen === 'rounds') return this.rounds?.isHere(room, this.current.code) ? 'rounds' : 'poll';
    this.rounds?.forget();
    return this.current && room.screen === 'content' ? 'poll' : 'join';
  }

  /** @param {Room} room */
  #drawStep({ step, n_steps: steps }) {
    byId('step').hidden = !step;
    if (step) setText(byId('step'), say(this.#words.step, { step, steps }));
  }

  /** @param {Poll} poll */
  #drawPoll(poll) {
    const isNew = this.#place(poll);
    const tally = this.#store.tally(poll.code) ?? { n_ballots: 0 };
    const section = /** @type {HTMLElement} */ (this.#poll);
    const figure = /** @type {HTMLElement} */ (section.querySelector('.chart'));
    this.#drawTally(section, figure, { poll, tally });
    const was = section.querySelector('[data-explanation]:not([hidden])')?.textContent ?? '';
    showDetails(section, poll);
    if (was !== (poll.explanation ?? '')) this.fit();
    setText(byId('n-ballots'), sayMany(this.#words.votes, tally.n_ballots));
    setText(byId('integrity'), 'always' in figure.dataset ? '' : sayEntry(poll, this.#words));
    setText(section.querySelector('[data-votes-in]'), sayMany(this.#words.votes_in, tally.n_ballots));
    this.#drawState(poll);
    if (isNew) this.fit();
  }

  /** Bring the poll on the screen unless it is there; whether it was brought. @param {Poll} poll */
  #place(poll) {
    const drawn = JSON.stringify([poll.code, poll.round, poll.prompt, poll.options.map((o) => [o.text, o.picture?.url])]);
    if (drawn === this.#drawn) return false;
    const isFirst = !this.#drawn;
    this.#drawn = drawn;
    if (isFirst && this.#poll?.dataset.poll === poll.code && Number(this.#poll.dataset.round) === poll.round) return true;
    const section = mould(poll);
    section.classList.toggle('entering', !isFirst);
    byId('poll').replaceChildren(section);
    this.#poll = section;
    return true;
  }

  /** @param {HTMLElement} section @param {HTMLElement} figure @param {{poll: Poll, tally: Tally}} what */
  #drawTally(section, figure, { poll, tally }) {
    const counts = tally.counts ? 'shown' : 'hidden';
    const changed = section.dataset.counts !== counts;
    section.dataset.counts = counts;
    if (changed && tally.counts) reveal(figure, { poll, tally });
    // What is hidden is not in the page either.
    else drawChart(figure, tally.counts ? tally : { n_ballots: 0 }, { poll, say: Boolean(tally.counts) });
    if (changed) this.fit();
  }

  #tick() {
    tickCountdowns(this.#store.skew);
    const poll = this.current;
    if (!poll) return;
    // The poll stays open at 0:00 while somebody has extra time: the hall shall not take that for a mistake.
    const now = (Date.now() + this.#store.skew) / 1000;
    const isExtra = poll.state === 'open' && Boolean(poll.last_deadline && poll.deadline && poll.deadline <= now);
    setText(byId('state'), (isExtra ? this.#words.extra_time : this.#words[poll.state]) ?? '');
  }

  /** @param {Poll} poll */
  #drawState(poll) {
    const countdown = byId('countdown');
    countdown.hidden = poll.deadline === null;
    if (poll.deadline === null) delete countdown.dataset.deadline;
    else countdown.dataset.deadline = String(poll.deadline);
    this.#tick();
    byId('state').dataset.state = poll.state;
    const isSlide = this.#store.current?.type === 'slide';
    const said = `${poll.code}.${poll.round}.${poll.state}`;
    if (this.#said && said !== this.#said) {
      const words = isSlide ? '%(prompt)s' : poll.state === 'open' ? this.#words.opened : this.#words.has_closed;
      announce(say(words, { prompt: poll.prompt }), true);
    }
    this.#said = said;
  }
}

/** Whether nothing of the poll is cut off; heights are whole pixels, so half a one more shows in the edges alone. @param {HTMLElement} poll @param {HTMLElement} slot */
function fits(poll, slot) {
  const edge = slot.getBoundingClientRect().bottom + 0.1;
  return poll.scrollHeight <= slot.clientHeight * 1.005 && [...poll.children].every((part) => part.getBoundingClientRect().bottom <= edge);
}

/** Shrink the question on stage until it fits. */
function fitQuestion() {
  const slot = byId('asked-slot');
  for (let scale = 1; slot.clientHeight; scale -= 0.04) {
    slot.style.setProperty('--fit', scale.toFixed(2));
    if (scale <= SMALLEST_FIT || slot.scrollHeight <= slot.clientHeight * 1.005) return;
  }
}

/** A poll's section, made of what the server left for its kind. @param {Poll} poll */
function mould(poll) {
  const template = /** @type {HTMLTemplateElement} */ (document.querySelector(`template[data-kind="${poll.kind}"]`));
  const section = /** @type {HTMLElement} */ (template.content.querySelector('.stage-poll')?.cloneNode(true));
  fillOptions(section, poll.options);
  fill(section, { code: poll.code, prompt: poll.prompt, round: poll.round });
  section.dataset.length = nameFor(LENGTHS, [...poll.prompt].length, 'huge');
  section.dataset.crowd = nameFor(CROWDS, poll.options.length, 'crowd');
  return section;
}

/** Let bars grow from nothing, one after the other, once. @param {HTMLElement} figure @param {{poll: Poll, tally: Tally}} what */
function reveal(figure, { poll, tally }) {
  const bars = /** @type {SVGRectElement[]} */ ([...figure.querySelectorAll('.fill')]);
  for (const [place, bar] of bars.entries()) {
    bar.setAttribute('x', '0');
    bar.style.setProperty('transform', 'translateX(-100%)');
    bar.style.setProperty('transition-delay', `${stillness.matches ? 0 : place * STAGGER_MS}ms`);
  }
  figure.classList.add('revealing');
  figure.querySelector('.bars')?.classList.add('moving');
  figure.getBoundingClientRect(); // the browser has to see where they start
  drawChart(figure, tally, { poll, say: true, reveal: true });
  setTimeout(() => {
    figure.classList.remove('revealing');
    for (const bar of bars) bar.style.removeProperty('transition-delay');
  }, 600 + bars.length * STAGGER_MS);
}
