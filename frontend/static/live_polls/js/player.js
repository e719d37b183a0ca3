// @ts-check
/** Who I am in the quiz: the form for a name, and how I stand. Loaded by phones in rooms with a quiz. */

import { announce, say, sayMany, setText } from 'live_polls/polls';

/** @import {Store} from 'live_polls/polls' */

const place = /** @type {HTMLElement} */ (document.getElementById('player'));
const form = /** @type {HTMLFormElement} */ (place.querySelector('form'));
/** @type {(selector: string) => HTMLElement} */
const find = (selector) => /** @type {HTMLElement} */ (place.querySelector(selector));
const numbers = new Intl.NumberFormat(document.documentElement.lang || undefined);
let wired = false;
let said = '';

/** @param {string} selector @param {string} text */
function tell(selector, text) {
  setText(find(selector), text);
  find(selector).hidden = !text;
}

/** @param {Store} store @param {{code: string, words: any}} page */
export function show(store, { code, words }) {
  wire(store, code, words);
  const { player } = store;
  const hadFocus = form.contains(document.activeElement);
  form.hidden = Boolean(player);
  find('[data-me]').hidden = !player;
  if (!player) return;
  const { points, place: at, n_players: of, gained, streak, last } = player;
  const of_ = words.player;
  setText(find('[data-name]'), player.name);
  setText(find('[data-team]'), player.team);
  setText(find('[data-points]'), sayMany(of_.points, points));
  setText(find('[data-place]'), at ? say(of_.place, { place: at, of }) : '');
  tell('[data-streak]', streak > 1 ? say(of_.streak, { n: streak }) : '');
  tell('[data-gained]', last ? say(gained ? of_.gained : of_.missed, { n: numbers.format(gained) }) : '');
  find('[data-gained]').dataset.right = String(gained > 0);
  tell('[data-held]', player.state === 'held' ? of_.held : '');
  const now = JSON.stringify([last, points, at]);
  if (said && said !== now && last) announce([find('[data-gained]'), find('[data-place]')].map((part) => part.textContent).join('. '), true);
  said = now;
  if (hadFocus) {
    find('h2').tabIndex = -1;
    find('h2').focus({ preventScroll: true });
  }
}

/** @param {Store} store @param {string} code @param {any} words */
function wire(store, code, words) {
  if (wired) return;
  wired = true;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const button = /** @type {HTMLButtonElement} */ (form.querySelector('button'));
    button.disabled = true;
    const { player, refused } = await ask(code, form, words);
    button.disabled = false;
    tell('[data-name-error]', refused ?? '');
    if (refused) find('input').focus();
    // What the server pushes holds points as well; until then the name is enough.
    if (player && !store.player) {
      store.player = { points: 0, gained: 0, streak: 0, place: null, n_players: 0, last: null, ...player };
      show(store, { code, words });
    }
  });
}

/**
 * Ask for a name: repeatable, who has it gets it again.
 * @param {string} code @param {HTMLFormElement} from @param {any} words
 * @returns {Promise<{player?: any, refused?: string}>}
 */
async function ask(code, from, words) {
  const fields = new FormData(from);
  const body = JSON.stringify({ name: fields.get('name'), team: fields.get('team') ?? '' });
  try {
    const response = await fetch(`/api/v1/rooms/${code}/player`, { method: 'POST', body });
    const heard = await response.json();
    return response.ok ? { player: heard } : { refused: words.refused[heard.code === 'not_allowed' ? 'name_kept' : heard.code] ?? heard.message };
  } catch {
    return { refused: words.refused.unsent };
  }
}
