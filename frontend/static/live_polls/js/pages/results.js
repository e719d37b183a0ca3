// @ts-check
/*
 * The page of results is complete without this file. With it, what is new during the talk takes the place of what is
 * old, poll by poll, and printing shows the tables, too.
 */

const LOOK_AFTER_MS = 5_000;

/** The page as it is now. A request for a document: it parses HTML without handing a string to the page. */
function look() {
  return /** @type {Promise<Document>} */ (
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('GET', location.pathname);
      request.responseType = 'document';
      request.timeout = 20_000;
      request.addEventListener('error', reject);
      request.addEventListener('timeout', reject);
      request.addEventListener('load', () => {
        // Signed out or without rights: what is here stays, and is as old as it says.
        const isOurs = request.status === 200 && request.responseXML?.getElementById('results-polls');
        if (isOurs && request.responseXML) resolve(request.responseXML);
        else reject(new Error(String(request.status)));
      });
      request.send();
    })
  );
}

/** Put each article that is new in the place of the old one. @param {Document} now */
function takeIn(now) {
  for (const id of ['results-stand', 'results-contents']) replace(document.getElementById(id), now.getElementById(id));
  const list = /** @type {HTMLElement} */ (document.getElementById('results-polls'));
  const wanted = /** @type {HTMLElement[]} */ ([...(now.getElementById('results-polls')?.children ?? [])]);
  const shown = wanted.map((article) => {
    const here = article.id ? document.getElementById(article.id) : null;
    return here && here.dataset.mark === article.dataset.mark ? here : (replace(here, article) ?? article);
  });
  const isSame = shown.length === list.children.length && shown.every((article, place) => list.children[place] === article);
  if (!isSame) list.replaceChildren(...shown);
}

/**
 * Replace a part of the page. Tables that were open stay so, and so does the keyboard's place.
 * @param {HTMLElement | null} here @param {HTMLElement | null} next
 */
function replace(here, next) {
  if (!here || !next) return null;
  const open = [...here.querySelectorAll('details')].map((details) => details.open);
  const focusable = 'a[href], button, summary';
  const place = [...here.querySelectorAll(focusable)].indexOf(/** @type {Element} */ (document.activeElement));
  const part = document.adoptNode(next);
  part.querySelectorAll('details').forEach((details, index) => (details.open = open[index] ?? false));
  here.replaceWith(part);
  if (place >= 0) /** @type {HTMLElement | undefined} */ (part.querySelectorAll(focusable)[place])?.focus({ preventScroll: true });
  return part;
}

async function follow() {
  const isLive = document.getElementById('results-stand')?.dataset.live === 'yes';
  if (!isLive) return;
  if (document.visibilityState === 'visible') await look().then(takeIn, () => undefined);
  setTimeout(follow, LOOK_AFTER_MS);
}

function printing() {
  /** @type {HTMLDetailsElement[]} */ let opened = [];
  addEventListener('beforeprint', () => {
    opened = [.../** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll('.result details:not([open])'))];
    for (const details of opened) details.open = true;
  });
  addEventListener('afterprint', () => opened.forEach((details) => (details.open = false)));
  const button = /** @type {HTMLButtonElement | null} */ (document.querySelector('[data-print]'));
  if (!button) return;
  button.hidden = false;
  button.addEventListener('click', () => print());
}

printing();
setTimeout(follow, LOOK_AFTER_MS);
