// @ts-check
/** How this one screen likes to look: kept for the tab, so that F5 changes nothing. */

const KEY = 'live_polls.stage';
const ZOOMS = [0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.4];

export class Looks {
  theme = 'dark';
  zoom = 1;
  table = false;
  letters = true;

  constructor() {
    try {
      Object.assign(this, JSON.parse(sessionStorage.getItem(KEY) ?? '{}'));
    } catch {
      // A forbidden storage: the looks then live as long as the page.
    }
    this.#show();
  }

  /** @param {Partial<Looks>} looks */
  set(looks) {
    Object.assign(this, looks);
    try {
      sessionStorage.setItem(KEY, JSON.stringify(this));
    } catch {
      // As above.
    }
    this.#show();
  }

  /** One size up or down. @param {number} step */
  resize(step) {
    const at = ZOOMS.indexOf(this.zoom) + step;
    this.set({ zoom: ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, at))] });
  }

  #show() {
    document.documentElement.dataset.theme = this.theme;
    document.body.classList.toggle('as-table', this.table);
    document.body.style.setProperty('--zoom', String(this.zoom));
    for (const details of document.querySelectorAll('.stage-poll .numbers')) details.toggleAttribute('open', this.table);
    document.querySelector('[data-deed="table"]')?.setAttribute('aria-pressed', String(this.table));
    const letters = /** @type {HTMLInputElement | null} */ (document.getElementById('letters'));
    if (letters) letters.checked = this.letters;
  }
}
