// @ts-check
/** The quiz on the big screen: who plays, and the leaderboard, whose lines move from their old places to the new. */

import { announce, say, sayMany, setText, stillness } from 'live_polls/polls';

/** @import {Store} from 'live_polls/polls' */

/** @typedef {{place: number, before: number, name: string | null, points: number, gained: number, streak: number, team: string, n_players: number}} Line */

const N_LOBBY_NAMES = 30;
const MOVE_MS = 900;
const numbers = new Intl.NumberFormat(document.documentElement.lang || undefined);
let drawn = '';

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** Those who came last, under how to join. @param {Store} store @param {Record<string, any>} words */
export function drawLobby({ room, players }, words) {
  const n = room?.quiz && players ? players.n : 0;
  byId('n-players').hidden = byId('player-names').hidden = !n;
  if (!n) return;
  setText(byId('n-players'), sayMany(words.players, n));
  const names = players.names.slice(0, N_LOBBY_NAMES);
  const place = byId('player-names');
  const known = new Map([...place.children].map((line) => [line.textContent, line]));
  const lines = names.map((/** @type {string} */ name) => {
    const line = known.get(name) ?? document.createElement('li');
    line.setAttribute('dir', 'auto');
    setText(line, name);
    return line;
  });
  place.replaceChildren(...lines);
}

/** @param {{players: Line[], teams: Line[], is_final: boolean, n_questions: number} | null} board @param {Record<string, any>} words */
export function drawBoard(board, words) {
  const now = JSON.stringify(board);
  if (now === drawn) return;
  drawn = now;
  if (!board) return;
  byId('board').dataset.final = board.is_final ? 'yes' : 'no';
  byId('board').dataset.teams = board.teams.length ? 'yes' : 'no';
  setText(byId('board-title'), board.is_final ? words.final : words.board);
  byId('board-empty').hidden = board.players.length > 0;
  byId('board-teams').hidden = board.teams.length === 0;
  const players = drawLines(byId('board-players'), board.players, words);
  const teams = drawLines(byId('board-teams'), board.teams, words);
  if (!stillness.matches) {
    if (board.is_final) rise(players);
    else move(players, board.players);
    move(teams, board.teams);
  }
  const [first] = board.players;
  if (first) announce(say(words.leads, { name: first.name ?? words.a_player, points: first.points }), true);
}

/** @param {HTMLElement} place @param {Line[]} lines @param {Record<string, any>} words */
function drawLines(place, lines, words) {
  const mould = /** @type {HTMLTemplateElement} */ (byId('board-line')).content.querySelector('li');
  const items = lines.map((line) => {
    const item = /** @type {HTMLElement} */ (mould?.cloneNode(true));
    item.dataset.place = String(line.place);
    const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (item.querySelector(selector));
    setText(part('.board-place'), String(line.place));
    setText(part('.board-name'), line.name ?? words.a_player);
    setText(part('[data-team]'), line.team);
    part('[data-team]').hidden = !line.team;
    setText(part('[data-n]'), String(line.streak));
    part('[data-streak]').hidden = line.streak < 2;
    setText(part('.board-points'), numbers.format(line.points));
    return item;
  });
  place.replaceChildren(...items);
  return items;
}

/** The third comes first, the winner last. @param {HTMLElement[]} items */
function rise(items) {
  for (const [at, item] of items.entries()) {
    item.animate(
      [{ transform: 'translateY(40%)', opacity: 0 }, { transform: 'none', opacity: 1 }],
      { duration: MOVE_MS, delay: at < 3 ? (2 - at) * 700 : 0, easing: 'cubic-bezier(0.2, 0.8, 0.2, 1)', fill: 'backwards' },
    );
  }
}

/** Let each line begin where it was before the last question, or below the others. @param {HTMLElement[]} items @param {Line[]} lines */
function move(items, lines) {
  const order = lines.map((line, at) => ({ at, before: line.before })).sort((a, b) => a.before - b.before || a.at - b.at);
  const tops = items.map((item) => item.offsetTop);
  const pitch = items.length > 1 ? tops[1] - tops[0] : 0;
  for (const [was, { at, before }] of order.entries()) {
    const from = before > lines.length ? (tops.at(-1) ?? 0) + pitch : tops[was];
    const by = (from ?? 0) - (tops[at] ?? 0);
    items[at]?.animate(
      [{ transform: `translateY(${by}px)`, opacity: before > lines.length ? 0 : 1 }, { transform: 'none', opacity: 1 }],
      { duration: MOVE_MS, delay: 300, easing: 'cubic-bezier(0.2, 0.8, 0.2, 1)', fill: 'backwards' },
    );
  }
}
