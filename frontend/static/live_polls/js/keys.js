// @ts-check
/**
 * Which key means what on the stage. Pure: a key event in, the name of a deed out.
 *
 * Presentation clickers send PageDown, PageUp, "." or "b", and F5: all of them must do what a speaker expects.
 */

/** @typedef {{deed: string, number: number}} Wish */

/** Work whatever the letter keys are set to: none of them is a character (WCAG 2.1.4). */
const ALWAYS = new Map([
  ['PageDown', 'next'],
  ['ArrowRight', 'next'],
  [' ', 'next'],
  ['PageUp', 'back'],
  ['ArrowLeft', 'back'],
  ['Escape', 'leave'],
]);

const CHARACTERS = new Map([
  ['n', 'next'],
  ['p', 'back'],
  ['v', 'voting'],
  ['r', 'results'],
  ['t', 'extend'],
  ['shift+t', 'untimed'],
  ['c', 'table'],
  ['j', 'join'],
  ['l', 'board'],
  ['q', 'questions'],
  ['b', 'blank'],
  ['.', 'blank'],
  ['f', 'full-screen'],
  ['d', 'theme'],
  ['+', 'bigger'],
  ['=', 'bigger'],
  ['-', 'smaller'],
  ['?', 'help'],
]);

/** Deeds that change the room for everybody; they need a trusted stage. */
export const RUNNING = new Set(['next', 'back', 'voting', 'results', 'extend', 'untimed', 'poll', 'board']);

/**
 * What this key press asks for, or null when it is none of ours.
 *
 * @param {KeyboardEvent} event
 * @param {{letters: boolean}} options whether letters, digits and signs count
 * @returns {Wish | null}
 */
export function wishOf(event, { letters }) {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return null;
  if (isTyping(event.target) || (event.key === ' ' && isPressable(event.target))) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const deed = ALWAYS.get(key) ?? (letters ? (shifted(event, key) ?? CHARACTERS.get(key)) : undefined);
  if (deed) return { deed, number: 0 };
  return letters && /^[1-9]$/.test(key) ? { deed: 'poll', number: Number(key) } : null;
}

/** Signs need Shift on many keyboards, so it counts only where a deed of its own hangs on it. @param {KeyboardEvent} event @param {string} key */
const shifted = (event, key) => (event.shiftKey ? CHARACTERS.get(`shift+${key}`) : undefined);

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof Element && target.closest('input:not([type=checkbox]), textarea, select, [contenteditable]') !== null;
}

/** Space must press the button or tick the box that has the focus. @param {EventTarget | null} target */
function isPressable(target) {
  return target instanceof Element && target.closest('button, a[href], summary, input') !== null;
}
