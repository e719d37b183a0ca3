// @ts-check
/**
 * A word cloud. On phones the words flow like text, the most frequent first. On the stage each gets a place on a spiral
 * around the middle and keeps it: only a word that another has outgrown moves, to a free place near it.
 */

import { showRest } from 'live_polls/charts/texts';
import { count, data, nSaid, say, share, setText, stillness } from 'live_polls/polls';

/** @import {Tally} from 'live_polls/types/polls' */
/** @typedef {{text: string, n: number, w: number, h: number, x: number, y: number, size: number}} Word */

const PAUSE_MS = 1000;
const N_SIZES = 9;
const N_HUES = 8;
const GAP = 0.2; // of a word's height, on every side
const SET_PX = 40; // the size in which stage/charts.css sets every placed word
const FULL = 0.5; // of the area, words and gaps; less where that leaves a word without a place
const LESS = 0.88;
const FIRST_TRIES = 5; // later one a second
const MAX_STEPS = 400;
const MAX_CHECKS = 300_000; // what fits in a frame; who finds no place until then stands in the table

/** @type {Map<string, number>} */ const widths = new Map();
const pen = document.createElement('canvas').getContext('2d');

/** @typedef {{words: Map<string, Word>, full: number, hues: Map<string, number>, at: number, timer: number, tally: Tally}} Scene */
/** @type {WeakMap<HTMLElement, Scene>} */ const scenes = new WeakMap();

/** @param {HTMLElement} figure @param {Tally} tally */
export function draw(figure, tally) {
  let scene = scenes.get(figure);
  if (!scene) {
    scene = { words: new Map(), full: FULL, hues: new Map(), at: 0, timer: 0, tally };
    scenes.set(figure, scene);
    if (figure.closest('.stage-poll')) new ResizeObserver(() => placeAnew(figure)).observe(figure);
  }
  const isHidden = !tally.counts || Object.keys(scene.tally.counts ?? {}).some((word) => !(word in (tally.counts ?? {})));
  scene.tally = tally;
  const wait = scene.at + PAUSE_MS - performance.now();
  clearTimeout(scene.timer);
  // What was hidden leaves at once; what merely grew, once a second.
  if (isHidden || wait <= 0) show(figure, scene);
  else scene.timer = window.setTimeout(show, wait, figure, scene);
}

/** @param {HTMLElement} figure @param {Scene} scene */
function show(figure, scene) {
  scene.at = performance.now();
  const { tally } = scene;
  const words = Object.entries(tally.counts ?? {}).sort(([, a], [, b]) => b - a);
  const cloud = /** @type {HTMLElement} */ (figure.querySelector('[data-cloud]'));
  const placed = figure.closest('.stage-poll') ? placeMost(cloud, scene, words) : null;
  const most = words[0]?.[1] ?? 1;
  const standing = wordsIn(cloud);
  cloud.classList.toggle('placed', Boolean(placed));
  cloud.classList.toggle('moving', Boolean(placed) && standing.size > 0 && !stillness.matches);
  settle(
    cloud,
    words.filter(([word]) => !placed || placed.has(word)).map(([word, n]) => {
      const item = /** @type {HTMLElement} */ (standing.get(word) ?? newItem(word));
      item.className = `word s${sizeOf(n, most)} o${hueOf(scene, word)}`;
      setText(item.querySelector('.n'), count(n));
      const at = placed?.get(word);
      if (at) {
        // Scaled, not set in another size: words that grow are painted anew, and nothing is laid out.
        const where = `translate(${at.x.toFixed(1)}px, ${at.y.toFixed(1)}px) translate(-50%, -50%)`;
        item.style.setProperty('transform', `${where} scale(${(at.size / SET_PX).toFixed(3)})`);
      }
      return item;
    }),
    !placed,
  );
  const table = /** @type {HTMLElement | null} */ (figure.querySelector('[data-words]'));
  const rows = table ? wordsIn(table) : new Map();
  if (table) settle(table, words.map((word) => row(word, rows.get(word[0]))), true);
  setText(figure.querySelector('[data-lead]'), lead(words, tally));
  showRest(figure, tally);
}

/** @param {HTMLElement} figure */
function placeAnew(figure) {
  const scene = scenes.get(figure);
  if (scene?.at) show(figure, scene);
}

/** @param {Scene} scene @param {string} word */
function hueOf({ hues }, word) {
  if (!hues.has(word)) hues.set(word, (hues.size % N_HUES) + 1);
  return hues.get(word);
}

/** As in templatetags/texts.py. @param {number} n @param {number} most */
const sizeOf = (n, most) => Math.max(1, Math.round(Math.sqrt(n / most) * N_SIZES));

/** @param {string} word */
function newItem(word) {
  const item = document.createElement('li');
  item.append(Object.assign(document.createElement('bdi'), { textContent: word }), ' ');
  item.append(Object.assign(document.createElement('span'), { className: 'n' }));
  return item;
}

/** What stands in a list, by its word. @param {Element} list @returns {Map<string, Element>} */
const wordsIn = (list) => new Map([...list.children].map((item) => [item.querySelector('bdi')?.textContent ?? '', item]));

/** Let a list hold these items. What is taken out and put back forgets where it was and jumps, so nothing is that need not be. @param {Element} list @param {Element[]} items @param {boolean} isOrdered */
function settle(list, items, isOrdered) {
  const wanted = new Set(items);
  for (const item of [...list.children].filter((child) => !wanted.has(child))) item.remove();
  for (const [place, item] of items.entries()) {
    if (isOrdered ? list.children[place] !== item : !item.isConnected) list.insertBefore(item, isOrdered ? list.children[place] : null);
  }
}

/** @param {[string, number]} word @param {Element} [standing] */
function row([word, n], standing) {
  if (standing) {
    setText(standing.querySelector('.n'), count(n));
    return standing;
  }
  const made = document.createElement('tr');
  const head = Object.assign(document.createElement('th'), { scope: 'row' });
  head.append(Object.assign(document.createElement('bdi'), { textContent: word }));
  made.append(head, Object.assign(document.createElement('td'), { className: 'n', textContent: count(n) }));
  return made;
}

/** @param {[string, number][]} words @param {Tally} tally */
function lead(words, tally) {
  const sentences = data('words');
  if (!words.length) return sentences.none;
  const best = words.filter(([, n]) => n === words[0][1]).map(([word]) => word);
  if (best.length > 1) return say(sentences.level, { options: best.slice(0, 5).join(', ') });
  return say(sentences.leads, { option: best[0], figure: share(words[0][1] / nSaid(tally)) });
}

/** The words so large that all find a place, or nearly. @param {HTMLElement} cloud @param {Scene} scene @param {[string, number][]} words */
function placeMost(cloud, scene, words) {
  const tries = scene.words.size ? 1 : FIRST_TRIES;
  for (let n = 1; ; n += 1) {
    const placed = placeAll(cloud, scene, words);
    if (placed.size < words.length) scene.full *= LESS;
    if (placed.size === words.length || n >= tries) {
      scene.words = placed;
      return placed;
    }
  }
}

/** A place for each word that has room, from the middle of the cloud. @param {HTMLElement} cloud @param {Scene} scene @param {[string, number][]} words */
function placeAll(cloud, scene, words) {
  const { clientWidth: width, clientHeight: height } = cloud;
  const font = getComputedStyle(cloud).fontFamily;
  const most = words[0]?.[1] ?? 1;
  const boxes = words.map(([text, n]) => measure(text, Math.sqrt(n / most), font));
  const area = boxes.reduce((sum, { w, h }) => sum + w * h, 0);
  const widest = Math.max(1, ...boxes.map(({ w }) => w));
  // The size of the largest word: so that all fit, none is wider than the screen, and two words are no shout.
  const size = Math.min(Math.sqrt((scene.full * width * height) / (area || 1)), (0.9 * width) / widest, height / 4);
  /** @type {Map<string, Word>} */ const placed = new Map();
  let checks = 0;
  for (const [place, [text, n]] of words.entries()) {
    const box = boxes[place];
    const word = { text, n, w: box.w * size, h: box.h * size, size: box.size * size, x: width / 2, y: height / 2 };
    const before = scene.words.get(text);
    // From where it stood, else anywhere around the middle, each word in a direction of its own.
    if (before) Object.assign(word, { x: before.x, y: before.y });
    const turn = before ? 0 : place * 2.4;
    for (let step = 0; step < MAX_STEPS && checks < MAX_CHECKS; step += 1) {
      // As the seeds of a sunflower stand: every part of the screen is tried as often as any other.
      const angle = turn + step * 2.4;
      const reach = (Math.sqrt(step / MAX_STEPS) * Math.min(width, height)) / 1.5;
      const at = step ? { x: word.x + Math.cos(angle) * reach * (width / height), y: word.y + Math.sin(angle) * reach } : word;
      checks += placed.size;
      if (isFree({ ...word, x: at.x, y: at.y }, placed, width, height)) {
        placed.set(text, { ...word, x: at.x, y: at.y });
        break;
      }
    }
  }
  return placed;
}

/** @param {Word} word @param {Map<string, Word>} placed @param {number} width @param {number} height */
function isFree({ x, y, w, h }, placed, width, height) {
  if (x < w / 2 || y < h / 2 || x > width - w / 2 || y > height - h / 2) return false;
  for (const other of placed.values()) {
    if (Math.abs(other.x - x) * 2 < other.w + w && Math.abs(other.y - y) * 2 < other.h + h) return false;
  }
  return true;
}

/** How much room a word takes, as multiples of the size of the largest. @param {string} text @param {number} part @param {string} font */
function measure(text, part, font) {
  const size = Math.max(0.16, part);
  if (!widths.has(text) && pen) {
    pen.font = `700 100px ${font}`;
    widths.set(text, pen.measureText(text).width / 100);
  }
  return { size, w: ((widths.get(text) ?? text.length) + GAP) * size, h: (1 + GAP) * size };
}
