// @ts-check
/** Deeds of a host: post a verb to the one door, and say in words what came of it. */

/** @import {Store} from 'live_polls/polls' */
/** @typedef {{done: boolean, message: string}} Outcome */

/**
 * Post the verb. Never throws: without an answer the outcome says that nothing may have changed (`unsent`), and when
 * the server answers with a page it is because ours is too old (`stale`).
 *
 * @param {HTMLFormElement} form whose address and hidden fields are sent along
 * @param {Record<string, string>} fields
 * @param {{unsent: string, stale: string, stageToken?: string}} options
 * @returns {Promise<Outcome>}
 */
export async function act(form, fields, { unsent, stale, stageToken }) {
  const body = new URLSearchParams(fields);
  for (const hidden of /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll('input[type=hidden]'))) {
    if (!body.has(hidden.name)) body.set(hidden.name, hidden.value);
  }
  const headers = { accept: 'application/json', ...(stageToken && { 'x-stage-token': stageToken }) };
  try {
    const response = await fetch(form.action, { method: 'POST', body, headers });
    if (response.ok) return { done: true, message: '' };
    const isOurs = response.headers.get('content-type')?.startsWith('application/json');
    return { done: false, message: isOurs ? (await response.json()).message : stale };
  } catch {
    return { done: false, message: unsent };
  }
}

/**
 * What is on stage, as a text to compare: domain/steps.py makes the same of the room. A step asked for with an old
 * mark does nothing, so that two presses cannot skip a poll.
 *
 * @param {Store} store
 */
export function markOf(store) {
  const poll = store.current && store.polls.get(store.current.code);
  if (!poll) return `${store.room?.screen}.-`;
  const shown = poll.shown === null ? 'rule' : poll.shown ? 'shown' : 'hidden';
  return `${store.room?.screen}.${poll.code}.${poll.round}.${poll.state}.${shown}`;
}

/** A deadline as a text to compare, in whole milliseconds. @param {number | null} deadline */
export const deadlineMark = (deadline) => (deadline === null ? '' : String(Math.floor(deadline * 1000)));
