/**
 * Writes addresses into the engine's buffer, as many a second as a page asks for. Imports nothing: the benchmark runs
 * this file too.
 */

const encoder = new TextEncoder();
/** See `scratch` in pkg/onlooker.d.ts. */
const BYTES = 16_384;
/** A UTF-16 unit is at most three bytes. */
const UNITS = Math.floor(BYTES / 3);

/**
 * @param {{scratch(min: number): number}} engine @param {WebAssembly.Memory} memory its own
 * @returns {(url: string) => number} writes an address that was cut before, and gives its length in bytes
 */
export function addressWriter(engine, memory) {
  let scratch = new Uint8Array(0);
  return (url) => {
    if (url.length > UNITS) throw new RangeError('a URL was not cut before it was judged');
    // The memory moves when it grows; the buffer in it stays where it is.
    if (scratch.buffer !== memory.buffer) {
      const address = engine.scratch(BYTES);
      scratch = new Uint8Array(memory.buffer, address, BYTES);
    }
    // Nearly every URL is ASCII, and so short that writing it by hand is quicker than to call the encoder.
    for (let at = 0; at < url.length; at += 1) {
      const unit = url.charCodeAt(at);
      if (unit > 127) return encoder.encodeInto(url, scratch).written;
      scratch[at] = unit;
    }
    return url.length;
  };
}
