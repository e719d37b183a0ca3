// @ts-check
/**
 * The remote. The server renders it; this script asks for it again when more than a tally has changed, moves the bars
 * in between, and sends the forms without leaving the page. What the server says wins, so that two remotes agree.
 */

import { act } from 'live_polls/acts';
import { keepAwake } from 'live_polls/awake';
import { Live } from 'live_polls/live';
import { data, drawChart, sayMany, setText, share, Store, tickCountdowns } from 'live_polls/polls';

const PATIENCE_MS = 2_000;
const SAY_MS = 5_000;
const AGAIN_MS = 1_000;

const words = { ...data('words'), ...data('remote-words') };
const store = new Store();
const byId = (/** @type {string} */ id) => document.getElementById(id);

/* What changes with each vote. */

function drawNumbers() {
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-votes]'))) {
    const tally = store.tally(element.dataset.votes ?? '');
    if (tally) setText(element, sayMany(words.votes, tally.n_ballots));
  }
  const figure = /** @type {HTMLElement | null} */ (document.querySelector('.now .chart'));
  const code = figure?.dataset.chart ?? '';
  const tally = figure && store.tally(code);
  if (figure && tally?.counts) drawChart(figure, tally, { poll: store.polls.get(code) });
  drawCrowd(tally?.n_ballots);
  drawPulse();
  for (const place of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-upvotes]'))) {
    const question = store.questions.get(place.dataset.upvotes ?? '');
    if (question) setText(place, String(question.n_upvotes));
  }
  tickCountdowns(store.skew);
}

/** A gauge and no alarm: it moves slowly, says nothing by itself, and is there only while somebody says something. */
function drawPulse() {
  const gauge = byId('pulse');
  if (!gauge) return;
  const total = Object.values(store.pulse).reduce((sum, n) => sum + n, 0);
  gauge.hidden = !total;
  for (const line of /** @type {NodeListOf<HTMLElement>} */ (gauge.querySelectorAll('[data-pulse]'))) {
    const n = store.pulse[line.dataset.pulse ?? ''] ?? 0;
    setText(line.querySelector('[data-n]'), String(n));
    // Of all who are here: three of four hundred are no reason to change the pace.
    line.style.setProperty('--part', String(Math.min(1, n / Math.max(store.presence, total, 1))));
  }
}

/** @param {number | undefined} nBallots */
function drawCrowd(nBallots) {
  const parts = [sayMany(words.here, store.presence)];
  if (nBallots !== undefined) {
    const part = store.presence ? ` (${share(Math.min(1, nBallots / store.presence))})` : '';
    parts.push(sayMany(words.voted, nBallots) + part);
  }
  setText(byId('crowd'), parts.join(' · '));
}

/* Everything else. */

/** How many texts wait, as far as the page lists them. @param {string} code */
const nHeld = (code) => Math.min(50, store.tally(code)?.n_held ?? 0);
/** The questions without their upvotes, which are drawn as they come. */
const asked = () => [...store.questions.values()].map((question) => ({ ...question, n_upvotes: 0 }));
/** All that the server's page depends on but tallies. */
const layout = () =>
  JSON.stringify([store.room, store.current, store.order.map((code) => [store.polls.get(code), nHeld(code)]), asked()]);
let shown = '';
let isFetching = false;

/** Bring the page up to what the store knows; as often as it moves on meanwhile. */
async function refresh() {
  if (isFetching) return;
  isFetching = true;
  for (let wanted = ''; wanted !== layout(); ) {
    wanted = layout();
    const page = await fetchPage();
    const board = page?.getElementById('board');
    if (board) swap(board);
    else await new Promise((go) => setTimeout(go, AGAIN_MS));
    if (!board) wanted = '';
  }
  shown = layout();
  isFetching = false;
}

/** The page as a document. Not by fetch(): only this way does the browser parse it without trusting it. @returns {Promise<Document | null>} */
function fetchPage() {
  return new Promise((answer) => {
    const request = new XMLHttpRequest();
    request.open('GET', location.pathname);
    request.responseType = 'document';
    request.onload = () => {
      const isElsewhere = new URL(request.responseURL).pathname !== location.pathname;
      // Signed out, or no right any more: the server's own page says so.
      if (isElsewhere || (request.status >= 400 && request.status < 500)) location.reload();
      answer(request.status === 200 ? request.responseXML : null);
    };
    request.onerror = () => answer(null);
    request.send();
  });
}

/** @param {HTMLElement} board */
function swap(board) {
  const focused = document.activeElement?.id;
  const unfolded = [...document.querySelectorAll('details[open][id]')].map(({ id }) => id);
  // What is half written stays.
  const kept = /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll('[data-keep]')]).filter((field) => field.value !== field.defaultValue);
  byId('board')?.replaceWith(document.importNode(board, true));
  for (const { id, value } of kept) if (byId(id)) /** @type {HTMLInputElement} */ (byId(id)).value = value;
  for (const id of unfolded) byId(id)?.setAttribute('open', '');
  if (focused) (byId(focused) ?? byId('next'))?.focus({ preventScroll: true });
  dress();
  drawNumbers();
}

/** What only works with scripts. */
function dress() {
  const copy = byId('copy');
  if (copy) copy.hidden = false;
}

/* The link. */

/** @type {ReturnType<typeof setTimeout> | undefined} */ let lostTimer;

/** @param {string} text */
function showBanner(text) {
  clearTimeout(lostTimer);
  const banner = /** @type {HTMLElement} */ (byId('banner'));
  if (!text) banner.hidden = true;
  else
    lostTimer = setTimeout(() => {
      banner.textContent = text;
      banner.hidden = false;
    }, PATIENCE_MS);
}

const live = new Live({
  code: document.body.dataset.joinCode ?? '',
  store,
  role: 'host',
  onChange: () => {
    if (!store.room) return;
    if (!shown && String(store.version) === document.body.dataset.version) shown = layout();
    if (shown === layout()) drawNumbers();
    else refresh();
  },
  onLink: (link) => {
    document.body.dataset.link = link;
    showBanner(link === 'over' ? words.over : link === 'lost' ? words.lost : '');
  },
});

/* Deeds. */

/** @type {ReturnType<typeof setTimeout> | undefined} */ let saidTimer;

/** @param {string} text */
function tell(text) {
  clearTimeout(saidTimer);
  const said = /** @type {HTMLElement} */ (byId('said'));
  said.textContent = text;
  said.hidden = !text;
  saidTimer = setTimeout(() => (said.hidden = true), SAY_MS);
}

addEventListener('submit', async (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
  event.preventDefault();
  if (button?.ariaBusy === 'true') return;
  if (button) button.ariaBusy = 'true';
  const fields = Object.fromEntries(/** @type {Iterable<[string, string]>} */ (new FormData(form, button)));
  const { done, message } = await act(form, fields, { unsent: words.unsent, stale: words.over });
  if (button) button.ariaBusy = 'false';
  tell(message);
  // Without a link nobody else will tell us what came of it.
  if (done && live.link !== 'live') {
    const board = (await fetchPage())?.getElementById('board');
    if (board) swap(board);
  }
});

addEventListener('click', async (event) => {
  if (!(/** @type {Element} */ (event.target).closest('#copy'))) return;
  const link = /** @type {HTMLInputElement} */ (byId('stage-link'));
  try {
    await navigator.clipboard.writeText(link.value);
    tell(words.copied);
  } catch {
    // Plain http has no clipboard: select it, and people know what to do.
    byId('link-details')?.setAttribute('open', '');
    link.select();
    tell(words.copy);
  }
});

dress();
setInterval(() => tickCountdowns(store.skew), 250);
keepAwake();
live.start();
