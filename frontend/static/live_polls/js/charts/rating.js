// @ts-check
/** Draws ratings: an item's average along the scale, and how often each value was given. */

import { drawColumns, fit } from 'live_polls/charts/columns';
import { average, count, say, setText } from 'live_polls/polls';

/** @import {Draw} from 'live_polls/polls' */

/** @type {Draw} */
export function draw(figure, { values = {}, averages = {}, counts = {} }, { poll, mine }) {
  const { scale = 5, lowest = '', highest: top = '' } = poll?.settings ?? {};
  const items = /** @type {NodeListOf<HTMLElement>} */ (figure.querySelectorAll('[data-row]'));
  const highest = Math.max(1, ...Object.values(values).flat());
  const rated = mine?.values ?? (mine?.value ? { 0: mine.value } : {});
  for (const list of figure.querySelectorAll('.columns, thead tr, tbody tr')) fit(list, scale);
  for (const item of [.../** @type {NodeListOf<HTMLElement>} */ (figure.querySelectorAll('thead')), ...items]) {
    const number = item.dataset.row ?? '';
    const given = values[number] ?? Array(scale).fill(0);
    const mean = averages[number] ?? null;
    item.classList.toggle('mine', number in rated);
    setText(item.querySelector('[data-figure="average"]'), mean === null ? '–' : average(mean));
    setText(item.querySelector('[data-figure="count"]'), count(counts[number] ?? 0));
    setText(item.querySelector('[data-figure="scale"]'), `/ ${scale}`);
    const columns = given.map((/** @type {number} */ n, /** @type {number} */ at) => ({ n, at: String(at + 1), label: String(at + 1) }));
    drawColumns(item, columns, highest, rated[number]);
    const bar = /** @type {SVGRectElement | null} */ (item.querySelector('.fill'));
    bar?.setAttribute('x', '0');
    bar?.style.setProperty('transform', `translateX(${((mean ?? 0) / scale - 1) * 100}%)`);
  }
  figure.classList.toggle('whole', items[0]?.dataset.row === '0');
  const ends = /** @type {HTMLElement | null} */ (figure.querySelector('.ends'));
  if (ends) ends.hidden = !lowest && !top;
  for (const [name, text] of Object.entries({ lowest, highest: top, scale: String(scale) })) setText(figure.querySelector(`[data-${name}]`), text);
  setText(figure.querySelector('[data-lead]'), lead(figure, averages, scale));
  requestAnimationFrame(() => figure.querySelector('.bars')?.classList.add('moving'));
}

/** The ratings in one sentence: of the best item, or of the question. @param {HTMLElement} figure @param {Record<string, number | null>} averages @param {number} scale */
function lead(figure, averages, scale) {
  const [best] = Object.keys(averages).sort((a, b) => (averages[b] ?? 0) - (averages[a] ?? 0));
  const mean = averages[best];
  if (!mean) return '';
  const option = figure.querySelector(`[data-row="${best}"] [data-text]`)?.textContent ?? '';
  const sentence = best === '0' ? figure.dataset.one : figure.dataset.best;
  return say(sentence ?? '', { option, figure: average(mean), most: scale });
}
