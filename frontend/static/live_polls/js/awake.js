// @ts-check
/** Keep the screen on while the page is in front. Where there is no wake lock (plain http) this does nothing. */

export function keepAwake() {
  const ask = () => {
    if (document.visibilityState === 'visible') navigator.wakeLock?.request('screen').catch(() => undefined);
  };
  document.addEventListener('visibilitychange', ask);
  ask();
}
