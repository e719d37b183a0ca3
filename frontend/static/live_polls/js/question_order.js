// @ts-check
/** In which order the audience's questions stand: the rules of views/question_order.py. Pure. */

/** @typedef {{code: string, n_upvotes: number, asked_at: number, answered?: boolean}} Question */

const HEAD_START_MINUTES = 2;

/** Lower bound of the votes a minute: late questions have a chance, and few votes say little. @param {Question} question @param {number} now */
function rate({ n_upvotes: n, asked_at: asked }, now) {
  return Math.max(0, n - Math.sqrt(n)) / (Math.max(0, (now - asked) / 60) + HEAD_START_MINUTES);
}

/** @type {Record<string, (a: Question, b: Question, now: number) => number>} */
const ORDERS = {
  votes: (a, b) => b.n_upvotes - a.n_upvotes || a.asked_at - b.asked_at,
  new: (a, b) => b.asked_at - a.asked_at,
  rising: (a, b, now) => rate(b, now) - rate(a, now) || b.n_upvotes - a.n_upvotes || b.asked_at - a.asked_at,
};

/**
 * The one with the code `onStage` first, those that are answered last, the rest by one of ORDERS.
 * @template {Question} T
 * @param {Iterable<T>} questions
 * @param {{order?: string, now: number, onStage?: string}} how `now` in Unix seconds of the server
 * @returns {T[]}
 */
export function inOrder(questions, { order = 'votes', now, onStage }) {
  const compare = ORDERS[order] ?? ORDERS.votes;
  const rank = (/** @type {Question} */ { code, answered }) => Number(code !== onStage) * 2 + Number(Boolean(answered));
  return [...questions].sort((a, b) => rank(a) - rank(b) || compare(a, b, now));
}
