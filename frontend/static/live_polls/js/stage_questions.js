// @ts-check
/** The audience's top questions on the big screen. The style sheet shows as many whole lines as there is room for. */

import { announce, count, reorder, say, sayMany, setText } from 'live_polls/polls';
import { inOrder } from 'live_polls/question_order';

/** @import {Store} from 'live_polls/polls' */

/* As in views/stage_questions.py. */
const MOST = 15;
const SHORT = 160;

/** @type {(root: ParentNode, selector: string) => any} */
const find = (root, selector) => root.querySelector(selector);
const list = find(document, '#top-questions');
let first = '';

/** @param {Store} store @param {Record<string, any>} words @param {boolean} isSeen whether the list is what this screen shows */
export function drawQuestions({ questions, skew }, words, isSeen) {
  const top = inOrder(questions.values(), { now: (Date.now() + skew) / 1000 }).slice(0, MOST);
  const codes = new Set(top.map(({ code }) => code));
  // What was hidden is not in the page either.
  for (const line of list.querySelectorAll('li')) if (!codes.has(line.dataset.question)) line.remove();
  const lines = top.map((question) => drawLine(question, words));
  for (const line of lines) if (!line.isConnected) list.append(line);
  reorder(list, lines);
  setText(find(document, '#n-questions'), questions.size ? count(questions.size) : '');
  find(document, '#top-none').hidden = questions.size > 0;
  const leader = isSeen ? (top[0]?.code ?? '') : '';
  if (leader && leader !== first) announce(say(words.top_question, { text: top[0].text, votes: sayMany(words.upvotes, top[0].n_upvotes) }));
  first = leader;
}

/** @param {any} question @param {Record<string, any>} words */
function drawLine({ code, text, name = '', n_upvotes: n, answered = false }, words) {
  const line = find(list, `[data-question="${code}"]`) ?? find(document, '#question-line').content.firstElementChild.cloneNode(true);
  line.dataset.question = code;
  line.dataset.length = [...text].length <= SHORT ? 'short' : 'huge';
  setText(find(line, '[data-text]'), text);
  setText(find(line, '[data-name]'), name);
  setText(find(line, '[data-n]'), count(n));
  setText(find(line, '[data-votes]'), sayMany(words.upvotes, n));
  find(line, '[data-answered]').hidden = !answered;
  return line;
}
