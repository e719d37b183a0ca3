// @ts-check
/**
 * Passkeys and security keys. A form with `data-passkey` shows up where the browser can make or use one, asks the
 * device when it is sent, and carries the device's answer to the server as JSON in its field `credential`.
 */

/** @typedef {Record<string, any>} Json */

/** @param {string} text */
function bytes(text) {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

/** @param {ArrayBuffer | null | undefined} buffer */
function text(buffer) {
  if (!buffer) return undefined;
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** @param {Json[]} [keys] */
const known = (keys) => (keys ?? []).map((key) => ({ ...key, id: bytes(key.id) }));

/** @param {HTMLFormElement} form @returns {Promise<Json>} */
async function optionsOf(form) {
  const here = form.querySelector('#passkey-options');
  if (here) return JSON.parse(here.textContent ?? '').publicKey;
  // Signing in without a password: nobody is known yet, so the server is asked when the button is pressed.
  const answer = await fetch(form.action, { headers: { Accept: 'application/json' } });
  return (await answer.json()).request_options.publicKey;
}

/** @param {HTMLFormElement} form @param {Json} options */
async function make(form, options) {
  const alone = /** @type {HTMLInputElement | null} */ (form.querySelector('[name="passwordless"]'))?.checked ?? false;
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: known(options.excludeCredentials),
    authenticatorSelection: {
      ...options.authenticatorSelection,
      residentKey: alone ? 'required' : 'discouraged',
      requireResidentKey: alone,
      ...(alone && { userVerification: 'required' }),
    },
  };
  const made = await navigator.credentials.create({ publicKey: /** @type {any} */ (publicKey) });
  const { response, ...rest } = parts(/** @type {PublicKeyCredential} */ (made));
  const answer = /** @type {AuthenticatorAttestationResponse} */ (response);
  const attestationObject = text(answer.attestationObject);
  const transports = answer.getTransports?.() ?? [];
  return { ...rest, response: { clientDataJSON: text(answer.clientDataJSON), attestationObject, transports } };
}

/** @param {HTMLFormElement} form @param {Json} options */
async function use(form, options) {
  const allowCredentials = known(options.allowCredentials);
  const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials };
  const used = await navigator.credentials.get({ publicKey: /** @type {any} */ (publicKey) });
  const { response, ...rest } = parts(/** @type {PublicKeyCredential} */ (used));
  const answer = /** @type {AuthenticatorAssertionResponse} */ (response);
  return {
    ...rest,
    response: {
      clientDataJSON: text(answer.clientDataJSON),
      authenticatorData: text(answer.authenticatorData),
      signature: text(answer.signature),
      userHandle: text(answer.userHandle),
    },
  };
}

/** @param {PublicKeyCredential} credential */
function parts(credential) {
  const { id, rawId, type, response, authenticatorAttachment } = credential;
  const clientExtensionResults = credential.getClientExtensionResults();
  return { id, rawId: text(rawId), type, response, authenticatorAttachment, clientExtensionResults };
}

const deeds = { make, use };

/** @param {HTMLFormElement} form */
function prepare(form) {
  const failed = /** @type {HTMLElement} */ (form.querySelector('[data-passkey-failed]'));
  form.hidden = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    failed.hidden = true;
    try {
      const deed = deeds[/** @type {keyof typeof deeds} */ (form.dataset.passkey)];
      const credential = await deed(form, await optionsOf(form));
      const field = /** @type {HTMLInputElement} */ (form.querySelector('[name="credential"]'));
      field.value = JSON.stringify(credential);
      form.submit();
    } catch {
      failed.hidden = false; // refused, cancelled, or no such key: the browser has said why
    }
  });
}

if (window.isSecureContext && 'PublicKeyCredential' in window) {
  for (const form of document.querySelectorAll('form[data-passkey]')) prepare(/** @type {HTMLFormElement} */ (form));
  for (const warning of document.querySelectorAll('[data-passkey-insecure]')) warning.remove();
}
