// @ts-check
/** Reactions on the big screen: a bubble a sign and second, with how many tapped it. Nothing here is state. */

import { stillness } from 'live_polls/polls';

const RISE_MS = 4_000;
const STAND_MS = 4_000;
/** A screen is not a firework: more bubbles than this at once are not drawn. */
const MOST = 24;

const place = /** @type {HTMLElement} */ (document.getElementById('reactions'));
const numbers = new Intl.NumberFormat(document.documentElement.lang || undefined);

/** @param {Record<string, number>} counts taps since the last time */
export function drawReactions(counts) {
  for (const [name, n] of Object.entries(counts)) {
    const lane = /** @type {HTMLElement | null} */ (place.querySelector(`[data-reaction="${name}"]`));
    if (!lane || place.querySelectorAll('.bubble').length >= MOST) continue;
    // Where things should stand still, the newest count stands for a moment in the place of its sign.
    if (stillness.matches) lane.querySelectorAll('.bubble').forEach((bubble) => bubble.remove());
    lane.append(bubbleOf(lane.dataset.sign ?? '', n));
  }
}

/** @param {string} sign @param {number} n */
function bubbleOf(sign, n) {
  const bubble = document.createElement('span');
  bubble.className = 'bubble';
  // A crowd weighs more than one, but never fills the wall.
  bubble.style.setProperty('--size', String(Math.min(1.8, 1 + Math.log10(n) * 0.35)));
  bubble.append(sign);
  if (n > 1) {
    const count = document.createElement('b');
    count.textContent = numbers.format(n);
    bubble.append(count);
  }
  if (stillness.matches) setTimeout(() => bubble.remove(), STAND_MS);
  else {
    const frames = [
      { opacity: 0, transform: 'translateY(0) scale(0.7)' },
      { opacity: 1, transform: 'translateY(-30%) scale(1)', offset: 0.15 },
      { opacity: 1, offset: 0.7 },
      { opacity: 0, transform: 'translateY(-18vh) scale(1)' },
    ];
    bubble.animate(frames, { duration: RISE_MS, easing: 'ease-out' }).finished.finally(() => bubble.remove());
  }
  return bubble;
}
