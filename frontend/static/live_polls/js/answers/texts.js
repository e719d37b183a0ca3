// @ts-check
/** Fields to write in: each that holds something is one text of the answer. */

/** @import {Poll} from 'live_polls/types/polls' */

/** @typedef {HTMLInputElement | HTMLTextAreaElement} Field */

/** @param {HTMLFormElement} form @returns {Field[]} */
const fieldsOf = (form) => [.../** @type {NodeListOf<Field>} */ (form.querySelectorAll('[name="texts"]'))];

/** @param {HTMLFormElement} form */
export function read(form) {
  const texts = fieldsOf(form).map((field) => field.value.trim()).filter(Boolean);
  const place = /** @type {HTMLElement} */ (form.querySelector('[data-answer]'));
  return texts.length ? { texts } : { error: place.dataset.empty };
}

/** Show an answer, but never take a word out of somebody's hand. @param {HTMLFormElement} form @param {any} answer */
export function choose(form, answer) {
  const fields = fieldsOf(form);
  if (!fields.includes(/** @type {Field} */ (document.activeElement))) {
    for (const [place, field] of fields.entries()) field.value = answer?.texts?.[place] ?? '';
  }
  limit(form);
}

/** As many fields as there may be texts. @param {HTMLFormElement} form @param {Poll} poll */
export function build(form, { settings }) {
  const [first] = fieldsOf(form);
  for (let n = 2; n <= (settings.max_words ?? settings.max_texts); n += 1) {
    const copy = /** @type {Field} */ (first.cloneNode());
    copy.setAttribute('aria-label', first.getAttribute('aria-label')?.replace('1', String(n)) ?? '');
    first.parentElement?.append(copy);
  }
  if (!settings.hold) form.querySelector('[data-hold]')?.remove();
  limit(form);
}

/** Three fields, and one more as long as the last is filled. @param {HTMLFormElement} form */
export function limit(form) {
  const fields = fieldsOf(form);
  const last = fields.findLastIndex((field) => field.value.trim());
  for (const [place, field] of fields.entries()) field.hidden = place > Math.max(2, last + 1);
}

/** An answer in a few signs. @param {any} answer */
export const sum = (answer) => (answer?.texts ?? []).join(', ');
