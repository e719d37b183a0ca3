// @ts-check
/** Taps for the stage, and how the talk goes for one. Loaded by a phone with its first tap. */

import { announce, say, stillness } from 'live_polls/polls';

/** Faster than this the server would drop them anyway. */
const PAUSE_MS = 250;
/** For so long the server counts the last word of each. */
const PULSE_MS = 60_000;

/** @type {ReturnType<typeof setTimeout> | undefined} */ let calmer;
let lastAt = -PAUSE_MS;

/**
 * Send a tap by `send`, which says whether there was a link to send it by: a tap is worth nothing later.
 * @param {HTMLButtonElement} button @param {(message: object) => boolean} send @param {{sent: string, unsent: string}} words
 */
export function tap(button, send, words) {
  if (performance.now() - lastAt < PAUSE_MS) return;
  lastAt = performance.now();
  const isSent = send({ type: 'reaction.send', reaction: button.value });
  const what = button.title || button.textContent || '';
  announce(isSent ? say(words.sent, { what }) : words.unsent, true);
  if (!isSent) return;
  if (button.matches('.pulse')) stand(button);
  if (!stillness.matches) button.animate([{ transform: 'scale(1.25)' }, { transform: 'none' }], { duration: 350, easing: 'ease-out' });
}

/** What was said last about the pace stands for a minute. @param {HTMLButtonElement} button */
function stand(button) {
  press(button);
  clearTimeout(calmer);
  calmer = setTimeout(() => press(null), PULSE_MS);
}

/** @param {HTMLButtonElement | null} pressed */
function press(pressed) {
  for (const button of document.querySelectorAll('.tap.pulse')) button.setAttribute('aria-pressed', String(button === pressed));
}
