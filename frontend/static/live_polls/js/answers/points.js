// @ts-check
/** How points are spread: the fields are the answer; buttons and sliders move them, and never give more than is left. */

import { letter, say, setText } from 'live_polls/polls';

/** @import {Poll} from 'live_polls/types/polls' */

const PARTS = 20; // a press gives a twentieth

/** @param {HTMLElement} form @returns {HTMLInputElement[]} */
const fields = (form) => [...form.querySelectorAll(/** @type {'input'} */ ('.share input[name]'))];
/** @param {HTMLInputElement} field */
const given = (field) => Math.max(0, Math.floor(Number(field.value)) || 0);
/** @param {HTMLElement} form */
const total = (form) => fields(form).reduce((sum, field) => sum + given(field), 0);
/** @param {HTMLElement} form @returns {HTMLElement} */
const spread = (form) => /** @type {HTMLElement} */ (form.querySelector('.sharing'));
/** @type {WeakSet<HTMLFormElement>} */ const dressed = new WeakSet();

/** Show what is left, and what each button can do. @param {HTMLFormElement} form @param {Poll} poll */
export function limit(form, poll) {
  if (!dressed.has(form)) dress(form, poll);
  const left = poll.settings.total - total(form);
  for (const field of fields(form)) {
    const row = /** @type {HTMLElement} */ (field.closest('.share'));
    const [less, more] = /** @type {NodeListOf<HTMLButtonElement>} */ (row.querySelectorAll('[data-step]'));
    less.disabled = !given(field);
    more.disabled = left <= 0;
    const slider = /** @type {HTMLInputElement} */ (row.querySelector('.slider'));
    if (Number(slider.value) !== given(field)) slider.value = String(given(field));
    row.classList.toggle('placed', given(field) > 0);
  }
  const rest = /** @type {HTMLElement} */ (form.querySelector('[data-rest]'));
  const { left: words, over } = spread(form).dataset;
  rest.dataset.rest = left ? (left < 0 ? 'over' : 'left') : 'done';
  setText(rest, say((left < 0 ? over : words) ?? '', { n: Math.abs(left) }));
}

/** What only works with scripts. @param {HTMLFormElement} form @param {Poll} poll */
function dress(form, poll) {
  dressed.add(form);
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll('.sharing [hidden]'))) part.hidden = false;
  form.addEventListener('click', ({ target }) => {
    const button = /** @type {Element} */ (target).closest('[data-step]');
    const field = button?.closest('.share')?.querySelector('input');
    if (!(button instanceof HTMLElement) || !field) return;
    const step = Math.max(1, Math.round(poll.settings.total / PARTS));
    const left = poll.settings.total - total(form);
    const most = Number(button.dataset.step) > 0 ? Math.min(step, left) : -Math.min(step, given(field));
    field.value = String(given(field) + most);
    limit(form, poll);
  });
  form.addEventListener(
    'input',
    ({ target }) => {
      const slider = /** @type {HTMLInputElement} */ (target);
      if (!slider.matches('.slider')) return;
      const field = /** @type {HTMLInputElement} */ (slider.closest('.share')?.querySelector('input[name]'));
      const left = poll.settings.total - total(form) + given(field);
      field.value = String(Math.min(Number(slider.value), Math.max(0, left)));
      slider.value = field.value;
    },
    { capture: true },
  );
}

/** @param {HTMLFormElement} form @param {Poll} poll */
export function read(form, poll) {
  const sum = total(form);
  const isWhole = fields(form).every((field) => field.value === '' || /^\d+$/.test(field.value));
  if (sum !== poll.settings.total || !isWhole) {
    return { error: say(spread(form).dataset.wrong ?? '', { total: poll.settings.total, given: sum }) };
  }
  return { points: Object.fromEntries(fields(form).filter(given).map((field) => [field.name.replace('points_', ''), given(field)])) };
}

/** @param {HTMLFormElement} form @param {any} answer */
export function choose(form, answer) {
  for (const field of fields(form)) field.value = String(answer?.points?.[field.name.replace('points_', '')] ?? 0);
}

/** @param {any} answer */
export const sum = ({ points = {} }) => Object.keys(points).map((option) => `${letter(Number(option))} ${points[option]}`).join(', ');
