// @ts-check
/** What charts of texts have in common: how many more there are, and how many wait for a moderator. */

import { count, data, sayMany, setText } from 'live_polls/polls';

/** @import {Tally} from 'live_polls/types/polls' */

/** @type {any} */ let kept;

/** @param {HTMLElement} figure @param {Tally} tally */
export function showRest(figure, { n_more: nMore = 0, n_held: nHeld = 0 }) {
  kept ??= data('words');
  setText(figure.querySelector('[data-more]'), nMore ? sayMany(kept.more, nMore) : '');
  setText(figure.querySelector('[data-held]'), nHeld ? sayMany(kept.held, nHeld) : '');
}

/** What was named besides the options. @param {HTMLElement} figure @param {HTMLElement} others @param {Tally} tally */
export function showOther(figure, others, tally) {
  others.hidden = !(tally.texts?.length || tally.n_more || tally.n_held);
  others.querySelector('[data-other-texts]')?.replaceChildren(
    ...(tally.texts ?? []).map((/** @type {{text: string, n: number}} */ { text, n }) => {
      const item = document.createElement('li');
      item.append(Object.assign(document.createElement('bdi'), { textContent: text }));
      if (n > 1) item.append(' ', Object.assign(document.createElement('span'), { className: 'figures', textContent: `×${count(n)}` }));
      return item;
    }),
  );
  showRest(figure, tally);
}
