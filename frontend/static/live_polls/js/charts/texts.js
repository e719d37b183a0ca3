// @ts-check
/** What charts of texts have in common: how many more there are, and how many wait for a moderator. */

import { data, sayMany, setText } from 'live_polls/polls';

/** @import {Tally} from 'live_polls/types/polls' */

/** @type {any} */ let kept;

/** @param {HTMLElement} figure @param {Tally} tally */
export function showRest(figure, { n_more: nMore = 0, n_held: nHeld = 0 }) {
  kept ??= data('words');
  setText(figure.querySelector('[data-more]'), nMore ? sayMany(kept.more, nMore) : '');
  setText(figure.querySelector('[data-held]'), nHeld ? sayMany(kept.held, nHeld) : '');
}
