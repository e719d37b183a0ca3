// @ts-check
/** Results in a page of somebody else. It follows the room as an anonymous stage does, and asks for nothing. */

import { Live } from 'live_polls/live';
import { data, drawChart, sayMany, setText, Store } from 'live_polls/polls';

/** Loading anew is for another poll, not for each tick: a room in which much happens is loaded this often at most. */
const PAUSE_MS = 3_000;

const words = data('words');
const { joinCode: code = '', mark = '' } = document.body.dataset;
const store = new Store();
const began = Date.now();
/** @type {ReturnType<typeof setTimeout> | undefined} */ let reloading;

/** As views/embed.py makes it. */
function markNow() {
  const poll = store.current && store.polls.get(store.current.code);
  if (!poll) return '';
  return `${poll.code}.${poll.round}.${poll.state}.${store.tally(poll.code)?.counts ? 'shown' : 'hidden'}`;
}

function show() {
  if (!store.room) return;
  if (markNow() !== mark) {
    reloading ??= setTimeout(() => location.reload(), Math.max(0, began + PAUSE_MS - Date.now()));
    return;
  }
  clearTimeout(reloading);
  reloading = undefined;
  const poll = store.current && store.polls.get(store.current.code);
  const tally = poll && store.tally(poll.code);
  const figure = /** @type {HTMLElement | null} */ (document.querySelector('.chart'));
  if (figure && tally?.counts) drawChart(figure, tally, { poll });
  if (tally) setText(document.getElementById('n-ballots'), sayMany(words.votes, tally.n_ballots));
}

new Live({ code, store, role: 'stage', onChange: show, onLink: (link) => (document.body.dataset.link = link) }).start();
