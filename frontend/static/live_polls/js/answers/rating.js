// @ts-check
/** How a rating is given: a scale of radio buttons an item; item 0 is the question itself. */

import { letter, say } from 'live_polls/polls';

/** @import {Poll} from 'live_polls/types/polls' */

/** @param {HTMLElement} form @param {string} selector @returns {any[]} */
const all = (form, selector) => [...form.querySelectorAll(selector)];

/** Make as many buttons as the scale has. @param {HTMLFormElement} form @param {Poll} poll */
export function build(form, { settings: { scale } }) {
  const { name } = /** @type {HTMLElement} */ (form.querySelector('.rates')).dataset;
  for (const rate of all(form, '.rate')) {
    const [first, ...others] = all(rate, '.mark:not(.none)');
    for (const mark of others) mark.remove();
    const marks = Array.from({ length: scale }, (_, at) => {
      const mark = first.cloneNode(true);
      const input = mark.querySelector('input');
      input.value = String(at + 1);
      input.defaultChecked = false;
      mark.querySelector('.face').textContent = input.value;
      mark.querySelector('.vh').textContent = say(name ?? '', { n: at + 1, most: scale });
      return mark;
    });
    first.replaceWith(...marks);
    if (rate.dataset.option === '0') rate.querySelector('.none')?.remove();
  }
}

/** @param {HTMLFormElement} form @param {Poll} poll */
export function read(form, { options }) {
  const values = Object.fromEntries(
    all(form, '.mark input:checked')
      .filter((input) => input.value)
      .map((input) => [input.name.replace('rate_', ''), Number(input.value)]),
  );
  const rates = /** @type {HTMLElement} */ (form.querySelector('.rates'));
  if (!Object.keys(values).length) return { error: rates.dataset.choose };
  return options.length ? { values } : { value: values[0] };
}

/** @param {HTMLFormElement} form @param {any} answer */
export function choose(form, answer) {
  const values = answer?.values ?? { 0: answer?.value };
  for (const input of all(form, '.mark input')) {
    input.checked = input.value === String(values[input.name.replace('rate_', '')] ?? '');
  }
}

/** @param {any} answer @param {Poll} poll */
export function sum({ value, values = {} }, { settings: { scale } }) {
  if (value) return `${value}/${scale}`;
  return Object.keys(values).map((item) => `${letter(Number(item))} ${values[item]}/${scale}`).join(', ');
}
