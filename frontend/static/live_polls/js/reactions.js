// @ts-check
/** Taps for the stage, and how the talk goes for one. Loaded by phones in rooms that want to hear of it. */

import { announce, say, stillness } from 'live_polls/polls';

/** Faster than this the server would drop them anyway. */
const PAUSE_MS = 250;
/** For so long the server counts the last word of each. */
const PULSE_MS = 60_000;

const place = /** @type {HTMLElement} */ (document.getElementById('reactions'));
/** @type {ReturnType<typeof setTimeout> | undefined} */ let calmer;
let lastAt = 0;

/**
 * Send taps by `send`, which says whether there was a link to send them by: a tap is worth nothing later.
 * @param {(message: object) => boolean} send @param {{sent: string, unsent: string}} words
 */
export function wire(send, words) {
  place.addEventListener('submit', (event) => {
    event.preventDefault();
    const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
    if (!button || Date.now() - lastAt < PAUSE_MS) return;
    lastAt = Date.now();
    const isSent = send({ type: 'reaction.send', reaction: button.value });
    announce(isSent ? say(words.sent, { what: button.textContent?.trim() ?? '' }) : words.unsent, true);
    if (isSent) show(button);
  });
}

/** @param {HTMLButtonElement} button */
function show(button) {
  if (button.matches('.pulse')) {
    press(button);
    clearTimeout(calmer);
    calmer = setTimeout(() => press(null), PULSE_MS);
  }
  if (!stillness.matches) button.animate([{ transform: 'scale(1.25)' }, { transform: 'none' }], { duration: 350, easing: 'ease-out' });
}

/** What was said last stands for a minute. @param {HTMLButtonElement | null} pressed */
function press(pressed) {
  for (const button of place.querySelectorAll('.pulse')) button.setAttribute('aria-pressed', String(button === pressed));
}
