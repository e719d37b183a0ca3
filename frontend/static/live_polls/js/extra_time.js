// @ts-check
/** Extra time: asked for by whoever needs it, at most as often as the server says, and theirs alone. */

/** @typedef {{poll: string, round: number, n_asked: number, seconds: number}} Time */

/** As in domain/clock.py. */
const GRACE_S = 2;

/**
 * Ask; the answer is the time one has, or a sentence that says why not. Asking again for the same time adds nothing.
 * @param {string} code the join code
 * @param {HTMLFormElement} form
 * @param {string} unsent what to say without an answer
 * @returns {Promise<{time?: Time, refused?: string, code?: string}>}
 */
export async function ask(code, form, unsent) {
  const fields = new FormData(form);
  const body = JSON.stringify({ poll: fields.get('poll'), round: Number(fields.get('round')), nth: Number(fields.get('nth')) });
  try {
    const response = await fetch(`/api/v1/rooms/${code}/extra-time`, { method: 'POST', body });
    const said = await response.json();
    return response.ok ? { time: said } : { refused: said.message, code: said.code };
  } catch {
    return { refused: unsent };
  }
}

/** Whether the time of one's own is over, though others have some left. @param {{deadline: number | null, last_deadline?: number}} poll @param {number} seconds @param {number} now */
export const isOver = ({ deadline, last_deadline: last }, seconds, now) =>
  Boolean(deadline && last && now > deadline + seconds + GRACE_S);
