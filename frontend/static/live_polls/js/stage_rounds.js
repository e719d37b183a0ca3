// @ts-check
/** Rounds compared on the big screen: the server draws them, this script fetches the drawing when it is another one. */

/** @import {Room} from 'live_polls/types/polls' */

const slot = () => /** @type {HTMLElement} */ (document.getElementById('rounds'));

export class Rounds {
  #drawn = '';
  #code;
  #token;
  #onDrawn;

  /** @param {string} code the join code @param {() => string | undefined} token of the stage link @param {() => void} onDrawn */
  constructor(code, token, onDrawn) {
    this.#code = code;
    this.#token = token;
    this.#onDrawn = onDrawn;
  }

  /** Whether the drawing of what the room compares is here; if not, it is fetched. @param {Room} room @param {string} poll */
  isHere(room, poll) {
    const wanted = JSON.stringify([poll, room.compared]);
    if (wanted !== this.#drawn) {
      this.#drawn = wanted;
      slot().replaceChildren();
      this.#fetch(wanted);
    }
    return slot().childElementCount > 0;
  }

  /** Forget the drawing: what it shows may be another one the next time. */
  forget() {
    this.#drawn = '';
  }

  /** A request for a document, because it parses HTML without handing a string to the page. @param {string} wanted */
  #fetch(wanted) {
    const request = new XMLHttpRequest();
    request.open('GET', `/stage/${this.#code}/rounds`);
    const token = this.#token();
    if (token) request.setRequestHeader('x-stage-token', token);
    request.responseType = 'document';
    request.addEventListener('load', () => {
      const figure = request.status === 200 && request.responseXML?.querySelector('.rounds');
      if (!figure || wanted !== this.#drawn) return;
      slot().replaceChildren(document.adoptNode(figure));
      this.#onDrawn();
    });
    request.send();
  }
}
