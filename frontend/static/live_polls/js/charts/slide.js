// @ts-check
/** The text of a slide: paragraphs and lists, made as kinds/slide.py makes them. */

/** @import {Poll, Tally} from 'live_polls/types/polls' */

const ITEM = /^(?:([-*•])|\d{1,3}[.)])\s+(\S.*)$/;

/** @param {HTMLElement} figure @param {Tally} tally @param {{poll?: Poll}} context */
export function draw(figure, tally, { poll }) {
  const text = poll?.settings.text ?? '';
  if (!poll || figure.dataset.drawn === text) return;
  figure.dataset.drawn = text;
  figure.replaceChildren(...blocksOf(text).map(element));
}

/** @param {string} text */
function blocksOf(text) {
  /** @type {{tag: string, lines: string[]}[]} */ const blocks = [];
  let isNew = true;
  for (const line of text.split('\n').map((each) => each.trim())) {
    const item = ITEM.exec(line);
    const tag = item ? (item[1] ? 'ul' : 'ol') : 'p';
    if (line && (isNew || blocks.at(-1)?.tag !== tag)) blocks.push({ tag, lines: [] });
    if (line) blocks.at(-1)?.lines.push(item ? item[2] : line);
    isNew = !line;
  }
  return blocks;
}

/** @param {{tag: string, lines: string[]}} block */
function element({ tag, lines }) {
  const made = document.createElement(tag);
  if (tag === 'p') {
    made.dir = 'auto';
    made.append(...lines.flatMap((line, i) => (i ? [document.createElement('br'), line] : [line])));
  } else {
    made.append(
      ...lines.map((line) => Object.assign(document.createElement('li'), { textContent: line, dir: 'auto' })),
    );
  }
  return made;
}
