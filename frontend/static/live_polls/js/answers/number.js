// @ts-check
/** How a number is given: text that the server judges; here only what nobody can mean is held back. */

/** @import {Poll} from 'live_polls/types/polls' */

/** @param {HTMLFormElement} form @returns {HTMLInputElement} */
const field = (form) => /** @type {any} */ (form.elements.namedItem('value'));

/** Keep the sentences about the range that there is. @param {HTMLFormElement} form @param {Poll} poll */
export function build(form, { settings: { minimum, maximum, step, decimals } }) {
  const range = minimum === null ? (maximum === null ? '' : 'most') : maximum === null ? 'least' : 'both';
  for (const sentence of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll('[data-range]'))) {
    const { range: name } = sentence.dataset;
    if (name === 'step' ? step === null : name !== range) sentence.remove();
  }
  field(form).inputMode = decimals || minimum === null || Number(minimum) < 0 ? 'decimal' : 'numeric';
}

/** @param {HTMLFormElement} form @param {Poll} poll */
export function read(form, { settings: { minimum, maximum } }) {
  const input = field(form);
  // Half of the world writes 12,5; there are no thousands, so a comma can mean nothing else.
  const value = input.value.trim().replace(',', '.').replace('−', '-');
  const isNumber = /^-?\d+(\.\d+)?$/.test(value);
  const isOut = isNumber && ((minimum !== null && Number(value) < Number(minimum)) || (maximum !== null && Number(value) > Number(maximum)));
  input.ariaInvalid = String(!isNumber || isOut);
  if (isOut) return { error: form.querySelector('[data-range]')?.textContent?.trim() };
  if (!isNumber) return { error: /** @type {HTMLElement} */ (form.querySelector('[data-answer]')).dataset.wrong };
  return { value };
}

/** @param {HTMLFormElement} form @param {any} answer */
export function choose(form, answer) {
  field(form).value = answer?.value ?? '';
}

/** @param {any} answer @param {Poll} poll */
export const sum = ({ value }, { settings: { unit } }) => `${value} ${unit}`.trim();
