// @ts-check
/** Columns of a chart, and the cells of the table that says the same. */

import { count, setText } from 'live_polls/polls';

/** Make a list hold `n` children that are columns; the first is what others are made of. @param {Element} list @param {number} n */
export function fit(list, n) {
  const columns = [...list.querySelectorAll(':scope > [data-column]')];
  for (const column of columns.slice(Math.max(n, 1))) column.remove();
  for (let at = columns.length; at < n && columns[0]; at += 1) {
    const column = /** @type {HTMLElement} */ (columns[0].cloneNode(true));
    column.dataset.column = String(at + 1);
    list.append(column);
  }
}

/**
 * @param {Element} root what holds the columns, and the table's cells or rows
 * @param {{n: number, at: string, label: string}[]} columns @param {number} highest @param {number} [mine] which is mine, from 1
 */
export function drawColumns(root, columns, highest, mine = 0) {
  for (const [index, { n, at, label }] of columns.entries()) {
    for (const column of root.querySelectorAll(`[data-column="${index + 1}"]`)) {
      setText(column.querySelector('[data-n]'), n ? count(n) : '');
      setText(column.querySelector('[data-count]'), count(n));
      setText(column.querySelector('[data-at]'), at);
      setText(column.querySelector('[data-label]'), label);
      column.classList.toggle('mine', index + 1 === mine);
      const bar = /** @type {SVGRectElement | null} */ (column.querySelector('.rise'));
      bar?.setAttribute('y', '0');
      bar?.style.setProperty('transform', `translateY(${(1 - n / Math.max(1, highest)) * 100}%)`);
    }
  }
  // After the first drawing only: a page that opens shows the tally as it is, without a play.
  requestAnimationFrame(() => root.querySelector('.columns')?.classList.add('moving'));
}
