/**
 * The one place that names the browser's own object.
 *
 * Firefox calls it `browser`; Chromium calls it `chrome`. Both return promises
 * in manifest version 3, so nothing else differs in how it is called.
 */

/** @type {typeof chrome} */
export const browser =
  /** @type {{browser?: typeof chrome}} */ (/** @type {unknown} */ (globalThis)).browser ??
  globalThis.chrome;
