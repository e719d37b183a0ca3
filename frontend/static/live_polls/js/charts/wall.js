// @ts-check
/** A wall of answers, the newest first: what is there stays, what is new comes in, what is hidden goes at once. */

import { showRest } from 'live_polls/charts/texts';
import { sayVotes, setText } from 'live_polls/polls';

/** @import {Tally} from 'live_polls/types/polls' */

/** @param {HTMLElement} figure @param {Tally} tally */
export function draw(figure, tally) {
  const wall = /** @type {HTMLElement} */ (figure.querySelector('[data-wall]'));
  const standing = new Map([...wall.children].map((card) => [/** @type {HTMLElement} */ (card).dataset.textId, card]));
  const isFirst = !standing.size;
  const cards = (tally.texts ?? []).map(({ id, text }) => {
    const card = standing.get(id) ?? Object.assign(document.createElement('li'), { dir: 'auto', className: isFirst ? '' : 'new' });
    /** @type {HTMLElement} */ (card).dataset.textId = id;
    setText(card, text);
    return card;
  });
  wall.replaceChildren(...cards);
  wall.dataset.many = cards.length <= 4 ? 'few' : cards.length <= 12 ? 'several' : 'many';
  setText(figure.querySelector('[data-lead]'), sayVotes(tally.n_ballots));
  showRest(figure, tally);
}
