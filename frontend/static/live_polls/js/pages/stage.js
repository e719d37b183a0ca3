// @ts-check
/** The big screen: follows the room, obeys keys and clickers. The state lives on the server, so F5 loses nothing. */

import { act, deadlineMark, markOf } from 'live_polls/acts';
import { keepAwake } from 'live_polls/awake';
import { RUNNING, wishOf } from 'live_polls/keys';
import { Live } from 'live_polls/live';
import { data, Store } from 'live_polls/polls';
import { Looks } from 'live_polls/stage_looks';
import { Picture } from 'live_polls/stage_picture';
import { drawReactions } from 'live_polls/stage_reactions';
import { Rounds } from 'live_polls/stage_rounds';

const IDLE_MS = 2_000;
const PATIENCE_MS = 2_000;
const SAY_MS = 5_000;

const words = { ...data('words'), ...data('stage-words') };
const code = document.body.dataset.joinCode ?? '';
const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

const store = new Store();
const looks = new Looks();
const picture = new Picture(store, words);
let stageToken = takeToken();
picture.rounds = new Rounds(code, () => stageToken, () => picture.draw());
/** One post after the other: who is quick is not ignored, and what was seen goes along with each. */
let posted = Promise.resolve();
/** The key that was asked "really?", until when. */
let asked = { deed: '', until: 0 };

const mayRun = () => document.body.dataset.trusted !== undefined || stageToken !== undefined;

/** The link's token leaves the address bar, which the whole hall can read, and stays with this tab. */
function takeToken() {
  const key = `live_polls.stage.${code}`;
  const given = location.hash.slice(1);
  if (given) history.replaceState(null, '', location.pathname + location.search);
  try {
    if (given) sessionStorage.setItem(key, given);
    return given || sessionStorage.getItem(key) || undefined;
  } catch {
    return given || undefined;
  }
}

function forgetToken() {
  stageToken = undefined;
  sessionStorage.removeItem(`live_polls.stage.${code}`);
  showRights();
}

/* The link to the room. */

/** @type {ReturnType<typeof setTimeout> | undefined} */ let lostTimer;

/** A short gap is nobody's business; after two seconds the hall may know that the picture is old. @param {string} text */
function showLost(text) {
  clearTimeout(lostTimer);
  const chip = byId('lost');
  if (!text) chip.hidden = true;
  else
    lostTimer = setTimeout(() => {
      chip.textContent = text;
      chip.hidden = false;
    }, PATIENCE_MS);
}

function follow() {
  new Live({
    code,
    store,
    role: 'stage',
    stageToken,
    onChange: (change) => {
      if (change.reactions) drawReactions(store.reactions);
      if (change.room || change.presence || change.questions || change.polls.size) picture.draw();
      showRights();
    },
    onLink: (link, reason) => {
      document.body.dataset.link = link;
      if (link === 'over' && reason === 4401 && stageToken) {
        forgetToken();
        tell(words.expired);
        follow();
      } else if (link === 'over') showLost(words.gone);
      else showLost(link === 'lost' ? words.lost : '');
    },
  }).start();
}

/* Deeds. */

/** @type {ReturnType<typeof setTimeout> | undefined} */ let saidTimer;

/** @param {string} text */
function tell(text) {
  clearTimeout(saidTimer);
  byId('said').textContent = text;
  byId('said').hidden = !text;
  saidTimer = setTimeout(() => (byId('said').hidden = true), SAY_MS);
}

/** @param {Record<string, string>} fields */
function post(fields) {
  posted = posted.then(async () => {
    const form = /** @type {HTMLFormElement} */ (byId('act'));
    const { done, message } = await act(form, fields, { unsent: words.unsent, stale: words.stale, stageToken });
    if (!done) tell(message);
  });
  return posted;
}

const next = () => post({ verb: 'next', seen: markOf(store) });

/** @param {string} screen */
function toggleScreen(screen) {
  const now = picture.own ?? store.room?.screen;
  const wanted = now === screen ? 'content' : screen;
  if (mayRun()) return post({ verb: wanted });
  picture.own = picture.own === screen ? null : screen;
  return picture.draw();
}

function back() {
  if (store.room?.screen !== 'content') return post({ verb: 'content' });
  const at = store.order.indexOf(store.current?.code ?? '');
  const before = at < 0 ? store.order.at(-1) : store.order[at - 1];
  return before ? post({ verb: 'stage', poll: before }) : tell(words.first);
}

function voting() {
  const poll = picture.current;
  if (!poll || store.current?.type === 'slide') return next();
  if (poll.state === 'open') return post({ verb: 'close', poll: poll.code });
  if (asked.deed !== 'voting' || asked.until < Date.now()) {
    asked = { deed: 'voting', until: Date.now() + SAY_MS };
    return tell(words.new_round);
  }
  return post({ verb: 'open', poll: poll.code });
}

function results() {
  const poll = picture.current;
  if (store.current?.type === 'slide') return undefined;
  return poll && post({ verb: store.tally(poll.code)?.counts ? 'hide' : 'show', poll: poll.code });
}

function extend() {
  const poll = picture.current;
  return poll && post({ verb: 'extend', poll: poll.code, seen: deadlineMark(poll.deadline) });
}

function untimed() {
  const poll = picture.current;
  return poll && post({ verb: 'untimed', poll: poll.code });
}

function fullScreen() {
  if (document.fullscreenElement) return document.exitFullscreen();
  return document.documentElement.requestFullscreen?.().catch(() => undefined);
}

const help = () => /** @type {HTMLDialogElement} */ (byId('help'));

/** @type {Record<string, (number: number) => unknown>} */
const DEEDS = {
  next,
  back,
  voting,
  results,
  extend,
  untimed,
  poll: (number) => post({ verb: 'stage', step: String(number) }),
  blank: () => toggleScreen('blank'),
  join: () => toggleScreen('join'),
  board: () => store.room?.quiz && toggleScreen('board'),
  questions: () => store.room?.asking && toggleScreen('questions'),
  table: () => look({ table: !looks.table }),
  theme: () => look({ theme: looks.theme === 'dark' ? 'light' : 'dark' }),
  bigger: () => resize(1),
  smaller: () => resize(-1),
  'full-screen': fullScreen,
  help: () => (help().open ? help().close() : help().showModal()),
  leave: () => picture.own && ((picture.own = null), picture.draw()),
};

/** @param {Partial<Looks>} wanted */
function look(wanted) {
  looks.set(wanted);
  picture.fit();
}

/** @param {number} step */
function resize(step) {
  looks.resize(step);
  picture.fit();
}

/** @param {string} deed */
function perform(deed, number = 0) {
  if (!store.room) return;
  if (RUNNING.has(deed) && !mayRun()) tell(words.watch_only);
  else DEEDS[deed]?.(number);
}

/* Keys, mouse, dialog. */

/** @type {ReturnType<typeof setTimeout> | undefined} */ let idleTimer;

function stir() {
  document.body.classList.remove('idle');
  clearTimeout(idleTimer);
  idleTimer = setTimeout(() => document.body.classList.add('idle'), IDLE_MS);
}

function showRights() {
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-run]'))) part.hidden = !mayRun();
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-watch]'))) part.hidden = mayRun();
  byId('extend').hidden = !picture.current?.deadline;
  byId('to-board').hidden = !store.room?.quiz;
  byId('to-questions').hidden = !store.room?.asking;
}

addEventListener('keydown', (event) => {
  const wish = wishOf(event, looks);
  if (!wish || (help().open && !['help', 'theme'].includes(wish.deed))) return;
  if (wish.deed !== 'leave') event.preventDefault();
  // A key that is held must not run through the whole deck.
  if (!event.repeat) perform(wish.deed, wish.number);
});
byId('strip').addEventListener('click', (event) => {
  const button = /** @type {Element} */ (event.target).closest('button');
  if (button) perform(button.dataset.deed ?? '');
});
byId('letters').addEventListener('change', (event) => {
  looks.set({ letters: /** @type {HTMLInputElement} */ (event.target).checked });
});
for (const sign of ['pointermove', 'pointerdown', 'focusin']) addEventListener(sign, stir);

byId('strip').hidden = false;
showRights();
stir();
keepAwake();
picture.fit();
follow();
