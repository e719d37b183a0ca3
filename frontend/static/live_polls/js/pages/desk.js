// @ts-check
/*
 * The desk works without this file: what it does is send the same forms without leaving the page. The server
 * rearranges the options and draws the preview either way, so there is one way to do it and one place to test it.
 */

const PREVIEW_AFTER_MS = 400;

/** @param {Event} event @param {string} selector */
function closest(event, selector) {
  return event.target instanceof Element ? event.target.closest(selector) : null;
}

function menus() {
  document.addEventListener('keydown', (event) => {
    const menu = event.key === 'Escape' && document.querySelector('details.menu[open]');
    if (menu instanceof HTMLDetailsElement) {
      menu.open = false;
      menu.querySelector('summary')?.focus();
    }
  });
  document.addEventListener('click', (event) => {
    for (const menu of document.querySelectorAll('details.menu[open]')) {
      if (event.target instanceof Node && !menu.contains(event.target)) menu.removeAttribute('open');
    }
  });
}

/** A link to copy is selected as a whole as soon as it has the focus. */
function links() {
  document.addEventListener('focusin', (event) => {
    const field = closest(event, '[data-select]');
    if (field instanceof HTMLInputElement) field.select();
  });
}

/**
 * The page that the server makes of the form when `button` is pressed. A request for a document, because it parses
 * HTML without handing a string to the page, which the content policy forbids.
 * @param {HTMLFormElement} form
 * @param {{name: string, value: string}} button
 * @returns {Promise<Document>}
 */
function ask(form, button) {
  const whole = new FormData(form);
  whole.append(button.name, button.value);
  const hasFile = [...whole.values()].some((value) => value instanceof File && value.size);
  const fields = new URLSearchParams();
  for (const [name, value] of whole) if (typeof value === 'string') fields.append(name, value);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', form.action);
    request.responseType = 'document';
    request.addEventListener('error', reject);
    request.addEventListener('load', () => {
      if (request.status === 200 && request.responseXML) resolve(request.responseXML);
      else reject(new Error(String(request.status)));
    });
    request.send(hasFile ? whole : fields);
  });
}

/** @param {Document} page @param {string} selector */
function take(page, selector) {
  const fresh = page.querySelector(selector);
  if (fresh) document.querySelector(selector)?.replaceWith(document.adoptNode(fresh));
}

/** A preset may have picked another kind. @param {Document} page */
function takeKind(page) {
  const picked = page.querySelector('[name="kind"]:checked');
  const here = picked && document.getElementById(picked.id);
  if (here instanceof HTMLInputElement) here.checked = true;
}

/** @param {HTMLFormElement} form */
function pollForm(form) {
  let timer = 0;

  /** @param {HTMLButtonElement} button */
  async function rearrange(button) {
    let page;
    try {
      page = await ask(form, button);
    } catch {
      form.dataset.plain = 'yes';
      form.requestSubmit(button); // the plain way says what is wrong
      return;
    }
    if (button.name === 'yes_no') takeKind(page);
    take(page, '[data-options]');
    take(page, '[data-poll-image]');
    take(page, '#preview');
    const line = document.querySelector('[data-options] [autofocus]');
    if (line instanceof HTMLElement) line.focus();
  }

  async function refresh() {
    try {
      take(await ask(form, { name: 'preview', value: '1' }), '#preview');
    } catch {
      // The preview stays as it was; saving will tell.
    }
  }

  form.addEventListener('submit', (event) => {
    const button = event.submitter;
    if (button instanceof HTMLButtonElement && button.closest('[data-options], [data-poll-image]') && !form.dataset.plain) {
      event.preventDefault();
      void rearrange(button);
    }
  });
  /** A picture is sent as soon as it is chosen, and its line comes back with it. */
  form.addEventListener('change', async (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || input.type !== 'file') return;
    clearTimeout(timer);
    const { id, name } = input;
    form.ariaBusy = 'true';
    try {
      const page = await ask(form, { name: 'preview', value: '1' });
      for (const part of ['[data-options]', '[data-poll-image]', '#preview']) take(page, part);
      const again = id ? document.getElementById(id) : document.querySelector(`[name="${name}"]`);
      const bare = document.querySelector(`[name="option_bare"][value="${name.split('_')[2]}"]`);
      if (again instanceof HTMLElement) again.focus();
      else if (bare instanceof HTMLElement) bare.focus();
    } catch {
      // It stays chosen, and goes along when the poll is saved.
    }
    form.ariaBusy = null;
  });
  form.addEventListener('input', (event) => {
    if (event.target instanceof HTMLInputElement && event.target.type === 'file') return;
    clearTimeout(timer);
    timer = window.setTimeout(refresh, PREVIEW_AFTER_MS);
  });
  // Enter goes on to the next option, as in any list; on the last line it makes one.
  form.addEventListener('keydown', (event) => {
    const field = event.key === 'Enter' && !event.isComposing && closest(event, 'input[name=option]');
    if (!field) return;
    event.preventDefault();
    const fields = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll('input[name=option]')]);
    const next = fields[fields.indexOf(/** @type {HTMLInputElement} */ (field)) + 1];
    if (next) next.focus();
    else /** @type {HTMLButtonElement} */ (form.querySelector('[name=add_option]')).click();
  });
}

/** Pages that are meant for paper have a button for it. */
function printing() {
  const button = document.querySelector('main > .cards-head [data-print]');
  if (!(button instanceof HTMLButtonElement)) return;
  button.hidden = false;
  button.addEventListener('click', () => print());
}

menus();
links();
printing();
const form = document.querySelector('[data-poll-form]');
if (form instanceof HTMLFormElement) pollForm(form);
