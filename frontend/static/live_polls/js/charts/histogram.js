// @ts-check
/** Draws numbers: the middle answer, the average and a histogram. Numbers come as decimal text and stay exact. */

import { drawColumns, fit } from 'live_polls/charts/columns';
import { say, setText } from 'live_polls/polls';

/** @import {Draw} from 'live_polls/polls' */
/** @import {Poll} from 'live_polls/types/polls' */

/** A decimal text as people read it, in groups from five digits on: with four it may be a year. @param {string} text */
export function decimal(text) {
  const places = text.split('.')[1]?.length ?? 0;
  const format = new Intl.NumberFormat(document.documentElement.lang || 'en', {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
    useGrouping: Math.abs(Number(text)) >= 10_000,
  });
  return format.format(Number(text));
}

/** @param {string | null | undefined} text @param {Poll | undefined} poll */
const measured = (text, poll) => (text ? `${decimal(text)} ${poll?.settings.unit ?? ''}`.trim() : '–');

/** @type {Draw} */
export function draw(figure, { counts = {}, columns = [], median, mean, approximate }, { poll, mine }) {
  const spans = /** @type {[string | null, string | null][]} */ (columns);
  const list = /** @type {HTMLElement} */ (figure.querySelector('.columns'));
  const body = /** @type {HTMLElement} */ (figure.querySelector('tbody'));
  const isEmpty = !list.children.length;
  if (isEmpty) for (const part of [list, body]) part.append(...column(part));
  for (const part of [list, body]) {
    fit(part, spans.length);
    if (!spans.length) part.replaceChildren();
    part.dataset.columns = String(spans.length);
  }
  const shown = spans.map(([low, high], at) => ({ n: counts[at + 1] ?? 0, at: name(low, high, low), label: name(low, high) }));
  drawColumns(figure, shown, Math.max(1, ...Object.values(counts)), spans.findIndex((span) => holds(span, mine?.value)) + 1);
  const { right, tolerance } = poll?.settings ?? {};
  for (const [at, span] of spans.entries()) {
    figure.querySelector(`.columns [data-column="${at + 1}"]`)?.classList.toggle('right', holds(span, right));
  }
  const middle = (approximate && median ? '≈ ' : '') + measured(median, poll);
  setText(figure.querySelector('[data-median]'), middle);
  setText(figure.querySelector('[data-mean]'), measured(mean, poll));
  const rightLine = /** @type {HTMLElement} */ (figure.querySelector('[data-right]'));
  rightLine.hidden = !right;
  const around = tolerance && tolerance !== '0' ? ` (± ${decimal(tolerance)})` : '';
  setText(figure.querySelector('[data-right-value]'), right ? measured(right, poll) + around : '');
  const { middle: words, none } = figure.dataset;
  setText(figure.querySelector('[data-lead]'), median ? say(words ?? '', { median: middle, mean: measured(mean, poll) }) : (none ?? ''));
}

/** @param {[string | null, string | null]} span @param {string | undefined} value */
const holds = ([low, high], value) =>
  Boolean(value) && (low === null || Number(value) >= Number(low)) && (high === null || Number(value) <= Number(high));

/** A span of numbers, or in short where it begins. @param {string | null} low @param {string | null} high @param {string | null} [short] */
function name(low, high, short) {
  if (low === null) return `≤ ${high}`;
  if (high === null) return `≥ ${low}`;
  return short ?? (low === high ? low : `${low}–${high}`);
}

/** A column to make others of: the server left one in the figure's template. @param {Element} part */
function column(part) {
  const figure = /** @type {HTMLElement} */ (part.closest('.chart'));
  const template = /** @type {HTMLTemplateElement} */ (figure.querySelector(`template[data-for="${part.localName}"]`));
  return [...template.content.cloneNode(true).childNodes].filter((node) => node instanceof Element);
}
